import Results

/// The log that a run publishes to, as the run knows it: its claim, and which of its messages count.
///
/// ``LogJudge`` feeds it with what is read and delivered. It has no clock and asks no broker: times are handed in, in
/// nanoseconds of the monotonic clock.
struct JudgedLog {
  /// What became of a message that was delivered, or of the claim.
  enum Outcome: Equatable {
    case counts(token: Int)
    /// The message is void: its rows will be read again.
    case isVoid(token: Int)
    case lost(Ownership.Loss)
    /// The first void result of the pipeline that was met, of this run or of another.
    case met(offset: Int64, run: String, ResultFold.Reason)
  }

  /// A claim of this run.
  struct Claim {
    let input: String
    let partitions: [String]
    let epoch: Int64
    /// Whether the claim is in force; nil until its message is read.
    var isGood: Bool?
    /// What was published when it came into force.
    var record = PublishedRecord()
    var isLost = false
  }

  /// A message of this run that was delivered and is not judged yet.
  private struct Delivered {
    /// Nil where the broker has not said it: its answer to a message that it already has carries no offset.
    let offset: Int64?
    let token: Int
    let message: LogMessage
    let time: Int64
  }

  /// What messages to the user call the log.
  let name: String
  private(set) var run = ""
  /// Nil until the log was read for the first time.
  private(set) var fold: ResultFold?
  /// The offset behind the last message that was folded.
  private(set) var next: Int64 = 0
  private(set) var claim: Claim?
  /// The offset of the last message of this run that is on the log; -1 before there is one.
  private(set) var lastOffset: Int64 = -1
  /// How many void results of the pipeline were met.
  private(set) var voidCount = 0
  /// Whether this run writes the snapshots.
  var keepsSnapshots = false
  /// The claims of this run, and the numbers of their last messages that count; by epochs.
  private var claims: [Int64: (input: String, partitions: [String], counted: Int64)] = [:]
  private var delivered: [Delivered] = []
  private var sinceSnapshot = 0
  private var lastSnapshot: Int64 = 0

  /// A snapshot follows after so many messages, or so long after a message that no snapshot has. Where nothing is published
  /// the old snapshot is written again now and then, so that the retention of the topic never takes the last one.
  private static let mostSinceSnapshot = 256
  private static let snapshotAge: Int64 = 60_000_000_000
  private static let longestAge: Int64 = 3_600_000_000_000
  /// A message that was delivered lies before the end of the log that is asked for so much later, in nanoseconds.
  private static let settling: Int64 = 2_000_000_000

  init(name: String) { self.name = name }

  /// Begins with what the messages below an offset add up to.
  mutating func begin(_ fold: ResultFold, next: Int64, sinceSnapshot: Int, now: Int64) {
    (self.fold, self.next, self.sinceSnapshot, lastSnapshot) = (fold, next, sinceSnapshot, now)
  }

  // MARK: Claims

  /// The epoch for the next claim of a run, and the epochs of its partitions on the log.
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

  /// Nothing is claimed any more.
  mutating func giveUp() { claim?.isLost = true }

  /// The last window of a span that others have published of the input that this run claims.
  var lastOfOthers: Int64? {
    guard let claim, let partitions = fold?.inputs[claim.input] else { return nil }
    return partitions.filter { !claim.partitions.contains($0.key) }.compactMap(\.value.position?.last).max()
  }

  // MARK: Messages

  /// Takes that a message of this run was delivered. `offset` is negative where the broker has not said it.
  mutating func deliver(_ token: Int, at offset: Int64, _ message: LogMessage, now: Int64) {
    lastOffset = max(lastOffset, offset)
    delivered.append(Delivered(offset: offset >= 0 ? offset : nil, token: token, message: message, time: now))
  }

  /// Folds the message at an offset, and judges what was delivered up to there.
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

  /// Takes that no message lies between the one that was folded last and an offset.
  mutating func skip(to offset: Int64) { next = max(next, offset) }

  /// Judges the messages below the place that is folded.
  ///
  /// - Parameter asked: when the end of the log was asked for that is folded, on the monotonic clock; nil where the log may
  ///   go on.
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

  /// Whether everything that was delivered is judged.
  var hasJudgedAll: Bool { delivered.isEmpty }

  /// Whether the end of the log must be asked for again, since it was asked for at a time: a message without an offset was
  /// delivered too short before, or after it.
  func needsEnd(since asked: Int64, now: Int64) -> Bool {
    guard let first = delivered.first, first.offset == nil else { return false }
    return now - first.time > Self.settling && asked - first.time <= Self.settling
  }

  private func counted(_ epoch: Int64) -> Int64 { claims[epoch]?.counted ?? 0 }

  /// Whether a message of this run is below the place that is folded.
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

  /// How the claim is lost with a message; nil where it is not.
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

  /// A snapshot, where it is time for one; at the end of a run (`isLast`) if there is anything new.
  mutating func snapshot(now: Int64, isLast: Bool = false) -> [UInt8]? {
    guard keepsSnapshots, let fold, let claim, claim.isGood == true, !claim.isLost else { return nil }
    let age = now - lastSnapshot
    let isDue =
      sinceSnapshot > 0
      ? isLast || sinceSnapshot >= Self.mostSinceSnapshot || age >= Self.snapshotAge : age >= Self.longestAge
    guard isDue else { return nil }
    // If this one is not written, the next one is.
    (sinceSnapshot, lastSnapshot) = (0, now)
    return ClaimMessage(
      pipeline: fold.pipeline, run: run,
      .snapshot(upto: next, Self.lasting(fold.inputs), lastOrder: fold.lastOrder)
    ).json
  }

  /// Inputs without those that nobody continues: files are read once, and there may be thousands.
  private static func lasting(_ inputs: PublishedInputs) -> PublishedInputs {
    var inputs = inputs
    inputs[""] = inputs[""]?.filter { $0.value.epoch > 0 }
    return inputs.filter { !$0.value.isEmpty }
  }
}
