extension FindingCode {
  package static let unknownPlot = FindingCode("unknown-plot")
  package static let unknownLayout = FindingCode("unknown-layout")
  package static let panelMismatch = FindingCode("panel-mismatch")
}

extension LintRule {
  static let dashboard: [LintRule] = [
    LintRule(
      .unknownPlot, "A panel of the dashboard shows a histogram that the pipeline does not have.",
      wrong: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        dashboard: {rows: [[{plot: ocupancy}]]}
        """,
      fix: "Name one of `histograms:`, or `rate`. A blank stands for `_`.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        dashboard: {rows: [[{plot: occupancy}]]}
        """),
    LintRule(
      .unknownLayout, "A panel is drawn in a layout that is not declared.",
      wrong: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        dashboard: {rows: [[{plot: occupancy, as: map, layout: wires}]]}
        """,
      fix: "Name one of `layouts:`, of the pipeline or of its plugins.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        layouts:
          wires: {cells: 64, x: bin % 16 * 42, y: bin // 16 * 13, width: 42, height: 13}
        dashboard: {rows: [[{plot: occupancy, as: map, layout: wires}]]}
        """),
    LintRule(
      .panelMismatch,
      "A panel asks for something that its histogram cannot give: a form that is not its own, a column that it is not split by, a layout with another number of cells than it has bins.",
      wrong: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        dashboard: {rows: [[{plot: occupancy, as: heat}]]}
        """,
      fix: "Do what the hint says; the note shows the histogram.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        dashboard: {rows: [[{plot: occupancy, as: steps}]]}
        """),
  ]
}
