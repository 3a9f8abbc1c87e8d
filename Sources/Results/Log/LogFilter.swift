import Histograms

/// Tells which results of a log count, or of a file of its messages: of whatever pipelines, and wherever it begins.
///
/// What came before the first message is not known: the first one of each partition is believed, up to a snapshot that says
/// what there was.
package struct LogFilter: Sendable {
  private var folds: [String: ResultFold] = [:]
  /// How many results did not count.
  package private(set) var voidCount = 0

  package init() {}

  private func fold(of pipeline: String) -> ResultFold {
    folds[pipeline] ?? ResultFold(pipeline: pipeline, isCut: true)
  }

  /// Whether a message is a result that counts. Throws where it is neither a result nor a claim.
  package mutating func admits(_ message: UnsafeRawBufferPointer) throws(ResultError) -> Bool {
    guard let found = LogMessage(reading: message) else {
      // The reason is the one for which it is no result.
      _ = try ResultHead(reading: message)
      return false
    }
    return admits(found)
  }

  /// Whether a message is a result that counts.
  package mutating func admits(_ message: LogMessage) -> Bool {
    var fold = fold(of: message.pipeline)
    let verdict = fold.take(message)
    folds[message.pipeline] = fold
    guard case .result = message else { return false }
    if verdict != .good { voidCount += 1 }
    return verdict == .good
  }

  /// Goes on from what a snapshot says of the messages before.
  package mutating func begin(from inputs: PublishedInputs, of pipeline: String) {
    folds[pipeline] = ResultFold(pipeline: pipeline, from: inputs)
  }

  /// The first snapshot of each pipeline among messages of a log that states something of the first one or of later ones:
  /// by the pipeline, the offset from where it holds and what it says.
  package static func beginnings(
    in messages: [(offset: Int64, message: LogMessage)]
  ) -> [String: (offset: Int64, inputs: PublishedInputs)] {
    guard let first = messages.first?.offset else { return [:] }
    var found: [String: (offset: Int64, inputs: PublishedInputs)] = [:]
    for (_, message) in messages {
      guard case .claim(let claim) = message, case .snapshot(let upto, let inputs, _) = claim.kind, upto >= first,
        found[claim.pipeline] == nil
      else { continue }
      found[claim.pipeline] = (upto, inputs)
    }
    return found
  }
}
