import Histograms

/// Tells which results count, on a log or in a file of its messages. They may be of any pipelines, and begin anywhere.
///
/// If there may have been messages before the first one, it trusts the first message of each partition, until
/// ``begin(from:of:)`` passes it a snapshot.
package struct LogFilter: Sendable {
  private let isCut: Bool
  private var folds: [String: ResultFold] = [:]
  /// How many results were void.
  package private(set) var voidCount = 0

  /// - Parameter isCut: whether there may be messages before the first one.
  package init(isCut: Bool = true) { self.isCut = isCut }

  private func fold(of pipeline: String) -> ResultFold {
    folds[pipeline] ?? ResultFold(pipeline: pipeline, isCut: isCut)
  }

  /// Whether a message is a result that counts. Throws if it is neither a result nor a claim.
  package mutating func admits(_ message: UnsafeRawBufferPointer) throws(ResultError) -> Bool {
    guard let found = LogMessage(reading: message) else {
      // Throws the reason why it is not a result.
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

  /// Continues from a snapshot of the messages before.
  package mutating func begin(from inputs: PublishedInputs, of pipeline: String) {
    folds[pipeline] = ResultFold(pipeline: pipeline, from: inputs)
  }

  /// The first snapshot of each pipeline whose `upto` is not before the first message of a log: by pipeline, the offset
  /// from which it holds, and its inputs.
  package static func beginnings(
    in messages: [(offset: Int64, message: LogMessage)]
  ) -> [String: (offset: Int64, inputs: PublishedInputs)] {
    guard let first = messages.first?.offset else { return [:] }
    var found: [String: (offset: Int64, inputs: PublishedInputs)] = [:]
    for (offset, message) in messages {
      guard case .claim(let claim) = message, case .snapshot(let upto, let inputs, _) = claim.kind, upto >= first,
        upto <= offset, found[claim.pipeline] == nil
      else { continue }
      found[claim.pipeline] = (upto, inputs)
    }
    return found
  }
}
