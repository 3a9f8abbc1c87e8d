import Synchronization

/// Counts the bytes that wait for clients to read them, of answers and of events.
final class Ledger: Sendable {
  private let limit: Int
  private let count = Atomic(0)

  init(limit: Int) { self.limit = limit }

  /// Bytes that somebody is to read; given back where nobody refers to them any more.
  final class Entry: Sendable {
    private let ledger: Ledger
    private let bytes: Int

    fileprivate init(_ ledger: Ledger, _ bytes: Int) { (self.ledger, self.bytes) = (ledger, bytes) }

    deinit { ledger.count.subtract(bytes, ordering: .relaxed) }
  }

  /// Notes bytes; nil where there are too many already.
  func enter(_ bytes: Int) -> Entry? {
    let entry = enter(anyway: bytes)
    return count.load(ordering: .relaxed) <= limit ? entry : nil
  }

  /// Notes bytes, however many there are.
  func enter(anyway bytes: Int) -> Entry {
    count.add(bytes, ordering: .relaxed)
    return Entry(self, bytes)
  }
}
