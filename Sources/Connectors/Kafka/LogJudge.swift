import Results
import Support
import Synchronization

/// Follows the log that a run publishes to, and tells which of the run's own messages count.
///
/// Where nobody else writes to the log, the offsets of the run's deliveries follow one another, and nothing is read. From the
/// first one on that does not follow, the log is read as it grows.
final class LogJudge: Sendable {
  /// What is to be done about a message that was delivered.
  enum Outcome: Equatable {
    case counts(token: Int)
    /// It is void: its rows will be read again.
    case isVoid(token: Int)
    case lost(Ownership.Loss)
    /// The first result of the pipeline that was met and does not count, of this run or of another.
    case met(offset: Int64, run: String, ResultFold.Reason)
  }

  /// A claim of this run.
  struct Claim {
    let input: String
    let partitions: [String]
    let epoch: Int64
    /// Whether it is in force; nil while it is not known.
    var isGood: Bool?
    /// What was published when it came into force.
    var record = PublishedRecord()
    var isLost = false
  }

  private struct State {
    var run = ""
    /// Nil while nothing is claimed.
    var fold: ResultFold?
    /// The offset behind the last message that was folded.
    var next: Int64 = 0
    var claim: Claim?
    /// The number of the last message that counts of each claim of this run, by its epoch.
    var counted: [Int64: Int64] = [:]
    /// The first partition of each claim of this run.
    var claimed: [Int64: (input: String, partition: String)] = [:]
    /// Delivered and not yet judged. The offset is nil where the broker has not said it: an answer that a message which was
    /// sent again is there already has none.
    var delivered: [(offset: Int64?, token: Int, message: LogMessage, at: Int64)] = []
    var lastOffset: Int64 = -1
    /// How many results that do not count were met.
    var voidCount = 0
    var sinceSnapshot = 0
    var lastSnapshot: Int64 = 0
    var keepsSnapshots = false
    var isFollowing = false
    var isClosing = false
    var failure: ConnectorError?
  }

  private let name: String
  private let makeReader: @Sendable (_ isFollowing: Bool, @escaping StopCheck) -> LogReader
  /// Called, on any thread, when it is known what became of a message.
  private let report: @Sendable (Outcome) -> Void
  private let state = Mutex(State())
  // Set once, before the producer's thread ends; `close` comes after that.
  private nonisolated(unsafe) var thread: SystemThread?

  /// Tokens of what is no window.
  static let claimToken = -1
  static let snapshotToken = -2
  static let tickToken = -3
  /// After so many messages, or so many nanoseconds, there is another snapshot.
  private static let mostSinceSnapshot = 256
  private static let snapshotAge: Int64 = 60_000_000_000
  /// An end of the log that is found so long after a message was delivered lies behind it, in nanoseconds.
  private static let settling: Int64 = 2_000_000_000

  /// `name`: what messages call the log.
  init(
    name: String, reader: @escaping @Sendable (_ isFollowing: Bool, @escaping StopCheck) -> LogReader,
    report: @escaping @Sendable (Outcome) -> Void
  ) {
    self.name = name
    makeReader = reader
    self.report = report
  }

  // MARK: Claims

  /// The epoch of the claim that comes next, and the epochs of its partitions as the log has them to its end. Nil where
  /// `stop` says so first.
  func epochs(
    of partitions: [String], input: String, run: String, stop: @escaping StopCheck
  ) throws -> (next: Int64, after: [String: Int64])? {
    guard try catchUp(stop) else { return nil }
    return state.withLock { state in
      state.run = run
      var after: [String: Int64] = [:]
      for partition in partitions { after[partition] = state.fold?[input, partition].epoch ?? 0 }
      let last = max(after.values.max() ?? 0, state.claim?.epoch ?? 0)
      return (last + 1, after)
    }
  }

  /// Notes a claim that is about to be sent.
  func begin(_ claim: Claim) {
    state.withLock { state in
      state.claim = claim
      state.claimed[claim.epoch] = claim.partitions.first.map { (claim.input, $0) }
    }
  }

  /// The claim made last.
  var claim: Claim? { state.withLock { $0.claim } }

  /// The last window of a span that others have published of the input that this run claims.
  var lastOfOthers: Int64? {
    state.withLock { state in
      guard let claim = state.claim, let partitions = state.fold?.inputs[claim.input] else { return nil }
      return partitions.filter { !claim.partitions.contains($0.key) }.compactMap(\.value.position?.last).max()
    }
  }

  /// Nothing is claimed any more.
  func giveUp() { state.withLock { $0.claim?.isLost = true } }

