import Connectors
import Diagnostics
import Histograms
import JSON
import Results
import Support
import Synchronization

extension DashboardStore {
  /// How a run looks to its viewers.
  package enum Condition: String, Sendable {
    case live
    /// No window came for three typical window lengths, and at least five seconds.
    case stalled
    case finished
    /// Its brokers are away.
    case lost
  }

  /// What the state of a run comes down to at a time.
  struct Status {
    var condition: Condition
    var age: Double?
    var message: String?
  }

  static func status(_ state: State, now: Int64) -> Status {
    let age = state.trend.arrival.map { Double((now - $0) / 1_000_000) / 1000 }
    var status = Status(condition: .live, age: age, message: state.note)
    switch state.course {
    case .finished: status.condition = .finished
    case .lost(let reason): (status.condition, status.message) = (.lost, reason)
    case .running:
      // A window may take a while to come the first time.
      let silence = age ?? Double(now - state.begin) * 1e-9
      let patience = max(5, 3 * (state.trend.typicalLength ?? (age == nil ? 10 : 0)))
      if silence > patience { status.condition = .stalled }
      if state.isPartial, status.message == nil {
        status.message = "These are the results of a part of the input: of some of its partitions."
      }
    }
    return status
  }

  /// The state of the run for the page's top line: the event `status`, docs/dashboard.md.
  package func status(viewers: Int) -> [UInt8] {
    let (now, wall) = (monotonicNanoseconds(), wallNanoseconds())
    let state = state.withLock { $0 }
    let status = Self.status(state, now: now)
    let head = state.total.head
    var writer = JSONWriter(capacity: 4096)
    writer.beginObject()
    writer.field("state", status.condition.rawValue)
    writer.field("pipeline", head?.pipeline ?? options.pipeline)
    writer.field("run", head?.run ?? "")
    writer.field("source", options.origin.rawValue)
    writer.field("now", timestamp(wall))
    writer.field("age_s", orNull: status.age)
    writer.field("window_s", orNull: state.trend.typicalLength)
    writer.field("windows", state.archive.next)
    for name in ["records", "hits"] { writer.field(name, head?.count(name) ?? 0) }
    writer.field("rate", orNull: state.trend.points.last?.rate)
    writer.key("rates")
    writer.beginArray()
    for point in state.trend.points { writer.array([point.time, point.rate]) }
    writer.endArray()
    writer.field("lag_rows", orNull: state.lag.map { Double($0.rows) })
    writer.field("lag_s", orNull: state.lag?.seconds)
    for name in ["malformed", "unmapped", "dropped", "late", "stray", "gaps"] {
      writer.field(name, head?.count(name) ?? 0)
    }
    writer.field("viewers", viewers)
    writer.field("version", options.version)
    writer.field("message", orNull: status.message)
    writer.endObject()
    return writer.bytes
  }

  /// Whether there is something to show.
  package var isReady: Bool { state.withLock { $0.newest != nil } }
}

extension JSONWriter {
  mutating func field(_ name: String, orNull value: Double?) {
    if let value { field(name, value) } else { nullField(name) }
  }
}
