/// Decides which messages of a log of results count. Every reader applies it in the order of offsets, from the same
/// beginning, so all come to the same result.
///
/// A claim is good if no other one came after its writer had read the log, and if its epoch is larger than before. A
/// result is good if its claim is in force for all of its partitions, and if its number is the next one. All other
/// messages are void, as if they had never been written: those of an instance that had lost its partitions, duplicates,
/// and those after a missing message. This needs no clock and no lock.
package struct ResultFold: Sendable {
  package enum Verdict: Sendable, Equatable {
    case good
    /// Does not count, for a reason.
    case void(Reason)
    /// Belongs to another pipeline, or is a snapshot, which changes nothing.
    case passedOver
  }

  package enum Reason: Sendable, Equatable {
    /// Another claim is in force for the partition, with the epoch `since`.
    case claimed(partition: String, since: Int64)
    /// The number came before.
    case repeated(number: Int64)
    /// Messages before it are missing.
    case missing(after: Int64, found: Int64)
    /// An older version, which does not claim, has written it for a claimed partition.
    case unclaimed(partition: String)
    /// It names no partition.
    case ofNothing

    /// The reason as part of a sentence.
    package var words: String {
      switch self {
      case .claimed(let partition, _): "another run has claimed partition \(partition)"
      case .repeated(let number): "its number, \(number), was there before"
      case .missing(let after, let found): "its number is \(found), and the one before it was \(after)"
      case .unclaimed(let partition):
        "partition \(partition) is claimed, and an older version of hitmon does not know of claims"
      case .ofNothing: "it names no partition"
      }
    }
  }

  package let pipeline: String
  package private(set) var inputs: PublishedInputs = [:]
  /// The order key of the last window that was published without a claim and is not partial.
  package private(set) var lastOrder: Int64?
  /// Whether messages before the first are missing, and no snapshot says what they were. Then the first message of a
  /// partition is trusted, and after it those with a larger epoch or number.
  package let isCut: Bool
  /// If the beginning of the log is missing: partitions, by input, without a claim yet that follows on what is known.
  private var unsure: [String: Set<String>] = [:]

  /// - Parameters:
  ///   - inputs, lastOrder: the sum of the messages before the first one, from a snapshot.
  ///   - isCut: whether there were messages before, and no snapshot of them is left.
  package init(
    pipeline: String, from inputs: PublishedInputs = [:], lastOrder: Int64? = nil, isCut: Bool = false
  ) {
    self.lastOrder = lastOrder
    self.pipeline = pipeline
    self.inputs = inputs
    self.isCut = isCut
  }

  /// The state of a partition on the log.
  package subscript(input: String, partition: String) -> PublishedPartition {
    inputs[input]?[partition] ?? PublishedPartition()
  }

  /// Takes the next message of the log.
  package mutating func take(_ message: LogMessage) -> Verdict {
    guard message.pipeline == pipeline else { return .passedOver }
    switch message {
    case .result(let head):
      guard let claim = head.claim else { return take(unclaimed: head) }
      if let covered = claim.covered {
        let verdict = take(claim, of: covered.input, covered.positions)
        // A run that publishes to this log without `merge` continues where the whole windows end.
        if verdict == .good { note(head.positions, of: head.source.topic ?? "") }
        return verdict
      }
      return take(claim, of: head.source.topic ?? "", head.positions)
    case .claim(let message):
      switch message.kind {
      case .claim(let input, let epoch, let after): return take(epoch, of: input, after: after)
      case .tick(let input, let epoch, let number, let idle):
        return take(ResultHead.Claim(epoch: epoch, number: number), of: input, idle: idle)
      case .snapshot: return .passedOver
      }
    }
  }

  private mutating func take(_ epoch: Int64, of input: String, after: [String: Int64]) -> Verdict {
    guard !after.isEmpty else { return .void(.ofNothing) }
    for (partition, before) in inOrder(after) {
      if isUnknown(input, partition) { continue }
      let state = self[input, partition]
      let follows = state.epoch == before || before > state.epoch && isUnsure(input, partition)
      guard follows, epoch > before else {
        return .void(.claimed(partition: partition, since: state.epoch))
      }
    }
    for (partition, before) in after {
      let isSure = self[input, partition].epoch == before
      change(input, partition, epoch, number: 0) { $0.isIdle = false }
      if isSure { unsure[input]?.remove(partition) }
    }
    return .good
  }

  private mutating func take(
    _ claim: ResultHead.Claim, of input: String, _ positions: [String: ReadPosition]
  ) -> Verdict {
    if let reason = reason(against: claim, of: input, positions) { return .void(reason) }
    for (partition, position) in positions {
      change(input, partition, claim.epoch, number: claim.number) { $0.position = position }
    }
    return .good
  }

  private mutating func take(_ claim: ResultHead.Claim, of input: String, idle: [String: Bool]) -> Verdict {
    if let reason = reason(against: claim, of: input, idle) { return .void(reason) }
    for (partition, isIdle) in idle {
      change(input, partition, claim.epoch, number: claim.number) { $0.isIdle = isIdle }
    }
    return .good
  }

  /// Why a message of a claim is void; nil if it is good.
  private func reason<Value>(
    against claim: ResultHead.Claim, of input: String, _ partitions: [String: Value]
  ) -> Reason? {
    guard !partitions.isEmpty else { return .ofNothing }
    for (partition, _) in inOrder(partitions) where !isUnknown(input, partition) {
      let state = self[input, partition]
      if isUnsure(input, partition), (claim.epoch, claim.number) > (state.epoch, state.number) { continue }
      guard state.epoch == claim.epoch, claim.epoch > 0 else {
        return .claimed(partition: partition, since: state.epoch)
      }
      guard claim.number > state.number else { return .repeated(number: claim.number) }
      guard claim.number - 1 == state.number else { return .missing(after: state.number, found: claim.number) }
    }
    return nil
  }

  private func isUnknown(_ input: String, _ partition: String) -> Bool {
    isCut && inputs[input]?[partition] == nil
  }

  private func isUnsure(_ input: String, _ partition: String) -> Bool {
    unsure[input]?.contains(partition) ?? false
  }

  /// Changes the state of a partition as a message of a claim says.
  private mutating func change(
    _ input: String, _ partition: String, _ epoch: Int64, number: Int64, _ change: (inout PublishedPartition) -> Void
  ) {
    if isUnknown(input, partition) { unsure[input, default: []].insert(partition) }
    var state = self[input, partition]
    (state.epoch, state.number) = (epoch, number)
    change(&state)
    inputs[input, default: [:]][partition] = state
  }

  private func inOrder<Value>(_ partitions: [String: Value]) -> [(key: String, value: Value)] {
    partitions.sorted { $0.key < $1.key }
  }

  /// Notes how far unclaimed partitions are covered.
  private mutating func note(_ positions: [String: ReadPosition], of input: String) {
    for (partition, position) in positions where self[input, partition].epoch == 0 {
      inputs[input, default: [:]][partition] = PublishedPartition(position: position)
    }
  }

  // MARK: Results of versions that do not claim, and of inputs that one run alone reads

  private mutating func take(unclaimed head: ResultHead) -> Verdict {
    let input = head.source.topic ?? ""
    for partition in head.source.resume.keys.sorted() where self[input, partition].epoch > 0 {
      return .void(.unclaimed(partition: partition))
    }
    if !head.isPartial { lastOrder = max(ResultMerger.order(of: head) ?? .min, lastOrder ?? .min) }
    for (partition, position) in head.positions {
      var position = position
      // Older versions do not write the last window of each partition. An instance that took partitions over may
      // publish an older window for them; its other partitions keep their later one.
      if head.source.last.isEmpty, let before = self[input, partition].position, let cut = before.cut,
        position.cut?.isSame(as: cut) == true, let last = before.last
      {
        position.last = position.last.map { max($0, last) }
        position.read = max(position.read, before.read)
      }
      inputs[input, default: [:]][partition] = PublishedPartition(position: position)
    }
    return .good
  }
}
