import Specifications

/// The keys of the sink `dashboard`.
package enum DashboardKeys {
  package static let port = DefaultKey.integer(
    "port", 0...65_535, default: 8080, "The port; 0 takes any that is free.")
  package static let host = DefaultKey.text(
    "host", default: "127.0.0.1",
    "The address to listen at. That of this machine alone, if left out; `0.0.0.0` is open to everyone who can reach it."
  )
  package static let keep = DefaultKey.integer(
    "keep", 1...1_000_000, default: 600,
    "How many windows are kept for those who look back, as far as they fit into 64 MB.")
}

extension SinkComponent {
  static let dashboard = SinkComponent(
    specification: Specification(
      kind: .sink, name: "dashboard", summary: "A page in the browser that shows the results as they come.",
      details: """
        The run prints the page's address when it begins. What the page shows is declared in the pipeline's section
        `dashboard`. Viewers can only look: nothing that they do reaches the run, and the run waits for none of them. With
        `--input` the page is left out unless `--port` or `--keep-open` is given. `hitmon run --no-dashboard` leaves it out,
        `--port` gives it another port.
        """,
      keys: [DashboardKeys.port, DashboardKeys.host, DashboardKeys.keep],
      example: "sinks: [{dashboard: {port: 8080}}]"),
    open: { _, _ in
      // The program that runs a pipeline serves its pages: this layer knows no HTTP.
      throw ConnectorError("this program shows no dashboards")
    })

  /// Whether it is a page that the program which runs the pipeline serves.
  package static func isDashboard(_ settings: Settings) -> Bool {
    settings.specification.name == dashboard.specification.name
  }
}
