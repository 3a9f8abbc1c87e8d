/// A miniDT telescope that never ends: muons with their drift times, scintillator signals, noise, hot and dead wires,
/// ancillary rows, and rows out of order. Memory is bounded, whatever the number of rows.
///
/// The stream depends on the parameters alone, not on how many rows are asked for at a time. ``TelescopeTruth`` gives
/// the products of its rows.
package struct TelescopeSimulation: Sendable {
  private var events: TelescopeEvents
  private var disorder: DisorderBuffer
  /// The rows of the event at hand, and how many of them have gone on.
  private var rows: [TelescopeRow] = []
  private var passed = 0

  package init(_ parameters: TelescopeParameters) {
    let parameters = parameters.clamped()
    events = TelescopeEvents(parameters)
    // Numbers of its own, so that streams that differ in `disorder` hold the same rows.
    disorder = DisorderBuffer(span: parameters.disorder, seed: ~parameters.seed)
  }

  /// The next row of the stream.
  package mutating func next() -> TelescopeRow {
    while true {
      if let row = disorder.take() { return row }
      while passed == rows.count {
        rows.removeAll(keepingCapacity: true)
        passed = 0
        events.appendNext(to: &rows)
      }
      disorder.put(rows[passed])
      passed += 1
    }
  }

  /// Replaces the contents of `rows` by the next `count` rows of the stream; none where `count` is negative.
  package mutating func fill(_ rows: inout [TelescopeRow], count: Int) {
    rows.removeAll(keepingCapacity: true)
    rows.reserveCapacity(max(count, 0))
    for _ in 0..<max(count, 0) { rows.append(next()) }
  }
}
