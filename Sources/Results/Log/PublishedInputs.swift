/// What a log of results says of every partition of every input of a pipeline: by the input's topic ("" for an input
/// without one), and there by the partition's name.
package typealias PublishedInputs = [String: [String: PublishedPartition]]

/// What a log of results says of a partition.
package struct PublishedPartition: Sendable, Equatable {
  /// The claim that is in force; 0 where nobody has claimed the partition yet.
  package var epoch: Int64 = 0
  /// The number of the claim's last message; 0 for none.
  package var number: Int64 = 0
  /// How far the partition is covered; nil while nothing was published of it.
  package var position: ReadPosition?
  /// Whether its owner has read it to its end, and nothing has come for a while.
  package var isIdle = false

  package init(epoch: Int64 = 0, number: Int64 = 0, position: ReadPosition? = nil, isIdle: Bool = false) {
    self.epoch = epoch
    self.number = number
    self.position = position
    self.isIdle = isIdle
  }
}
