/// A message beside the results on their log: who publishes from here on, and what a reader may begin with.
///
/// Programs that read results alone pass it over by its schema.
package struct ClaimMessage: Sendable, Equatable {
  package static let schema = "hitmon.claim/1"

  package enum Kind: Sendable, Equatable {
    /// Claims partitions of an input. `after` has the epoch of each as its writer has read it, 0 for one that nobody has
    /// claimed yet: where another claim came between, this one is void.
    case claim(input: String, epoch: Int64, after: [String: Int64])
    /// Which of its partitions an owner waits for no longer, as they are read to their ends and nothing comes. A message of
    /// the claim as results are, with a number.
    case tick(input: String, epoch: Int64, number: Int64, idle: [String: Bool])
    /// What all messages of the pipeline below the offset `upto` add up to. It is a fact about the log, so a former owner may say it too, and late.
    /// `lastOrder`: see ``ResultFold/lastOrder``.
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
