import Kafka
import Results
import Support
import Synchronization

/// A log of results that a run publishes to: it claims what it reads, numbers its messages, and knows which of them count.
///
/// Of several runs that write to one log, the newest good claim of each partition decides whose messages count. See
/// ``Results/ResultFold`` and docs/delivery.md.
final class ResultLog: Sendable {
  /// In whose right messages are written.
  private enum Right {
    /// Nobody claims the input: messages go without a claim.
    case free
    /// Nothing is this run's to publish.
    case none
    /// Claimed, and what is written is of the time before.
    case claimed(epoch: Int64)
    /// The run ends, and there was no room for a message: what comes behind it would be void.
    case ending
    /// `number`: of the last message.
    case held(epoch: Int64, number: Int64)
  }

  let name: String
  private let context: SinkComponent.Context
  private let judge: LogJudge
  private let producer: ResultProducer
  private let right = Mutex(Right.free)
  /// The partitions that were last said to be idle.
  private let idle = Mutex<Set<String>>([])
  private let isVoid: @Sendable (Int) -> Void

  /// How long the end of a run waits to hear which messages count, in nanoseconds.
  private static let patience: Int64 = 15_000_000_000
  /// How long a claim that came too late waits before the next, in milliseconds.
  private static let firstWait: UInt32 = 50
  private static let longestWait: UInt32 = 1_000

  /// `counts` and `isVoid` are called with the token of a message, on any thread, and `lost` when its claim is.
  init(
    _ target: KafkaTarget, _ context: SinkComponent.Context, watch: BrokerWatch,
    counts: @escaping @Sendable (Int) -> Void, isVoid: @escaping @Sendable (Int) -> Void,
    lost: @escaping @Sendable (Ownership.Loss) -> Void
  ) throws {
    let name = "topic \(target.topic)"
    self.name = name
    self.context = context
    let judge = LogJudge(
      name: name,
      reader: { isFollowing, stop in
        LogReader(target, pipeline: context.pipeline, watch: watch, isFollowing: isFollowing, stop: stop)
      }
    ) { outcome in
      switch outcome {
      case .counts(let token): if token >= 0 { counts(token) }
      case .isVoid(let token): if token >= 0 { isVoid(token) }
      case .lost(let loss): lost(loss)
      case .met(let offset, let run, let reason):
        context.tell(
          "\(name) offset \(offset): a result of run \(run) does not count: \(reason.words). Others like it are passed over too"
        )
      }
    }
    self.judge = judge
    self.isVoid = isVoid
    producer = try ResultProducer(
      target, context, watch: watch,
      events: ResultProducer.Events(
        delivered: { token, offset, message in
          judge.delivered(token, at: offset, message.flatMap { LogMessage(reading: $0) })
        },
        withdrawn: { token in if token >= 0 { isVoid(token) } },
        supplement: { judge.snapshot().map { (LogJudge.snapshotToken, $0) } }))
  }

  // MARK: Claims

  /// Claims partitions; see ``ResultSink/claim(_:)``. `stop` asks whether the user wants to end before.
  func claim(_ request: ClaimRequest, stop: @escaping StopCheck) throws -> ClaimAnswer {
    giveUp()
    guard !request.partitions.isEmpty else { return .refused }
    // What is on its way belongs to what is published.
    guard try settle(while: { !stop() }) else { return .refused }
    var wait = Self.firstWait
    while true {
      let answer = try judge.epochs(
        of: request.partitions, input: request.input, run: context.run, stop: stop)
      guard let (epoch, after) = answer, request.isOwner() else { return .refused }
      judge.begin(JudgedLog.Claim(input: request.input, partitions: request.partitions, epoch: epoch))
      let message = ClaimMessage(
        pipeline: context.pipeline, run: context.run, .claim(input: request.input, epoch: epoch, after: after)
      ).json
      let written = try message.withUnsafeBytes { try producer.write($0, token: LogJudge.claimToken) }
      guard written == .sent, let isGood = try fate(stop) else { return .refused }
      if isGood {
        right.withLock { $0 = .claimed(epoch: epoch) }
        return .record(judge.claim?.record ?? PublishedRecord())
      }
      pauseThread(milliseconds: wait)
      wait = min(2 * wait, Self.longestWait)
    }
  }

  /// Whether the claim is in force at the end of the log. What goes wrong here is met again when it is written to.
  func holdsClaim(stop: @escaping StopCheck) -> Bool {
    guard (try? judge.catchUp(stop)) == true, let claim = judge.claim else { return true }
    return !claim.isLost
  }

  /// Whether the claim that was sent is good; nil where the user wants to stop before that is known.
  private func fate(_ stop: StopCheck) throws -> Bool? {
    while true {
      if let isGood = judge.claim?.isGood { return isGood }
      try check()
      if stop() { return nil }
      pauseThread(milliseconds: 1)
    }
  }

