/// Decides which messages of a log of results count. Everybody who reads the log applies it, from the same beginning in
/// the order of offsets, and so comes to the same end.
///
/// A claim is good if no other came between what its writer has read and itself, and if its epoch is higher than before. A
/// result is good if its claim is in force for all of its partitions, and if its number is the next one. All else is void,
/// as if it had never been written: what an instance wrote that had lost its partitions, what was written twice, and what
/// lies behind a message that is missing. No clock and no lock is needed for this.
package struct ResultFold: Sendable {
  package enum Verdict: Sendable, Equatable {
    case good
    /// Counts for nothing, for the reason.
    case void(Reason)
    /// Of another pipeline, or a snapshot, which changes nothing.
    case passedOver
  }

  package enum Reason: Sendable, Equatable {
    /// Of a partition that was claimed since: by the epoch of the claim in force.
    case claimed(partition: String, since: Int64)
    /// The same number was there before.
    case repeated(number: Int64)
    /// Messages before it are missing.
    case missing(after: Int64, found: Int64)
    /// By a version that does not claim, of a partition that is claimed.
    case unclaimed(partition: String)
    /// It names no partition.
    case ofNothing

    /// As part of a sentence.
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
  /// What orders the last window that was published without a claim, and covers no part.
  package private(set) var lastOrder: Int64?
  /// Whether messages before the first are gone, and nothing says what they were: the first message of a partition is
  /// believed, and those of newer claims after it.
  private let isCut: Bool
  /// Of a log whose beginning is gone: partitions of which no claim was met that follows on what is known, by their inputs.
  private var unsure: [String: Set<String>] = [:]

  /// - Parameters:
  ///   - inputs, lastOrder: what the messages before the first that is taken add up to, as a snapshot says.
  ///   - isCut: whether there were messages before, and no snapshot of them is left.
  package init(
    pipeline: String, from inputs: PublishedInputs = [:], lastOrder: Int64? = nil, isCut: Bool = false
  ) {
    self.lastOrder = lastOrder
    self.pipeline = pipeline
    self.inputs = inputs
    self.isCut = isCut
  }

  /// What the log says of a partition.
  package subscript(input: String, partition: String) -> PublishedPartition {
    inputs[input]?[partition] ?? PublishedPartition()
  }

  /// Takes the message that follows on those before.
  package mutating func take(_ message: LogMessage) -> Verdict {
    guard message.pipeline == pipeline else { return .passedOver }
    switch message {
    case .result(let head):
      guard let claim = head.claim else { return take(unclaimed: head) }
      if let covered = claim.covered {
        let verdict = take(claim, of: covered.input, covered.positions)
        // A run that publishes here without merging goes on where whole windows end.
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

  /// Why a message of a claim is void; nil where it is good.
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

  /// Takes what a message of a claim says of a partition.
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

  /// Notes how far partitions are covered that nobody has claimed.
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
      // Versions before this one do not say which window of each partition was the last. An instance that has taken
      // partitions over publishes windows of theirs that others had published of its own: those stay published.
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
