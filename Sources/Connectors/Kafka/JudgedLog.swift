import Results

/// The log that a run publishes to, as the run knows it: its claim, and which of its messages count.
///
/// ``LogJudge`` passes it the messages that are read and delivered. It has no clock and asks no broker: callers pass
/// times, in nanoseconds of the monotonic clock.
struct JudgedLog {
  /// The verdict on a delivered message, or news of the claim.
  enum Outcome: Equatable {
    case counts(token: Int)
    /// The message is void: its rows will be read again.
    case isVoid(token: Int)
    case lost(Ownership.Loss)
    /// The first void result of the pipeline, from this run or from another one.
    case met(offset: Int64, run: String, ResultFold.Reason)
  }

  /// A claim of this run.
  struct Claim {
    let input: String
    let partitions: [String]
    let epoch: Int64
    /// Whether the claim is good; nil until this is known.
    var isGood: Bool?
    /// The published results when the claim came into force.
    var record = PublishedRecord()
    var isLost = false
  }

  /// A message of this run that is delivered, but not judged yet.
  private struct Delivered {
    /// Nil if the broker did not say it: its answer to a message that it already has carries no offset.
    let offset: Int64?
    let token: Int
    let message: LogMessage
    let time: Int64
  }

  /// How messages to the user name the log.
  let name: String
  private(set) var run = ""
  /// Nil until the run has read the log once.
  private(set) var fold: ResultFold?
  /// The offset behind the last folded message.
  private(set) var next: Int64 = 0
  private(set) var claim: Claim?
  /// How many void results of the pipeline came.
  private(set) var voidCount = 0
  /// Whether this run writes the snapshots.
  var keepsSnapshots = false
  /// This run's claims by epoch, each with the number of its last message that counts.
  private var claims: [Int64: (input: String, partitions: [String], counted: Int64)] = [:]
  private var delivered: [Delivered] = []
  private var sinceSnapshot = 0
  private var lastSnapshot: Int64 = 0

  /// A snapshot is due after so many new messages, or, with new messages, when the last one is so old. Without news the
  /// last snapshot is written again at `longestAge`, so that retention never deletes it. Ages are in nanoseconds.
  private static let mostSinceSnapshot = 256
  private static let snapshotAge: Int64 = 60_000_000_000
  private static let longestAge: Int64 = 3_600_000_000_000
  /// A delivered message lies below the end of the log if the end was asked for so much later, in nanoseconds.
  private static let settling: Int64 = 2_000_000_000

  init(name: String) { self.name = name }

  /// Begins with a fold of all messages below an offset.
  mutating func begin(_ fold: ResultFold, next: Int64, sinceSnapshot: Int, now: Int64) {
    (self.fold, self.next, self.sinceSnapshot, lastSnapshot) = (fold, next, sinceSnapshot, now)
  }

  // MARK: Claims

  /// The epoch for a run's next claim, and the epochs of its partitions on the log.
  mutating func epochs(
    of partitions: [String], input: String, run: String
  ) -> (next: Int64, after: [String: Int64]) {
    self.run = run
    var after: [String: Int64] = [:]
    for partition in partitions { after[partition] = fold?[input, partition].epoch ?? 0 }
    return (max(after.values.max() ?? 0, claim?.epoch ?? 0) + 1, after)
  }

  /// Notes a claim that is about to be sent.
  mutating func begin(_ claim: Claim) {
    self.claim = claim
    claims[claim.epoch] = (claim.input, claim.partitions, 0)
  }

  /// A warning if the log has no results of an input though it should; nil if there is no doubt. Reading begins as if
  /// nothing were published.
  func doubt(about input: String) -> String? {
    guard let fold, !Self.hasResults(fold.inputs[input] ?? [:]) else { return nil }
    let topics = Set(input.split(separator: ","))
    let others = fold.inputs.filter { other, partitions in
      !topics.isDisjoint(with: other.split(separator: ",")) && Self.hasResults(partitions)
    }
    if let other = others.keys.min() {
      return
        "\(name) has results of `\(other)` and none of `\(input)`, so all rows count again: keep the sources and their order"
    }
    return fold.isCut
      ? "\(name) begins in the middle, and the results that are left say nothing of `\(input)`: rows may count again"
      : nil
  }

  private static func hasResults(_ partitions: [String: PublishedPartition]) -> Bool {
    partitions.values.contains { $0.position != nil }
  }

  mutating func giveUp() { claim?.isLost = true }

  /// The last window of a span that other instances have published of this run's input.
  var lastOfOthers: Int64? {
    guard let claim, let partitions = fold?.inputs[claim.input] else { return nil }
    return partitions.filter { !claim.partitions.contains($0.key) }.compactMap(\.value.position?.last).max()
  }

  // MARK: Messages

  /// Notes that a message of this run was delivered. `offset` is negative if the broker did not say it.
  mutating func deliver(_ token: Int, at offset: Int64, _ message: LogMessage, now: Int64) {
    delivered.append(Delivered(offset: offset >= 0 ? offset : nil, token: token, message: message, time: now))
  }

