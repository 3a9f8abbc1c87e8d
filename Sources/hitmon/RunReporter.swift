import Columns
import Connectors
import Diagnostics
import ChainExecution
import Runtime
import Specifications
import Support
import Synchronization

/// Shows a run on standard error: a line a window, a progress bar for long inputs on a terminal, the totals.
final class RunReporter: RunObserver, Sendable {
  private struct State {
    var start: Int64 = 0
    var lastLine: Int64 = 0
    var skippedWindows = 0
    var rowsSinceLine: UInt64 = 0
    var lastBar: Int64 = 0
    var barIsShown = false
    var lastWindowAt: Int64 = 0
  }

  private let quiet: Bool
  private let dashboards: RunDashboards
  private let state = Mutex(State())

  /// Windows that come faster than this are counted, not printed one by one.
  private static let lineInterval: Int64 = 100_000_000
  private static let barInterval: Int64 = 100_000_000
  /// Inputs that are read faster than this need no bar.
  private static let barDelay: Int64 = 500_000_000

  init(quiet: Bool, dashboards: RunDashboards) {
    self.quiet = quiet
    self.dashboards = dashboards
  }

  /// Says what runs: a line before the first window.
  func begin(_ pipeline: Pipeline, sources: [String], sinks: [String]) {
    state.withLock { state in
      state.start = monotonicNanoseconds()
      state.lastWindowAt = state.start
    }
    guard !quiet else { return }
    let addresses = dashboards.addresses
    let sinks = sinks.filter { !addresses.contains($0) }
    let results =
      sinks.isEmpty
      ? addresses.isEmpty ? "results go nowhere: give --results FILE" : "results are kept nowhere: give --results FILE"
      : "results to \(sinks.joined(separator: ", "))"
    printToError("\(pipeline.declaration.name.text): \(sources.joined(separator: ", ")), \(results); Ctrl-C ends it")
    if !addresses.isEmpty { printToError("watch it at \(addresses.joined(separator: ", "))") }
  }

  func progress(_ progress: RunProgress) {
    dashboards.note(progress)
    guard !quiet, Terminal.isInteractive, let total = progress.total, total > 0 else { return }
    let (rows, done) = (progress.rows, progress.done)
    state.withLock { state in
      let now = monotonicNanoseconds()
      guard now - state.start > Self.barDelay, now - state.lastBar > Self.barInterval else { return }
      state.lastBar = now
      state.barIsShown = true
      let seconds = Double(now - state.start) * 1e-9
      let share = min(1, Double(done) / Double(total))
      let left = share > 0 ? seconds / share - seconds : 0
      let text =
        "\(Int(saturating: share * 100)) %  \(grouped(rows)) rows  \(short(Double(rows) / seconds))rows/s  \(bytes(done)) of \(bytes(total))  \(duration(left)) left"
      let room = max(0, min(30, Terminal.width - text.count - 4))
      let full = Int(saturating: share * Double(room))
      let bar = room < 5 ? "" : "[\(String(repeating: "=", count: full))\(String(repeating: " ", count: room - full))] "
      writeToError("\r\u{1B}[K\(bar)\(text.prefix(max(0, Terminal.width - 1)))")
    }
  }

  func published(_ window: PublishedWindow) {
    guard !quiet else { return }
    state.withLock { state in
      let now = monotonicNanoseconds()
      state.rowsSinceLine += window.counts.records
      guard now - state.lastLine >= Self.lineInterval else {
        state.skippedWindows += 1
        return
      }
      let seconds = Double(now - state.lastWindowAt) * 1e-9
      let counts = window.counts
      var line = "window \(window.index): \(grouped(counts.hits)) hits of \(grouped(counts.records)) rows"
      line += " (\(short(Double(state.rowsSinceLine) / max(seconds, 1e-9)))rows/s)"
      if counts.unmapped > 0 { line += ", \(grouped(counts.unmapped)) unmapped" }
      if counts.malformed > 0 { line += ", \(grouped(counts.malformed)) malformed" }
      if counts.late > 0 { line += ", \(grouped(counts.late)) late" }
      if counts.stray > 0 { line += ", \(grouped(counts.stray)) stray" }
      if counts.disordered > 0 { line += ", \(grouped(counts.disordered)) disordered" }
      if counts.gaps > 0 { line += ", gaps of \(grouped(counts.gaps)) offsets" }
      if let lag = window.lag, lag.rows > 0 {
        line += ", \(grouped(lag.rows)) rows (\(duration(lag.seconds))) behind"
      }
      if window.overdue > 0 {
        line += ", \(grouped(window.overdue)) results not taken by the brokers yet"
      } else if let latency = window.latency {
        line += ", latency \(milliseconds(latency))"
      }
      if state.skippedWindows > 0 { line += "; \(grouped(state.skippedWindows)) windows before it" }
      state.lastLine = now
      state.lastWindowAt = now
      state.skippedWindows = 0
      state.rowsSinceLine = 0
      show(line, &state)
    }
  }

