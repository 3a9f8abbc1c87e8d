import Connectors
import Diagnostics
import Emulation
import Support
import Synchronization

/// Shows an emulation on standard error: what is sent where, how fast on a terminal, the totals.
final class EmulationReporter: Sendable {
  private struct State {
    var start: Int64 = 0
    var lastShown: Int64 = 0
    var lastSent: Int64 = 0
    var lineIsShown = false
  }

  private let quiet: Bool
  private let state = Mutex(State())

  private static let interval: Int64 = 1_000_000_000

  init(quiet: Bool) { self.quiet = quiet }

  func begin(_ pipeline: String, input: EmulationInput, target: KafkaTarget, partitions: Int, takesOrders: Bool) {
    state.withLock { state in
      state.start = monotonicNanoseconds()
      state.lastShown = state.start
      guard !quiet else { return }
      let parts = partitions == 1 ? "1 partition" : "\(partitions) partitions"
      let change = takesOrders && Terminal.isInteractive ? "type a new rate at any time; " : ""
      show(
        "\(pipeline): \(input.name) to topic \(target.topic) on \(target.brokers) (\(parts)), \(words(input.rate)); \(change)Ctrl-C ends it"
          .escapedForTerminal,
        &state)
    }
  }

  /// How to read what is sent, with a broker that nobody else knows of.
  func invite(_ command: String) {
    guard !quiet else { return }
    state.withLock {
      show("the broker is in this process and keeps the newest 5 MB of each partition; in another terminal:", &$0)
      show("  \(command)".escapedForTerminal, &$0)
    }
  }

  func keepsBroker() {
    guard !quiet else { return }
    state.withLock { show("the broker stays up until Ctrl-C", &$0) }
  }

  func changed(_ rate: RowRate) {
    guard !quiet else { return }
    state.withLock { show("now \(words(rate))", &$0) }
  }

  /// Something that the user should know.
  func note(_ sentence: String) {
    state.withLock {
      show(warningLine(sentence), &$0)
    }
  }

  /// Called often; shows a line once a second on a terminal.
  func progress(_ counts: EmulationCounts) {
    guard !quiet, Terminal.isInteractive else { return }
    state.withLock { state in
      let now = monotonicNanoseconds()
      guard now - state.lastShown >= Self.interval else { return }
      let sent = counts.sent
      let rate = Double(sent - state.lastSent) / (Double(now - state.lastShown) * 1e-9)
      (state.lastShown, state.lastSent, state.lineIsShown) = (now, sent, true)
      var text = "\(grouped(sent)) rows  \(short(rate))rows/s"
      if counts.waiting > 0 { text += "  \(grouped(counts.waiting)) waiting for acknowledgement" }
      if counts.failed > 0 { text += "  \(grouped(counts.failed)) failed" }
      writeToError("\r\u{1B}[K\(text.prefix(max(0, Terminal.width - 1)))")
    }
  }

  /// The totals; `why` is what the first failure was.
  func end(_ counts: EmulationCounts, why: String?) {
    state.withLock { state in
      if let why { show("warning: \(grouped(counts.failed)) rows did not arrive: \(why)".escapedForTerminal, &state) }
      clear(&state)
      guard !quiet else { return }
      let seconds = Double(monotonicNanoseconds() - state.start) * 1e-9
      var line = "\(grouped(counts.sent)) rows sent, \(grouped(counts.acknowledged)) acknowledged"
      line += ", \(grouped(counts.failed)) failed"
      if counts.waiting > 0 { line += ", \(grouped(counts.waiting)) unknown" }
      show("\(line) in \(duration(seconds)) (\(short(Double(counts.sent) / max(seconds, 1e-9)))rows/s)", &state)
    }
  }

  private func words(_ rate: RowRate) -> String {
    rate.perSecond.map { "\(short($0))rows/s" } ?? "as fast as the brokers take them"
  }

  /// Shows a line in which nothing is a user's that is not escaped.
  private func show(_ line: String, _ state: inout State) {
    clear(&state)
    writeToError(line + "\n")
  }

  private func clear(_ state: inout State) {
    if state.lineIsShown { writeToError("\r\u{1B}[K") }
    state.lineIsShown = false
  }
}
