import ChainExecution
import Columns

/// State that every message of a partition changes, and the memory that gathers its rows.
///
/// It is in plain memory. In a class, where each use of a property is checked, a message of one row would cost several
/// times as much.
struct PartitionState {
  /// The offset behind the last message taken.
  var next: Int64
  /// An earlier run has read the messages below.
  let repeatsBefore: Int64
  /// Where reading ends; nil for never.
  private(set) var end: Int64?
  /// Whether a fetch has told where the partition really ends: a broker that is asked may not know.
  private var endIsSettled = false
  /// From here on a message needs a closer look, even if it is the next one.
  private(set) var careAt: Int64
  /// Offsets before the next chunk that held no message when they were read.
  var gap: OffsetRange?
  /// The first offset before `next` that held no message at the end of the partition; nil if there is none.
  var passed: Int64?
  /// Since when its broker is known to have no messages for it, on the monotonic clock.
  var quietSince: Int64
  /// When its last message was written, in milliseconds since 1970.
  var lastWritten: Int64 = 0

  // The open stretch, if there is one: the memory of its buffer, and how far it is filled.
  var isOpen = false
  var bytes: UnsafeMutableRawPointer?
  var byteCount = 0
  var byteCapacity = 0
  var entries: UnsafeMutablePointer<MessageMap.Entry>?
  var entryCount = 0
  var entryCapacity = 0
  /// The offset behind its last message.
  var openEnd: Int64 = 0
  /// Whether all its messages have keys.
  var isKeyed = true

  init(next: Int64, repeatsBefore: Int64, end: Int64?, gap: OffsetRange?, now: Int64) {
    self.next = next
    self.repeatsBefore = repeatsBefore
    self.end = end
    self.gap = gap
    quietSince = now
    // Each message needs a closer look until the end is settled.
    careAt = end == nil ? Self.firstCare(next, repeatsBefore) : .min
  }

  private static func firstCare(_ next: Int64, _ repeatsBefore: Int64) -> Int64 {
    next <= repeatsBefore ? repeatsBefore : .max
  }

  var isAtEnd: Bool { endIsSettled && end.map { next >= $0 } ?? false }

  /// Whether reading has an end that is not settled yet.
  var needsEnd: Bool { end != nil && !endIsSettled }

  mutating func settleEnd(_ fetched: Int64?) {
    guard let end, !endIsSettled else { return }
    self.end = max(end, fetched ?? end)
    endIsSettled = true
    takeCare()
  }

  /// Skips offsets at the end of the partition that hold no message. They are not a gap: nothing was lost.
  mutating func pass(end offset: Int64) {
    guard offset > next, !isAtEnd, offset <= .farthestPlace else { return }
    passed = passed ?? next
    next = offset
    takeCare()
  }

  mutating func settleEnd(at offset: Int64) {
    guard end != nil, !endIsSettled || next >= offset else { return }
    end = offset
    endIsSettled = true
    takeCare()
  }

  mutating func takeCare() { careAt = needsEnd ? .min : min(end ?? .max, Self.firstCare(next, repeatsBefore)) }

  /// Takes over a buffer's memory, to fill it.
  mutating func lend(_ buffer: ChunkBuffer) {
    (bytes, byteCount, byteCapacity) = (buffer.base, buffer.count, buffer.capacity)
    let map = buffer.messages
    (entries, entryCount, entryCapacity) = (map.entries, map.count, map.capacity)
  }

  /// Tells a buffer how far its memory is filled.
  func giveBack(to buffer: ChunkBuffer) {
    buffer.count = byteCount
    buffer.messages.count = entryCount
  }
}
