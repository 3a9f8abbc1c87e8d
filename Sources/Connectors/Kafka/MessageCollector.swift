import Kafka
import Operators

/// Gathers the rows of messages, for each partition apart, into chunks.
final class MessageCollector {
  /// A partition that is being read.
  final class Partition {
    /// The offset behind the last message taken.
    var next: Int64
    /// Messages below were read by an earlier run.
    let repeatsBefore: Int64
    /// Where reading ends; nil for never.
    private(set) var end: Int64?
    /// Whether a fetch has told where the partition really ends: not every broker that is asked does.
    private var endIsSettled = false
    /// Offsets that were there when the run began to read, and are not any more.
    var gap: OffsetRange?
    /// Since when it has had no message, or its broker not been heard of; on the monotonic clock.
    var quietSince: Int64
    /// When its broker last said that there is nothing to read.
    var quietConfirmed: Int64
    /// When its last message was written, in milliseconds since 1970.
    var lastWritten: Int64 = 0
    fileprivate var open: Stretch?

    init(next: Int64, repeatsBefore: Int64, end: Int64?, gap: OffsetRange?, now: Int64) {
      self.next = next
      self.repeatsBefore = repeatsBefore
      self.end = end
      self.gap = gap
      quietSince = now
      quietConfirmed = now
    }

    var isAtEnd: Bool { endIsSettled && end.map { next >= $0 } ?? false }

    fileprivate func settleEnd(_ fetched: Int64?) {
      guard let end, !endIsSettled else { return }
      self.end = max(end, fetched ?? end)
      endIsSettled = true
    }

    fileprivate func settleEnd(at offset: Int64) {
      guard end != nil, !endIsSettled || next >= offset else { return }
      end = offset
      endIsSettled = true
    }
  }

  /// Messages of one partition, one behind the other.
  fileprivate final class Stretch {
    let buffer: ChunkBuffer
    var rows: SourceRows

    init(_ buffer: ChunkBuffer, _ rows: SourceRows) {
      self.buffer = buffer
      self.rows = rows
    }
  }

  private let framing: Framing
  private let commentPrefix: [UInt8]
  private(set) var partitions: [Int: Partition] = [:]
  /// The same by number: messages look theirs up one by one.
  private var byNumber: [Partition?] = []
  private var ready: [Stretch] = []
  private var spare: [ChunkBuffer] = []
  /// Bytes and messages gathered and not handed out.
  private(set) var bytes = 0
  private(set) var messages = 0
  /// Rows gathered and not handed out, where they are counted.
  private(set) var rows: Int64 = 0
  /// Messages taken in all.
  private(set) var messagesTaken: Int64 = 0

  private static let firstCapacity = 1 << 16
  private static let samples = 5

  init(_ format: any RecordFormat) {
    framing = format.framing
    commentPrefix = format.commentPrefix
  }

  /// Forgets what was gathered, and begins with these partitions.
  func begin(_ partitions: [Int: Partition]) {
    self.partitions = partitions
    byNumber = (0...(partitions.keys.max() ?? 0)).map { partitions[$0] }
    for stretch in ready { recycle(stretch.buffer) }
    ready = []
    (bytes, messages, rows) = (0, 0, 0)
  }

  /// Goes on elsewhere in a partition: offsets up to there are gone.
  func skip(_ partition: Int, to offset: Int64) {
    guard let partition = partitions[partition], offset > partition.next else { return }
    close(partition)
    partition.gap = OffsetRange(start: partition.gap?.start ?? partition.next, end: offset)
    partition.next = offset
  }

  var isEmpty: Bool { messages == 0 && ready.isEmpty }

  /// Whether rows of a partition are gathered and not handed out.
  func holds(_ partition: Int) -> Bool {
    partitions[partition]?.open != nil || ready.contains { $0.rows.partition == partition }
  }

  /// A partition that is read to its end has no further message at present.
  func reachedEnd(of partition: Int, at offset: Int64) { partitions[partition]?.settleEnd(at: offset) }

  /// Takes a message of a partition that is read, unless it is behind the partition's end or was taken before. `fetched`
  /// gives where the partition ended when it was last fetched.
  func take(_ message: borrowing KafkaMessage, counting: Bool, now: Int64, fetched: (Int) -> Int64?) {
    let number = Int(message.partition)
    guard byNumber.indices.contains(number), let partition = byNumber[number] else { return }
    let offset = message.offset
    if partition.end != nil { partition.settleEnd(fetched(number)) }
    guard offset >= partition.next, !partition.isAtEnd else { return }
    if let end = partition.end, offset >= end {
      // Offsets up to the end held no message.
      partition.next = end
      return
    }
    if offset > max(partition.next, partition.repeatsBefore) {
      // The run that read up to there has told what was missing before.
      let start = max(partition.next, partition.repeatsBefore)
      close(partition)
      partition.gap = OffsetRange(start: partition.gap?.start ?? start, end: offset)
    } else if offset == partition.repeatsBefore {
      close(partition)
    }
    partition.next = offset + 1
    partition.quietSince = now
    if let written = message.milliseconds { partition.lastWritten = written }
    messagesTaken += 1
    messages += 1
    append(message, to: partition, number, counting: counting)
  }

