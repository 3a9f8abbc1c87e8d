import Connectors
import Diagnostics
import JSON
import Results
import Support
import Synchronization

extension DashboardStore {
  /// The state of the run as Prometheus reads it, text format 0.0.4.
  package func metrics(viewers: Int) -> String {
    let now = monotonicNanoseconds()
    let state = state.withLock { $0 }
    let status = Self.status(state, now: now)
    let head = state.total.head
    var text = MetricsText(labels: [("pipeline", head?.pipeline ?? options.pipeline)])
    let counts: [(String, String)] = [
      ("records", "Rows that were well formed."), ("malformed", "Rows that could not be decoded."),
      ("dropped", "Records that cleansing took out."), ("hits", "Records that are hits."),
      ("unmapped", "Hits that no row of the chamber map took."), ("late", "Rows of windows already published."),
      ("stray", "Rows in no window."), ("disordered", "Groups that may count in two parts."),
      ("gaps", "Offsets of a topic without a message."),
    ]
    for (name, help) in counts {
      text.family("hitmon_\(name)_total", "counter", "\(help) Since the run began.", Double(head?.count(name) ?? 0))
    }
    text.family("hitmon_windows_total", "counter", "Windows that came.", Double(state.archive.next))
    text.family(
      "hitmon_hits_per_second", "gauge", "Hits a second in the newest window.", state.trend.points.last?.rate)
    text.family("hitmon_window_seconds", "gauge", "How long windows are, typically.", state.trend.typicalLength)
    text.family("hitmon_window_age_seconds", "gauge", "Since the newest window came.", status.age)
    text.family("hitmon_lag_rows", "gauge", "Rows that are written and not counted.", state.lag.map { Double($0.rows) })
    text.family("hitmon_lag_seconds", "gauge", "How far the run is behind its input.", state.lag?.seconds)
    text.family("hitmon_viewers", "gauge", "Pages that are open.", Double(viewers))
    text.family(
      "hitmon_state", "gauge", "1 for the state that the run is in.",
      [Condition.live, .stalled, .finished, .lost].map { condition in
        ([("state", condition.rawValue)], condition == status.condition ? 1 : 0)
      })
    text.family("hitmon_build_info", "gauge", "The program.", [([("version", options.version)], 1)])
    return text.text
  }
}

/// Families of metrics as Prometheus reads them.
struct MetricsText {
  /// Those of every sample.
  let labels: [(String, String)]
  private(set) var text = ""

  init(labels: [(String, String)]) { self.labels = labels }

  /// A family of one sample; nothing where there is no value.
  mutating func family(_ name: String, _ type: String, _ help: String, _ value: Double?) {
    if let value { family(name, type, help, [([], value)]) }
  }

  mutating func family(
    _ name: String, _ type: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    for sample in samples {
      let all = (labels + sample.labels).map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
      text += "\(name){\(all.joined(separator: ","))} \(Self.number(sample.value))\n"
    }
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }

  private static func number(_ value: Double) -> String {
    var writer = JSONWriter()
    writer.number(value)
    return value.isFinite ? writer.text : value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf"
  }
}
