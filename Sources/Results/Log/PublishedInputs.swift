/// The state of every partition of every input of a pipeline on a log of results: by the input's topic ("" for an input
/// without one), and there by the partition's name.
package typealias PublishedInputs = [String: [String: PublishedPartition]]

/// The state of a partition on a log of results.
package struct PublishedPartition: Sendable, Equatable {
  /// The epoch of the claim in force; 0 if nobody has claimed the partition yet.
  package var epoch: Int64 = 0
  /// The number of the claim's last message; 0 for none.
  package var number: Int64 = 0
  /// How far the partition is covered; nil if nothing of it is published.
  package var position: ReadPosition?
  /// Whether its owner has read it to its end, and no message has come for a while.
  package var isIdle = false

  package init(epoch: Int64 = 0, number: Int64 = 0, position: ReadPosition? = nil, isIdle: Bool = false) {
    self.epoch = epoch
    self.number = number
    self.position = position
    self.isIdle = isIdle
  }
}