  /// Counts a message without rows as one malformed row.
  private func refuse(_ reason: String, _ offset: Int64, _ stretch: Stretch, counting: Bool) {
    note(reason, offset, &stretch.rows)
    guard counting else { return }
    stretch.rows.rows! += 1
    rows += 1
  }

  private func append(
    _ message: borrowing KafkaMessage, to partition: Partition, _ number: Int, counting: Bool
  ) {
    let offset = message.offset
    let stretch = partition.open ?? begin(partition, number, at: offset, counting: counting)
    stretch.rows.end = offset + 1
    stretch.rows.isRepeat = offset < partition.repeatsBefore
    let before = stretch.buffer.count
    guard let value = message.value, value.count > 0 else {
      let reason = message.value == nil ? "the message has no value" : "the message is empty"
      return refuse(reason, offset, stretch, counting: counting)
    }
    if case .lines = framing, value.allSatisfy({ $0 == 0x0A || $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
      return refuse("the message has only blank lines", offset, stretch, counting: counting)
    }
    let taken = usable(value, offset: offset, &stretch.rows)
    guard taken.count > 0 else { return }
    if message.key == nil { stretch.rows.isKeyed = false }
    stretch.buffer.messages.append(start: before, offset: offset)
    stretch.buffer.append(taken)
    if case .lines = framing, taken.last != 0x0A { stretch.buffer.append(byte: 0x0A) }
    if counting {
      let count = countRows(taken)
      stretch.rows.rows! += count
      rows += count
    }
    bytes += stretch.buffer.count - before
  }

  private func begin(_ partition: Partition, _ number: Int, at offset: Int64, counting: Bool) -> Stretch {
    // The range of a chunk behind a gap takes the gap in, so that ranges meet.
    var rows = SourceRows(partition: number, offset: partition.gap?.start ?? offset, rows: counting ? 0 : nil)
    rows.gap = partition.gap
    partition.gap = nil
    let stretch = Stretch(spare.popLast() ?? ChunkBuffer(capacity: Self.firstCapacity), rows)
    partition.open = stretch
    return stretch
  }

  /// The whole rows of a message: a record cut short must not shift those of the messages behind it.
  private func usable(_ value: UnsafeRawBufferPointer, offset: Int64, _ rows: inout SourceRows)
    -> UnsafeRawBufferPointer
  {
    guard case .fixed(let width, _) = framing, value.count % width != 0 else { return value }
    note(
      "the message has \(value.count) bytes, which is no multiple of the record's \(width); its last \(value.count % width) are no record",
      offset, &rows)
    return UnsafeRawBufferPointer(rebasing: value[..<(value.count / width * width)])
  }

  private func note(_ reason: String, _ offset: Int64, _ rows: inout SourceRows) {
    rows.unusable.append(offset)
    if rows.unusableSamples.count < Self.samples { rows.unusableSamples.append((offset, reason)) }
  }

  private func countRows(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    if case .fixed(let width, _) = framing { return Int64(bytes.count / width) }
    return bytes.split(separator: 0x0A).reduce(0) { count, line in
      guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return count }
      let isComment = !commentPrefix.isEmpty && line.drop { $0 != first }.starts(with: commentPrefix)
      return isComment ? count : count + 1
    }
  }

  private func close(_ partition: Partition) {
    guard let stretch = partition.open else { return }
    ready.append(stretch)
    partition.open = nil
  }

  /// Makes everything gathered so far ready to be handed out.
  func closeAll() {
    for partition in byNumber { if let partition { close(partition) } }
    (bytes, messages) = (0, 0)
  }

  /// Hands out the next chunk: its bytes take the place of those of `buffer`.
  func next(into buffer: ChunkBuffer) -> SourceRows? {
    guard !ready.isEmpty else { return nil }
    let stretch = ready.removeFirst()
    rows -= stretch.rows.rows ?? 0
    buffer.exchange(with: stretch.buffer)
    recycle(stretch.buffer)
    return stretch.rows
  }

  private func recycle(_ buffer: ChunkBuffer) {
    buffer.removeAll()
    if spare.count < 16 { spare.append(buffer) }
  }
}
