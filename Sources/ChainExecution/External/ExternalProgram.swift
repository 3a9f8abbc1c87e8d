import CPlugin
import Columns
import Synchronization

/// A program as an operator: the processes that run it, how often it was started again, and how fast it is.
///
/// A thread takes a process for a batch and gives it back, so that there are as many as threads that work at a time.
/// Nobody waits for another's batch, and a batch is answered by one process alone.
package final class ExternalProgram: Sendable {
  /// What was declared.
  package struct Plan: Sendable {
    /// As messages call it: the command.
    package let name: String
    /// Where it stands: `pipeline.yaml:12`.
    let place: String
    let command: [String]
    let directory: String?
    var inputs: [ExternalColumn]
    let outputs: [ExternalColumn]
    /// In nanoseconds.
    package let timeout: Int64
    let start: Int64
    package let restarts: Int
    package let within: Int64

    package init(
      name: String, place: String, command: [String], directory: String?, inputs: [ExternalColumn],
      outputs: [ExternalColumn], timeout: Int64, start: Int64, restarts: Int, within: Int64
    ) {
      self.name = name
      self.place = place
      self.command = command
      self.directory = directory
      self.inputs = inputs
      self.outputs = outputs
      self.timeout = timeout
      self.start = start
      self.restarts = restarts
      self.within = within
    }

    package func with(inputs: [ExternalColumn]) -> Plan {
      var plan = self
      plan.inputs = inputs
      return plan
    }
  }

  /// What it has done so far.
  package struct Totals: Sendable {
    package let name: String
    package var rows: Int64 = 0
    package var batches: Int64 = 0
    /// Rows a second while it had some, of all its processes together.
    package var rowsPerSecond = 0.0
    package var restarts = 0
    package var processes = 0
  }

  private struct State {
    var idle: [ExternalProcess] = []
    var rows: Int64 = 0
    var batches: Int64 = 0
    var busy: Int64 = 0
    var processes = 0
    var restarts = 0
    /// When it went wrong.
    var troubles: [Int64] = []
    var sample = LineSample()
    var tell: @Sendable (String) -> Void = { _ in }
  }

  let plan: Plan
  private let hello: [UInt8]
  private let state = Mutex(State())

  package init(_ plan: Plan) {
    self.plan = plan
    hello = ExternalFrame.hello(inputs: plan.inputs, outputs: plan.outputs)
  }

  // MARK: From beginning to end

  /// Starts the first process, so that a program that cannot work is an error before any row is read. `tell` gets lines for
  /// the log.
  func begin(tell: @escaping @Sendable (String) -> Void) throws(ChainFault) {
    state.withLock { state in
      state = State()
      state.tell = tell
    }
    give(try start(), rows: 0, nanoseconds: 0)
  }

  /// Ends all processes; they may finish what they have begun.
  func end() {
    let idle = state.withLock { state in
      defer { state.idle = [] }
      return state.idle
    }
    for process in idle { process.closeInput() }
    for process in idle { process.end() }
    // After the run there is nobody to tell.
    state.withLock { $0.tell = { _ in } }
  }

  package var totals: Totals {
    state.withLock { state in
      var totals = Totals(name: plan.name)
      totals.rows = state.rows
      totals.batches = state.batches
      totals.restarts = state.restarts
      totals.processes = state.processes
      // Processes work at the same time.
      if state.busy > 0 {
        totals.rowsPerSecond = Double(state.rows) * 1e9 / Double(state.busy) * Double(max(1, state.processes))
      }
      return totals
    }
  }

  // MARK: Batches

  /// A process that nobody else talks to.
  func take() throws(ChainFault) -> ExternalProcess {
    if let process = state.withLock({ $0.idle.popLast() }) { return process }
    return try start()
  }

  func give(_ process: ExternalProcess, rows: Int, nanoseconds: Int64) {
    state.withLock { state in
      state.idle.append(process)
      state.rows += Int64(rows)
      state.batches += rows > 0 ? 1 : 0
      state.busy += nanoseconds
    }
  }

  /// A process in place of one that ended or hung; an error where that happens too often.
  func replace(_ process: ExternalProcess, after trouble: ExternalTrouble) throws(ChainFault) -> ExternalProcess {
    process.kill()
    state.withLock { $0.processes -= 1 }
    try note(trouble, process.lastLine)
    return try start()
  }

  private func start() throws(ChainFault) -> ExternalProcess {
    while true {
      var process: ExternalProcess?
      do {
        let started = try ExternalProcess(plan.command, directory: plan.directory) { [weak self] in self?.log($0) }
        process = started
        try started.greet(hello, within: plan.start)
        state.withLock { $0.processes += 1 }
        return started
      } catch {
        process?.kill()
        // One that has never worked will not work the next time.
        let hasWorked = state.withLock { $0.batches > 0 }
        guard hasWorked else { throw fault(words(error), process?.lastLine ?? "") }
        try note(error, process?.lastLine ?? "")
      }
    }
  }

  /// Counts a trouble; throws where a new start is of no use, or there were too many.
  private func note(_ trouble: ExternalTrouble, _ lastLine: String) throws(ChainFault) {
    if case .wrong(let what) = trouble { throw fault(what, lastLine) }
    let now = program_clock()
    let recent = state.withLock { state in
      state.troubles = state.troubles.filter { $0 > now - plan.within } + [now]
      if state.troubles.count <= plan.restarts { state.restarts += 1 }
      return state.troubles.count
    }
    guard recent <= plan.restarts else {
      let often = plan.restarts == 0 ? "" : ", after \(plan.restarts) \(plan.restarts == 1 ? "restart" : "restarts")"
      throw fault(words(trouble) + often, lastLine)
    }
    state.withLock { $0.tell }("\(plan.name) \(words(trouble)); it is started again, and gets its rows again")
  }

  private func words(_ trouble: ExternalTrouble) -> String {
    switch trouble {
    case .ended(let how): how
    case .late(let what):
      "gave no answer to \(what) within \(Self.seconds(what == "its hello" ? plan.start : plan.timeout))"
    case .wrong(let what): what
    }
  }

  package static func seconds(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds) / 1e9
    return value == value.rounded() ? "\(Int(saturating: value)) s" : "\(value) s"
  }

  /// The error that ends the run.
  func fault(_ what: String, _ lastLine: String) -> ChainFault {
    ChainFault(
      "\(plan.place): the program `\(plan.name)` \(what)\(lastLine.isEmpty ? "" : "; it last wrote: \(lastLine)")")
  }

  /// A line that a process wrote to standard error.
  private func log(_ line: String) {
    let shown: (line: String, tell: @Sendable (String) -> Void)? = state.withLock { state in
      state.sample.take(line, at: program_clock()).map { ($0, state.tell) }
    }
    if let shown { shown.tell("\(plan.name): \(shown.line)") }
  }
}

/// Lines for a log that nobody would read if all were in it: the first few, then one every ten seconds.
struct LineSample {
  private var shown = 0
  private var hidden = 0
  private var next: Int64 = 0

  private static let first = 5
  private static let interval: Int64 = 10_000_000_000

  /// The line as it should be shown; nil where it should not.
  mutating func take(_ line: String, at now: Int64) -> String? {
    guard shown < Self.first || now >= next else {
      hidden += 1
      return nil
    }
    shown += 1
    next = now + Self.interval
    defer { hidden = 0 }
    return hidden == 0 ? line : "\(line) (\(hidden) more \(hidden == 1 ? "line" : "lines") before it)"
  }
}
