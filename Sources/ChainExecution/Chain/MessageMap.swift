/// Which message of a topic each byte of a chunk came in: rows of a topic have the offsets of their messages.
///
/// It is filled by the source that reads the messages, and stays as it is while the chunk is processed.
///
/// Unchecked `Sendable`: the source has written it before other threads see it.
package final class MessageMap: @unchecked Sendable {
  /// A message with rows.
  package struct Entry {
    /// Where it begins, in bytes from the start of the chunk.
    package var start: Int
    /// Its offset in its partition.
    package var offset: Int64

    package init(start: Int, offset: Int64) {
      self.start = start
      self.offset = offset
    }
  }

  // Plain memory, which a source fills without a call for each message.
  /// The messages, with ascending starts and offsets; room for ``capacity`` of them.
  package private(set) var entries: UnsafeMutablePointer<Entry>
  package private(set) var capacity: Int
  /// How many there are.
  package var count = 0

  private static let firstCapacity = 256

  package init() {
    capacity = Self.firstCapacity
    entries = .allocate(capacity: capacity)
  }

  deinit { entries.deallocate() }

  package func removeAll() { count = 0 }

  /// Makes room for more; the entries may move.
  package func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: entries, count: count)
    entries.deallocate()
    entries = larger
    capacity *= 2
  }

  /// Where the first message begins that does not begin before `position`; far behind all of them where there is none.
  func start(atOrBehind position: Int) -> Int {
    var low = 0, high = count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].start < position { low = middle + 1 } else { high = middle }
    }
    return low < count ? entries[low].start : .max / 2
  }

  /// The offset of the message that holds the byte at `position`.
  func offset(at position: Int) -> Int64 {
    var low = 0, high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if entries[middle].start <= position { low = middle } else { high = middle }
    }
    return count == 0 ? 0 : entries[low].offset
  }
}