  /// Folds the log up to where it ends now.
  private func catchUp(_ stop: @escaping StopCheck) throws -> Bool {
    try check()
    let reader = makeReader(false, stop)
    defer { reader.close() }
    if state.withLock({ $0.fold == nil }) {
      guard let beginning = try reader.fold() else { return false }
      state.withLock { state in
        (state.fold, state.next) = (beginning.fold, beginning.next)
        (state.sinceSnapshot, state.lastSnapshot) = (beginning.sinceSnapshot, monotonicNanoseconds())
      }
      return true
    }
    guard let end = try reader.range(of: LogReader.partition)?.upperBound else { return false }
    while true {
      let next = state.withLock { $0.next }
      if next >= end { return true }
      follow(from: next)
      if stop() { return false }
      try check()
      pauseThread(milliseconds: 2)
    }
  }

  // MARK: Messages

  /// Takes that a message of this run is at an offset.
  func delivered(_ token: Int, at offset: Int64, _ message: LogMessage?) {
    var outcomes: [Outcome] = []
    var start: Int64?
    state.withLock { state in
      state.lastOffset = max(state.lastOffset, offset)
      guard let message, state.fold != nil else {
        outcomes = [.counts(token: token)]
        return
      }
      let isKnown = offset >= 0
      if isKnown, !state.isFollowing, offset < state.next { state.failure = shrunk(offset) }
      state.delivered.append((isKnown ? offset : nil, token, message, monotonicNanoseconds()))
      if state.isFollowing {
        outcomes = judge(&state)
      } else if offset == state.next {
        outcomes = take(message, at: offset, &state)
      } else {
        start = state.next
      }
    }
    if let start { follow(from: start) }
    outcomes.forEach(report)
  }

  /// Folds a message, and judges what was delivered up to there.
  private func take(_ message: LogMessage, at offset: Int64, _ state: inout State) -> [Outcome] {
    state.next = offset + 1
    let verdict = state.fold?.take(message)
    var met: [Outcome] = []
    switch message {
    case .claim(let found):
      if case .snapshot = found.kind {
        (state.sinceSnapshot, state.lastSnapshot) = (0, monotonicNanoseconds())
      } else {
        state.sinceSnapshot += 1
      }
      if verdict == .good, case .claim(let input, let epoch, _) = found.kind, found.run == state.run,
        epoch == state.claim?.epoch, let fold = state.fold
      {
        state.claim?.isGood = true
        state.claim?.record = PublishedRecord(fold, of: input)
      }
    case .result(let head):
      state.sinceSnapshot += 1
      if case .void(let reason)? = verdict {
        state.voidCount += 1
        if state.voidCount == 1 { met = [.met(offset: offset, run: head.run, reason)] }
      }
      if verdict == .good, let claim = head.claim, let own = state.claimed[claim.epoch],
        head.covers(own.partition, of: own.input)
      {
        state.counted[claim.epoch] = claim.number
      }
    }
    let lost = loss(by: message, state).map { lose(&state, $0) }
    return met + (lost ?? []) + judge(&state)
  }

  /// Whether the claim in force is another run's with this message.
  private func loss(by message: LogMessage, _ state: State) -> Ownership.Loss? {
    guard let claim = state.claim, claim.isGood == true, !claim.isLost, let fold = state.fold else { return nil }
    return claim.partitions.first { fold[claim.input, $0].epoch != claim.epoch }
      .map { .taken(log: name, by: message.run, partition: $0) }
  }

  private func lose(_ state: inout State, _ loss: Ownership.Loss) -> [Outcome] {
    guard state.claim?.isLost == false else { return [] }
    state.claim?.isLost = true
    return [.lost(loss)]
  }

  /// What became of the messages below the place that is folded.
  ///
  /// - Parameter end: when the log was found to end there, on the monotonic clock; nil where that is not known.
  private func judge(_ state: inout State, end: Int64? = nil) -> [Outcome] {
    var outcomes: [Outcome] = []
    while let first = state.delivered.first, isFolded(first.message, at: first.offset, first.at, state, end: end) {
      state.delivered.removeFirst()
      switch first.message {
      case .claim(let message):
        if case .claim(_, let epoch, _) = message.kind, epoch == state.claim?.epoch, state.claim?.isGood == nil {
          state.claim?.isGood = false
        }
        outcomes.append(.counts(token: first.token))
      case .result(let head):
        guard let claim = head.claim, claim.number > state.counted[claim.epoch] ?? 0 else {
          // Where it was sent twice the first one counts.
          outcomes.append(.counts(token: first.token))
          continue
        }
        outcomes.append(.isVoid(token: first.token))
        if claim.epoch == state.claim?.epoch {
          outcomes += lose(&state, .missing(log: name, number: (state.counted[claim.epoch] ?? 0) + 1))
        }
      }
    }
    return outcomes
  }

