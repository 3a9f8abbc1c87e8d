import ChainExecution
import Connectors
import Synchronization

/// Tells of rows that could not be read: the first few in words, the others by their number. Any thread may call it.
final class MalformedLog: Sendable {
  private let warn: @Sendable (String) -> Void
  private let state = Mutex((logged: 0, first: String?.none))

  /// All are counted, so many are described.
  private static let limit = 5

  init(warn: @escaping @Sendable (String) -> Void) { self.warn = warn }

  /// The first sentence that was logged.
  var first: String? { state.withLock(\.first) }

  /// - Parameter kind: what stands before the sentence in the log.
  func note(_ sentence: String, of kind: String = "") {
    let logged = state.withLock {
      $0.first = $0.first ?? sentence
      $0.logged += 1
      return $0.logged
    }
    guard logged <= Self.limit else { return }
    warn(kind + sentence)
    if logged == Self.limit { warn("further malformed rows are counted and not shown") }
  }

  /// Tells what went wrong in a chunk. Returns why nothing further may be counted; nil where all is well, or malformed rows
  /// are left out.
  ///
  /// - Parameters:
  ///   - place: where a row of the chunk stands, for people.
  ///   - tell: called for each row that is described.
  func report(
    _ chunk: Chunk, _ outcome: ChunkOutcome, _ plan: ChainPlan, place: (MalformedRow) -> String,
    tell: (MalformedRow) -> Void = { _ in }
  ) -> (any Error)? {
    if let fault = outcome.fault {
      return fault.row.map { ConnectorError("\(place($0)): \(fault.message)") } ?? fault
    }
    guard outcome.report.malformed > 0, !chunk.isRepeat else { return nil }
    var failure: (any Error)?
    for row in outcome.report.samples {
      tell(row)
      note("\(place(row)): \(row.reason): \(row.excerpt)", of: "malformed row at ")
      if plan.stopsAtMalformed(format: chunk.format) {
        failure = failure ?? ConnectorError("\(place(row)): \(row.reason) (on_malformed: stop)")
      }
    }
    return failure
  }
}