  /// What is written from here on is of the claim made last.
  func begin(isShared: Bool) {
    right.withLock { right in
      if case .claimed(let epoch) = right { right = .held(epoch: epoch, number: 0) }
    }
    idle.withLock { $0 = [] }
    if isShared { judge.follow() }
  }

  /// Says which of the claimed partitions nobody need wait for, where that has changed.
  func tick(idle partitions: Set<String>) throws {
    guard let claim = judge.claim, !claim.isLost else { return }
    let isNew = idle.withLock { idle in
      defer { idle = partitions }
      return idle != partitions
    }
    guard isNew, case .held(let epoch, let number) = right.withLock({ Self.next(&$0) }) else { return }
    let idle = Dictionary(uniqueKeysWithValues: claim.partitions.map { ($0, partitions.contains($0)) })
    let message = ClaimMessage(
      pipeline: context.pipeline, run: context.run,
      .tick(input: claim.input, epoch: epoch, number: number, idle: idle)
    ).json
    try send(message, ofClaim: epoch, token: LogJudge.tickToken)
  }

  /// The last window of a span that others have published of the input.
  var lastOfOthers: Int64? { judge.lastOfOthers }

  /// Nothing is this run's to publish until it claims again.
  private func giveUp() {
    right.withLock { $0 = .none }
    judge.giveUp()
  }

  /// Whether what is written counts, as far as is known.
  var holds: Bool {
    guard case .held = right.withLock({ $0 }) else { return false }
    return judge.claim?.isLost == false
  }

  /// The offset of the last message of this run that is on the log; -1 before there is one.
  var lastOffset: Int64 { judge.lastOffset }

  /// What orders the last whole window that was published before anybody claimed.
  var lastOrder: Int64? { judge.lastOrder }

  /// Whether this run writes the snapshots.
  func keepsSnapshots(_ keeps: Bool) { judge.keepsSnapshots(keeps) }

  // MARK: Messages

  /// Sends a message as the next of the claim; it may turn out to be void at once. `covered`: what it covers where that is
  /// not what it says of its source.
  func write(_ message: UnsafeRawBufferPointer, token: Int, covered: ResultHead.Covered? = nil) throws {
    let claim: ResultHead.Claim?
    switch right.withLock({ Self.next(&$0) }) {
    case .free: claim = nil
    case .none, .claimed: return isVoid(token)
    case .ending: return producer.refuse()
    case .held where judge.claim?.isLost != false: return isVoid(token)
    case .held(let epoch, let number): claim = ResultHead.Claim(epoch: epoch, number: number, covered: covered)
    }
    if let claim {
      try send(ResultHead.stamp(message, claim), ofClaim: claim.epoch, token: token)
    } else {
      _ = try producer.write(message, token: token)
    }
  }

  /// Sends a numbered message.
  private func send(_ message: [UInt8], ofClaim epoch: Int64, token: Int) throws {
    switch try message.withUnsafeBytes({ try producer.write($0, token: token) }) {
    case .sent: break
    // What comes behind a message that is missing would be void.
    case .refused: right.withLock { $0 = .ending }
    case .lost:
      // Another thread may have claimed again while this one waited.
      if judge.claim?.epoch == epoch { withdraw() }
      if token >= 0 { isVoid(token) }
    }
  }

  /// Counts the next message in.
  private static func next(_ right: inout Right) -> Right {
    if case .held(let epoch, let number) = right { right = .held(epoch: epoch, number: number + 1) }
    return right
  }

  /// Takes back what is not safe, and gives up the claim: its numbers are used up.
  func withdraw() {
    let hasClaim = right.withLock { right in
      if case .free = right { return false }
      return true
    }
    if hasClaim { giveUp() }
    producer.withdraw()
  }

  /// Waits until it is known of everything written what became of it, as long as `mayWait` says so; gives whether it is.
  func settle(while mayWait: () -> Bool) throws -> Bool {
    guard try producer.settle(while: mayWait) else { return false }
    while !judge.hasJudgedAll {
      try check()
      if !mayWait() { return false }
      pauseThread(milliseconds: 1)
    }
    return true
  }

  func flush() throws {
    try producer.flush()
    let deadline = monotonicNanoseconds() + Self.patience
    guard try settle(while: { monotonicNanoseconds() < deadline }) else {
      throw ConnectorError("\(name): the brokers have taken the last results and do not hand them out")
    }
  }

  func close() throws {
    defer {
      judge.close()
      if judge.voidCount > 1 { context.tell("\(name): \(judge.voidCount) results did not count") }
    }
    if let snapshot = judge.snapshot(isLast: true) {
      _ = try? snapshot.withUnsafeBytes { try producer.write($0, token: LogJudge.snapshotToken) }
    }
    try producer.close()
  }

  /// Makes the next call throw.
  func fail(_ error: any Error) { producer.fail(error) }

  private func check() throws {
    try judge.check()
    try producer.check()
  }
}