  /// The offset of the last message of this run; -1 before there is one.
  var lastOffset: Int64 { state.withLock { $0.lastOffset } }

  /// What orders the last whole window that was published before anybody claimed.
  var lastOrder: Int64? { state.withLock { $0.fold?.lastOrder } }

  /// How many results of the pipeline that do not count were met.
  var voidCount: Int { state.withLock { $0.voidCount } }

  /// Whether a message that was delivered at a time is below the place that is folded.
  private func isFolded(
    _ message: LogMessage, at offset: Int64?, _ time: Int64, _ state: State, end: Int64?
  ) -> Bool {
    if let offset { return offset < state.next }
    if case .result(let head) = message, let claim = head.claim, claim.number <= state.counted[claim.epoch] ?? 0 {
      return true
    }
    if case .claim(let found) = message, case .claim(_, let epoch, _) = found.kind, epoch == state.claim?.epoch,
      state.claim?.isGood != nil
    {
      return true
    }
    // It was on the log before the end that was found long after it.
    return end.map { $0 - time > Self.settling } ?? false
  }

  /// Whether everything delivered is judged.
  var hasJudgedAll: Bool { state.withLock { $0.delivered.isEmpty } }

  /// Throws what has ended the reading of the log.
  func check() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  // MARK: Following

  /// Reads the log from here on as it grows.
  func follow() { follow(from: state.withLock { $0.next }) }

  private func follow(from offset: Int64) {
    let isNew = state.withLock { state in
      defer { state.isFollowing = true }
      return !state.isFollowing
    }
    guard isNew else { return }
    // The thread ends before the judge does: `close` waits for it.
    thread = SystemThread { [unowned self] in
      do {
        try follow(offset)
      } catch {
        let failure = error as? ConnectorError ?? ConnectorError("\(error)")
        state.withLock { state in state.failure = state.failure ?? failure }
      }
    }
  }

  private func shrunk(_ offset: Int64) -> ConnectorError {
    ConnectorError(
      "\(name): the brokers have lost results that they had acknowledged, from offset \(offset) on. Start again: the next run reads their rows again"
    )
  }

  private func follow(_ offset: Int64) throws {
    let stop: StopCheck = { [unowned self] in state.withLock { $0.isClosing } }
    let reader = makeReader(true, stop)
    defer { reader.close() }
    try reader.follow(from: offset)
    var isAtEnd = false
    while !stop() {
      try reader.drain(milliseconds: 20) { event in
        let outcomes = state.withLock { state in
          isAtEnd = if case .end = event { true } else { false }
          switch event {
          case .message(let message, _, let offset):
            return offset < state.next ? [] : take(message, at: offset, &state)
          case .end(let offset):
            if offset < state.next { state.failure = shrunk(offset) }
            state.next = max(state.next, offset)
            return judge(&state)
          }
        }
        outcomes.forEach(report)
      }
      if isAtEnd { state.withLock { judge(&$0, end: monotonicNanoseconds()) }.forEach(report) }
    }
  }

  func close() {
    state.withLock { $0.isClosing = true }
    thread?.join()
    thread = nil
  }

  // MARK: Snapshots

  /// Whether this run writes the snapshots of its log.
  func keepsSnapshots(_ keeps: Bool) { state.withLock { $0.keepsSnapshots = keeps } }

  /// What somebody may go on with. Files are read once, and there may be thousands.
  private static func lasting(_ inputs: PublishedInputs) -> PublishedInputs {
    var inputs = inputs
    inputs[""] = inputs[""]?.filter { $0.value.epoch > 0 }
    return inputs.filter { !$0.value.isEmpty }
  }

  /// A snapshot, where it is time for one: at the end of a run (`isLast`) if there is anything new.
  func snapshot(isLast: Bool = false) -> [UInt8]? {
    state.withLock { state in
      guard state.keepsSnapshots, let fold = state.fold, let claim = state.claim, claim.isGood == true, !claim.isLost,
        state.sinceSnapshot > 0
      else { return nil }
      let now = monotonicNanoseconds()
      guard
        isLast || state.sinceSnapshot >= Self.mostSinceSnapshot || now - state.lastSnapshot >= Self.snapshotAge
      else { return nil }
      // The next one, should this one not be written.
      (state.sinceSnapshot, state.lastSnapshot) = (0, now)
      return ClaimMessage(
        pipeline: fold.pipeline, run: state.run,
        .snapshot(upto: state.next, Self.lasting(fold.inputs), lastOrder: fold.lastOrder)
      ).json
    }
  }
}
