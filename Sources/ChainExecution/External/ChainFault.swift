import Synchronization

/// What ends a run in the middle of its rows: a program or a library that computes columns does not do what it
/// should, or a header among the rows changes what they mean.
package struct ChainFault: Error, Sendable, CustomStringConvertible {
  /// One sentence for the user.
  package let message: String
  /// The row of the chunk that it is about, where it is about one.
  package let row: MalformedRow?

  package init(_ message: String, row: MalformedRow? = nil) {
    self.message = message
    self.row = row
  }

  package var description: String { message }
}

/// Where steps leave a fault, and workers look for one: nothing of the rows at hand is counted then.
package final class FaultBox: Sendable {

  package init() {}
  private let fault = Mutex<ChainFault?>(nil)

  var value: ChainFault? { fault.withLock { $0 } }

  /// The first one counts.
  func raise(_ new: ChainFault) { fault.withLock { $0 = $0 ?? new } }

  func clear() { fault.withLock { $0 = nil } }
}
