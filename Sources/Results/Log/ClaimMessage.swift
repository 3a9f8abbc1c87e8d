/// A message on the log that is not a result: a claim, a tick or a snapshot.
///
/// Programs that read only results skip it by its schema.
package struct ClaimMessage: Sendable, Equatable {
  package static let schema = "hitmon.claim/1"

  package enum Kind: Sendable, Equatable {
    /// Claims partitions of an input. `after` has the epoch of each as its writer has read it, 0 if nobody has claimed
    /// it yet. If another claim came in between, this one is void.
    case claim(input: String, epoch: Int64, after: [String: Int64])
    /// Says for partitions of a claim whether they are idle: read to their ends, with nothing coming. Nobody needs to
    /// wait for idle ones. It has a number of the claim, like a result.
    case tick(input: String, epoch: Int64, number: Int64, idle: [String: Bool])
    /// The sum of all messages of the pipeline below the offset `upto`. It is a fact about the log, so a former owner
    /// may write it too, and late. `lastOrder`: see ``ResultFold/lastOrder``.
    case snapshot(upto: Int64, PublishedInputs, lastOrder: Int64?)
  }

  /// The pipeline's name.
  package var pipeline: String
  /// The run's name.
  package var run: String
  package var kind: Kind

  package init(pipeline: String, run: String, _ kind: Kind) {
    self.pipeline = pipeline
    self.run = run
    self.kind = kind
  }
}
