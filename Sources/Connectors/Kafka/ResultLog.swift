import Kafka
import Results
import Support
import Synchronization

/// A log of results that a run publishes to. It claims what the run reads, numbers its messages, and knows which of
/// them count.
///
/// If several runs write to one log, the newest good claim of each partition decides whose messages count. See
/// ``Results/ResultFold`` and docs/delivery.md.
final class ResultLog: Sendable {
  /// The right by which messages are written.
  private enum Right {
    /// Nobody claims the input: messages carry no claim.
    case free
    /// This run may publish nothing.
    case none
    /// Claimed, but not begun: messages belong to the time before the claim, and are void.
    case claimed(epoch: Int64)
    /// The run ends, and a message found no room: all after it would be void.
    case ending
    /// `number`: the number of the last message.
    case held(epoch: Int64, number: Int64)
  }

  let name: String
  private let context: SinkComponent.Context
  private let judge: LogJudge
  private let producer: ResultProducer
  private let right = Mutex(Right.free)
  /// The partitions last reported as idle.
  private let idle = Mutex<Set<String>>([])
  private let isVoid: @Sendable (Int) -> Void

  /// How long ``flush()`` waits to hear which messages count, in nanoseconds.
  private static let patience: Int64 = 15_000_000_000
  /// How long to wait after a void claim before the next one, in milliseconds.
  private static let firstWait: UInt32 = 50
  private static let longestWait: UInt32 = 1_000

  /// `counts` and `isVoid` are called with a message's token, `lost` when the claim is lost; all on any thread.
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

  /// Claims partitions; see ``ResultSink/claim(_:)``. `stop` returns whether the user wants to stop.
  func claim(_ request: ClaimRequest, stop: @escaping StopCheck) throws -> ClaimAnswer {
    giveUp()
    guard !request.partitions.isEmpty else { return .refused }
    // Messages on their way may still count, so wait for them before the log is read.
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
        if epoch == 1, let doubt = judge.doubt(about: request.input) { context.warn(doubt) }
        right.withLock { $0 = .claimed(epoch: epoch) }
        return .record(judge.claim?.record ?? PublishedRecord())
      }
      pauseThread(milliseconds: wait)
      wait = min(2 * wait, Self.longestWait)
    }
  }

  /// Whether the claim is in force at the end of the log. Also true if reading fails: the next write meets the error
  /// again.
  func holdsClaim(stop: @escaping StopCheck) -> Bool {
    guard (try? judge.catchUp(stop)) == true, let claim = judge.claim else { return true }
    return !claim.isLost
  }

  /// Whether the sent claim is good; nil if the user wants to stop before this is known.
  private func fate(_ stop: StopCheck) throws -> Bool? {
    while true {
      if let isGood = judge.claim?.isGood { return isGood }
      try check()
      if stop() { return nil }
      pauseThread(milliseconds: 1)
    }
  }

  /// From here on, messages belong to the last claim.
  func begin(isShared: Bool) {
    right.withLock { right in
      if case .claimed(let epoch) = right { right = .held(epoch: epoch, number: 0) }
    }
    idle.withLock { $0 = [] }
    if isShared { judge.follow() }
  }

  /// Writes a tick with the idle partitions of the claim, if they have changed.
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

  /// The last window of a span that other instances have published of the input.
  var lastOfOthers: Int64? { judge.lastOfOthers }

  /// Lets this run publish nothing until it claims again.
  private func giveUp() {
    right.withLock { $0 = .none }
    judge.giveUp()
  }

  /// Whether messages written now count, as far as is known.
  var holds: Bool {
    guard case .held = right.withLock({ $0 }) else { return false }
    return judge.claim?.isLost == false
  }

  /// The offset of this run's last message on the log; -1 if there is none.
  var lastOffset: Int64 { judge.lastOffset }

  /// The order key of the last whole window that was published without a claim.
  var lastOrder: Int64? { judge.lastOrder }

  /// Sets whether this run writes the snapshots.
  func keepsSnapshots(_ keeps: Bool) { judge.keepsSnapshots(keeps) }

  // MARK: Messages

  /// Sends a message with the claim's next number; it may be void at once. `covered`: what the message covers, if its
  /// source does not say it.
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

  private func send(_ message: [UInt8], ofClaim epoch: Int64, token: Int) throws {
    switch try message.withUnsafeBytes({ try producer.write($0, token: token) }) {
    case .sent: break
    // Messages after a missing one would be void.
    case .refused: right.withLock { $0 = .ending }
    case .lost:
      // Another thread may have claimed again while this one waited.
      if judge.claim?.epoch == epoch { withdraw() }
      if token >= 0 { isVoid(token) }
    }
  }

  /// Takes the next number of the claim.
  private static func next(_ right: inout Right) -> Right {
    if case .held(let epoch, let number) = right { right = .held(epoch: epoch, number: number + 1) }
    return right
  }

  /// Takes back messages that are not safe, and gives up the claim: its numbers are used up.
  func withdraw() {
    let hasClaim = right.withLock { right in
      if case .free = right { return false }
      return true
    }
    if hasClaim { giveUp() }
    producer.withdraw()
  }

  /// Waits while `mayWait` says so until the fate of every message is known; returns whether it is.
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

  /// Throws the error that has ended the log, or the merging of it.
  func check() throws {
    try judge.check()
    try producer.check()
  }
}