  /// Folds the message at an offset, and judges the delivered messages up to it.
  mutating func take(_ message: LogMessage, at offset: Int64, now: Int64) -> [Outcome] {
    next = offset + 1
    let verdict = fold?.take(message)
    var outcomes: [Outcome] = []
    switch message {
    case .claim(let found):
      if case .snapshot = found.kind { (sinceSnapshot, lastSnapshot) = (0, now) } else { sinceSnapshot += 1 }
      if verdict == .good, case .claim(let input, let epoch, _) = found.kind, found.run == run, epoch == claim?.epoch,
        let fold
      {
        claim?.isGood = true
        claim?.record = PublishedRecord(fold, of: input)
      }
    case .result(let head):
      sinceSnapshot += 1
      if case .void(let reason)? = verdict {
        voidCount += 1
        if voidCount == 1 { outcomes.append(.met(offset: offset, run: head.run, reason)) }
      }
      if verdict == .good, let claim = head.claim, let own = claims[claim.epoch],
        own.partitions.contains(where: { head.covers($0, of: own.input) })
      {
        claims[claim.epoch]?.counted = claim.number
      }
    }
    if let loss = loss(by: message) { outcomes += lose(loss) }
    return outcomes + judge()
  }

  /// Notes that the log has no message between the last folded one and an offset.
  mutating func skip(to offset: Int64) { next = max(next, offset) }

  /// Judges the delivered messages that the fold has passed.
  ///
  /// - Parameter asked: when the client asked for the end of the log that is now folded, on the monotonic clock; nil if
  ///   the log may go on.
  mutating func judge(endAsked asked: Int64? = nil) -> [Outcome] {
    var outcomes: [Outcome] = []
    while let first = delivered.first, isFolded(first, endAsked: asked) {
      delivered.removeFirst()
      switch first.message {
      case .claim(let message):
        if case .claim(_, let epoch, _) = message.kind, epoch == claim?.epoch, claim?.isGood == nil {
          claim?.isGood = false
        }
        outcomes.append(.counts(token: first.token))
      case .result(let head):
        guard let claim = head.claim, claim.number > counted(claim.epoch) else {
          // A message that was sent twice counts once.
          outcomes.append(.counts(token: first.token))
          continue
        }
        outcomes.append(.isVoid(token: first.token))
        if claim.epoch == self.claim?.epoch {
          outcomes += lose(.missing(log: name, number: counted(claim.epoch) + 1))
        }
      }
    }
    return outcomes
  }

  /// Whether all delivered messages are judged.
  var hasJudgedAll: Bool { delivered.isEmpty }

  /// Whether to ask for the end of the log again. It was last asked for at `asked`, but a message without an offset was
  /// delivered after that, or too shortly before.
  func needsEnd(since asked: Int64, now: Int64) -> Bool {
    guard let first = delivered.first, first.offset == nil else { return false }
    return now - first.time > Self.settling && asked - first.time <= Self.settling
  }

  private func counted(_ epoch: Int64) -> Int64 { claims[epoch]?.counted ?? 0 }

  /// Whether the fold has passed a message of this run.
  private func isFolded(_ message: Delivered, endAsked asked: Int64?) -> Bool {
    if let offset = message.offset { return offset < next }
    switch message.message {
    case .result(let head):
      if let claim = head.claim, claim.number <= counted(claim.epoch) { return true }
    case .claim(let found):
      if case .claim(_, let epoch, _) = found.kind, epoch == claim?.epoch, claim?.isGood != nil { return true }
    }
    return asked.map { $0 - message.time > Self.settling } ?? false
  }

  /// How a message ends this run's claim; nil if it does not.
  private func loss(by message: LogMessage) -> Ownership.Loss? {
    guard let claim, claim.isGood == true, !claim.isLost, let fold else { return nil }
    return claim.partitions.first { fold[claim.input, $0].epoch != claim.epoch }
      .map { .taken(log: name, by: message.run, partition: $0) }
  }

  private mutating func lose(_ loss: Ownership.Loss) -> [Outcome] {
    guard claim?.isLost == false else { return [] }
    claim?.isLost = true
    return [.lost(loss)]
  }

  // MARK: Snapshots

  /// A snapshot if one is due. At the end of a run (`isLast`) one is due if there is anything new.
  mutating func snapshot(now: Int64, isLast: Bool = false) -> [UInt8]? {
    guard keepsSnapshots, let fold, let claim, claim.isGood == true, !claim.isLost else { return nil }
    let age = now - lastSnapshot
    let isDue =
      sinceSnapshot > 0
      ? isLast || sinceSnapshot >= Self.mostSinceSnapshot || age >= Self.snapshotAge : age >= Self.longestAge
    guard isDue else { return nil }
    // If this snapshot is not written, a later one is.
    (sinceSnapshot, lastSnapshot) = (0, now)
    return ClaimMessage(
      pipeline: fold.pipeline, run: run,
      .snapshot(upto: next, Self.lasting(fold.inputs), lastOrder: fold.lastOrder)
    ).json
  }

  /// Leaves out inputs that no run continues: files are read once, and there may be thousands.
  private static func lasting(_ inputs: PublishedInputs) -> PublishedInputs {
    var inputs = inputs
    inputs[""] = inputs[""]?.filter { $0.value.epoch > 0 }
    return inputs.filter { !$0.value.isEmpty }
  }
}