  func warning(_ message: String) {
    state.withLock { state in
      show(warningLine(message), &state)
    }
  }

  func note(_ message: String) {
    guard !quiet else { return }
    state.withLock { show(message.escapedForTerminal, &$0) }
  }

  /// The terminal has it as a note.
  func standing(_ sentence: String?) {
    dashboards.note(sentence.map { "\($0.prefix(1).uppercased())\($0.dropFirst())" })
  }

  // MARK: A changed pipeline

  func tookOver(_ pipeline: Pipeline, _ change: PipelineChange) {
    dashboards.note(nil as String?)
    let parts = [("new", change.added), ("changed", change.changed), ("gone", change.removed)].compactMap {
      $1.isEmpty ? nil : "\($0): \($1.joined(separator: ", "))"
    }
    note(
      "the changed pipeline counts from here on; \(parts.isEmpty ? "no histogram changed" : parts.joined(separator: "; "))"
    )
  }

  func refused(_ pipeline: Pipeline, _ reason: String) {
    rejected(
      errorLine("the changed pipeline was not taken: \(reason)"),
      sentence: "The changed pipeline was not taken: \(reason)")
  }

  /// A changed pipeline does not take over: why, escaped for a terminal, and in a sentence.
  func rejected(_ report: String, sentence: String) {
    dashboards.note(sentence)
    state.withLock { show("\(report)\nthe pipeline as it was goes on", &$0) }
  }

  func end(_ totals: RunTotals) {
    guard !quiet else {
      state.withLock { clearBar(&$0) }
      return
    }
    let counts = totals.counts
    var line =
      "\(grouped(totals.windows)) \(totals.windows == 1 ? "window" : "windows"): \(grouped(counts.records)) rows, \(grouped(counts.dropped)) dropped, \(grouped(counts.hits)) hits, \(grouped(counts.unmapped)) unmapped, \(grouped(counts.malformed)) malformed"
    if counts.late > 0 { line += ", \(grouped(counts.late)) late" }
    if counts.stray > 0 { line += ", \(grouped(counts.stray)) stray" }
    if counts.disordered > 0 { line += ", \(grouped(counts.disordered)) disordered" }
    if counts.gaps > 0 { line += ", gaps of \(grouped(counts.gaps)) offsets" }
    line += " in \(duration(totals.seconds)) (\(short(totals.rowsPerSecond))rows/s)"
    if totals.openWindows > 0 {
      note(
        "\(grouped(totals.openWindows)) \(totals.openWindows == 1 ? "window is" : "windows are") not complete and not published: the next run reads \(totals.openWindows == 1 ? "its" : "their") rows again"
      )
    }
    if totals.voidWindows > 0 {
      note(
        "\(grouped(totals.voidWindows)) more \(totals.voidWindows == 1 ? "window does" : "windows do") not count, since the run lost its claim: \(totals.voidWindows == 1 ? "its" : "their") rows are read again, by it or by others"
      )
    }
    for program in totals.programs {
      var line =
        "\(program.name): \(grouped(program.rows)) rows in \(program.processes) \(program.processes == 1 ? "process" : "processes")"
      if program.rows > 0 { line += " (\(short(program.rowsPerSecond))rows/s)" }
      if program.restarts > 0 {
        line += ", started again \(program.restarts == 1 ? "once" : "\(program.restarts) times")"
      }
      note(line)
    }
    if let half = totals.latencies.quantile(0.5), let most = totals.latencies.quantile(0.99), totals.latencies.count > 1
    {
      note("latency from a window's end to its acknowledgement: p50 \(milliseconds(half)), p99 \(milliseconds(most))")
    }
    state.withLock { show(line, &$0) }
  }

  /// Says what is odd about a run whose input has ended.
  func review(_ totals: RunTotals, readsTopic: Bool) {
    if totals.isNothingDecoded {
      let line = errorLine(nothingDecoded(totals.counts, first: totals.firstMalformed))
      state.withLock { show(line, &$0) }
    } else if totals.unpublished != RowCounts() {
      warning("in no window, and so in no message: \(totals.unpublished.summary)")
    }
    // A topic of which everything was published before has no row for the next run.
    if totals.isWithoutRows, !readsTopic {
      warning("the input has no row: it is empty, or holds nothing but a header, comments and blank lines")
    }
  }

  /// Shows a line in which nothing is a user's that is not escaped.
  private func show(_ line: String, _ state: inout State) {
    clearBar(&state)
    writeToError(line + "\n")
  }

  private func clearBar(_ state: inout State) {
    if state.barIsShown { writeToError("\r\u{1B}[K") }
    state.barIsShown = false
  }
}
