import Columns
import Results
import Support
import Synchronization

/// Follows the log that a run publishes to, and tells which of the run's own messages count.
///
/// If nobody else writes to the log, the offsets of the run's deliveries follow one another, and nothing is read. From
/// the first offset that does not, the log is read as it grows.
final class LogJudge: Sendable {
  private struct State {
    var log: JudgedLog
    /// The offset of the last message of this run that is on the log; -1 before there is one.
    var lastOffset: Int64 = -1
    var isFollowing = false
    var isClosing = false
    var failure: ConnectorError?
  }

  private let name: String
  private let makeReader: @Sendable (_ isFollowing: Bool, @escaping StopCheck) -> LogReader
  /// Called on any thread.
  private let report: @Sendable (JudgedLog.Outcome) -> Void
  private let state: Mutex<State>
  // Set once, before the producer's thread ends; `close` comes after that.
  private nonisolated(unsafe) var thread: SystemThread?

  /// Tokens of messages that are not windows.
  static let claimToken = -1
  static let snapshotToken = -2
  static let tickToken = -3

  /// `name`: how messages to the user name the log.
  init(
    name: String, reader: @escaping @Sendable (_ isFollowing: Bool, @escaping StopCheck) -> LogReader,
    report: @escaping @Sendable (JudgedLog.Outcome) -> Void
  ) {
    self.name = name
    makeReader = reader
    self.report = report
    state = Mutex(State(log: JudgedLog(name: name)))
  }

  /// Throws the error that has ended the reading of the log.
  func check() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  func close() {
    state.withLock { $0.isClosing = true }
    thread?.join()
    thread = nil
  }

  // MARK: Claims

  /// The epoch for the next claim, and its partitions' epochs at the end of the log; nil if `stop` says yes first.
  func epochs(
    of partitions: [String], input: String, run: String, stop: @escaping StopCheck
  ) throws -> (next: Int64, after: [String: Int64])? {
    guard try catchUp(stop) else { return nil }
    let epochs = state.withLock { $0.log.epochs(of: partitions, input: input, run: run) }
    guard epochs.next <= Int64.farthestPlace else {
      throw ConnectorError(
        "\(name): a claim has the largest epoch that there is, so no other can follow: publish to another results topic"
      )
    }
    return epochs
  }

  /// Notes a claim that is about to be sent.
  func begin(_ claim: JudgedLog.Claim) { state.withLock { $0.log.begin(claim) } }

  func giveUp() { state.withLock { $0.log.giveUp() } }

  /// See ``JudgedLog/doubt(about:)``.
  func doubt(about input: String) -> String? { state.withLock { $0.log.doubt(about: input) } }

  /// The claim made last.
  var claim: JudgedLog.Claim? { state.withLock { $0.log.claim } }

  /// The last window of a span that other instances have published of this run's input.
  var lastOfOthers: Int64? { state.withLock { $0.log.lastOfOthers } }

  /// The order key of the last whole window that was published without a claim.
  var lastOrder: Int64? { state.withLock { $0.log.fold?.lastOrder } }

  /// Folds the log up to its present end; false if `stop` says yes first.
  func catchUp(_ stop: @escaping StopCheck) throws -> Bool {
    try check()
    let reader = makeReader(false, stop)
    defer { reader.close() }
    if state.withLock({ $0.log.fold == nil }) {
      guard let beginning = try reader.fold() else { return false }
      state.withLock {
        $0.log.begin(
          beginning.fold, next: beginning.next, sinceSnapshot: beginning.sinceSnapshot, now: monotonicNanoseconds())
      }
      return true
    }
    guard let end = try reader.range(of: LogReader.partition)?.upperBound else { return false }
    while true {
      if state.withLock({ $0.log.next }) >= end { return true }
      follow()
      if stop() { return false }
      try check()
      pauseThread(milliseconds: 2)
    }
  }

  // MARK: Messages

