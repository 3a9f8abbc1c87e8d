import ChainExecution
import Columns

/// What every message of a partition touches, and the memory that its rows are gathered in.
///
/// It lies in plain memory: with the properties of a class, whose every use is checked, a message of one row would cost
/// several times as much.
struct PartitionState {
  /// The offset behind the last message taken.
  var next: Int64
  /// Messages below were read by an earlier run.
  let repeatsBefore: Int64
  /// Where reading ends; nil for never.
  private(set) var end: Int64?
  /// Whether a fetch has told where the partition really ends: not every broker that is asked does.
  private var endIsSettled = false
  /// From here on a message needs a closer look, even if it is the next one.
  private(set) var careAt: Int64
  /// Offsets that were there when the run began to read, and are not any more.
  var gap: OffsetRange?
  /// The first offset before `next` that held no message at the end of the partition; nil where there is none.
  var passed: Int64?
  /// Since when its broker is known to have had nothing for it; on the monotonic clock.
  var quietSince: Int64
  /// When its last message was written, in milliseconds since 1970.
  var lastWritten: Int64 = 0

  // The stretch that is being gathered, if there is one: the memory of its buffer, and how far it is filled.
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
    // An end must be settled first.
    careAt = end == nil ? Self.firstCare(next, repeatsBefore) : .min
  }

  private static func firstCare(_ next: Int64, _ repeatsBefore: Int64) -> Int64 {
    next <= repeatsBefore ? repeatsBefore : .max
  }

  var isAtEnd: Bool { endIsSettled && end.map { next >= $0 } ?? false }

  /// Whether nobody has told where the partition really ends.
  var needsEnd: Bool { end != nil && !endIsSettled }

  mutating func settleEnd(_ fetched: Int64?) {
    guard let end, !endIsSettled else { return }
    self.end = max(end, fetched ?? end)
    endIsSettled = true
    takeCare()
  }

  /// Goes on behind offsets at the end of the partition that hold no message. They are no gap: nothing was lost.
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

  /// Looks again from where on a message needs a closer look.
  mutating func takeCare() { careAt = needsEnd ? .min : min(end ?? .max, Self.firstCare(next, repeatsBefore)) }

  /// Takes a buffer's memory to be filled.
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