  /// Notes that a message of this run is at an offset, which is negative if the broker did not say it.
  func delivered(_ token: Int, at offset: Int64, _ message: LogMessage?) {
    var outcomes: [JudgedLog.Outcome] = []
    var mustFollow = false
    state.withLock { state in
      state.lastOffset = max(state.lastOffset, offset)
      guard let message, state.log.fold != nil else {
        outcomes = [.counts(token: token)]
        return
      }
      let now = monotonicNanoseconds()
      state.log.deliver(token, at: offset, message, now: now)
      if state.isFollowing {
        outcomes = state.log.judge()
      } else if offset == state.log.next {
        outcomes = state.log.take(message, at: offset, now: now)
      } else {
        if offset >= 0, offset < state.log.next { state.failure = shrunk(offset) }
        mustFollow = true
      }
    }
    if mustFollow { follow() }
    outcomes.forEach(report)
  }

  /// The offset of this run's last message on the log; -1 if there is none.
  var lastOffset: Int64 { state.withLock { $0.lastOffset } }

  /// How many void results of the pipeline came.
  var voidCount: Int { state.withLock { $0.log.voidCount } }

  /// Whether all delivered messages are judged.
  var hasJudgedAll: Bool { state.withLock { $0.log.hasJudgedAll } }

  /// Sets whether this run writes the snapshots of its log.
  func keepsSnapshots(_ keeps: Bool) { state.withLock { $0.log.keepsSnapshots = keeps } }

  /// A snapshot if one is due. At the end of a run (`isLast`) one is due if there is anything new.
  func snapshot(isLast: Bool = false) -> [UInt8]? {
    state.withLock { $0.log.snapshot(now: monotonicNanoseconds(), isLast: isLast) }
  }

  // MARK: Following

  /// Reads the log from here on as it grows.
  func follow() {
    let start = state.withLock { state -> Int64? in
      defer { state.isFollowing = true }
      return state.isFollowing ? nil : state.log.next
    }
    guard let start else { return }
    // `close` waits for the thread, so the judge outlives it.
    thread = SystemThread { [unowned self] in
      do {
        try follow(start)
      } catch {
        let failure = error as? ConnectorError ?? ConnectorError("\(error)")
        state.withLock { state in state.failure = state.failure ?? failure }
      }
    }
  }

  private func follow(_ offset: Int64) throws {
    let stop: StopCheck = { [unowned self] in state.withLock { $0.isClosing } }
    let reader = makeReader(true, stop)
    defer { reader.close() }
    // When the client asked for the end of the log that comes next.
    var asked = monotonicNanoseconds()
    try reader.follow(from: offset)
    while !stop() {
      try reader.drain(milliseconds: 20) { event in
        state.withLock { take(event, endAsked: asked, &$0) }.forEach(report)
      }
      // The client reports the end of a log once. To hear of it again, the log must be followed again.
      let now = monotonicNanoseconds()
      if let next = state.withLock({ $0.log.needsEnd(since: asked, now: now) ? $0.log.next : nil }) {
        asked = now
        try reader.follow(from: next)
      }
    }
  }

  private func take(_ event: LogReader.Event, endAsked asked: Int64, _ state: inout State) -> [JudgedLog.Outcome] {
    switch event {
    case .message(let message, _, let offset):
      if offset < state.log.next { return [] }
      return state.log.take(message, at: offset, now: monotonicNanoseconds())
    case .end(let offset):
      if offset < state.log.next { state.failure = shrunk(offset) }
      state.log.skip(to: offset)
      return state.log.judge(endAsked: asked)
    case .gone(let offset):
      state.failure = ConnectorError(
        "\(name): retention has deleted messages that this run had not read yet, up to offset \(offset). Start again: the next run continues with the newest snapshot"
      )
      return []
    }
  }

  private func shrunk(_ offset: Int64) -> ConnectorError {
    ConnectorError(
      "\(name): the brokers have lost results that they had acknowledged, from offset \(offset) on. Start again: the next run reads their rows again"
    )
  }
}
