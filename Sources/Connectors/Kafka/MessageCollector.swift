import Columns
import Kafka
import ChainExecution

/// Gathers the rows of messages into chunks, separately for each partition.
final class MessageCollector {
  /// A partition that is being read.
  final class Partition {
    fileprivate let state: UnsafeMutablePointer<PartitionState>
    /// When its broker last said where the partition ends.
    private(set) var answered: Int64
    /// Whether a broker left the last question unanswered.
    private var isUnheard = false
    fileprivate var open: Stretch?

    init(next: Int64, repeatsBefore: Int64, end: Int64?, gap: OffsetRange?, now: Int64) {
      state = .allocate(capacity: 1)
      state.initialize(
        to: PartitionState(next: next, repeatsBefore: repeatsBefore, end: end, gap: gap, now: now))
      answered = now
    }

    deinit {
      state.deinitialize(count: 1)
      state.deallocate()
    }

    /// The offset behind the last message taken.
    var next: Int64 { state.pointee.next }
    /// Since when its broker is known to have no messages for it, on the monotonic clock.
    var quietSince: Int64 { state.pointee.quietSince }
    /// When its last message was written, in milliseconds since 1970.
    var lastWritten: Int64 { state.pointee.lastWritten }
    /// Whether it is read up to where reading ends.
    var isAtEnd: Bool { state.pointee.isAtEnd }

    /// Whether its broker said, at least `time` nanoseconds after the last message, that there is nothing to read.
    func isSilent(for time: Int64) -> Bool { answered - quietSince >= time }

    /// Notes its broker's answer that the partition ends at `end`. The first answer after a missed one begins the
    /// silence: while the broker was away, nobody could write to it, however long that was.
    func answer(end: Int64, now: Int64) {
      if isUnheard || end > next { state.pointee.quietSince = now }
      isUnheard = false
      answered = now
    }

    /// Notes that a broker did not answer.
    func missAnswer(now: Int64) {
      isUnheard = true
      state.pointee.quietSince = now
    }
  }

  /// Consecutive messages of one partition.
  fileprivate final class Stretch {
    let buffer: ChunkBuffer
    var rows: SourceRows

    init(_ buffer: ChunkBuffer, _ rows: SourceRows) {
      self.buffer = buffer
      self.rows = rows
    }
  }

  /// State that every message changes, in any partition. It is in plain memory, like ``PartitionState``.
  private struct Totals {
    /// The partitions' states, by number.
    var states: UnsafeMutablePointer<UnsafeMutablePointer<PartitionState>?>
    var stateCount = 0
    var bytes = 0
    var messages = 0
    var messagesTaken: Int64 = 0
  }

  private let framing: Framing
  private let commentPrefix: [UInt8]
  /// Bytes of a record of fixed width; 0 for lines.
  private let width: Int
  private let totals: UnsafeMutablePointer<Totals>
  private(set) var partitions: [Int: Partition] = [:]
  private var ready: [Stretch] = []
  private var spare: [ChunkBuffer] = []
  /// Rows gathered and not handed out, if rows are counted.
  private(set) var rows: Int64 = 0

  private static let firstCapacity = 1 << 16
  private static let samples = 5

  init(_ format: any RecordFormat) {
    framing = format.framing
    commentPrefix = format.commentPrefix
    if case .fixed(let bytes, _) = format.framing { width = bytes } else { width = 0 }
    totals = .allocate(capacity: 1)
    totals.initialize(to: Totals(states: .allocate(capacity: 0)))
  }

  deinit {
    totals.pointee.states.deallocate()
    totals.deallocate()
  }

  /// Bytes gathered and not handed out.
  var bytes: Int { totals.pointee.bytes }
  /// Messages gathered and not handed out.
  var messages: Int { totals.pointee.messages }
  /// Messages taken in all.
  var messagesTaken: Int64 { totals.pointee.messagesTaken }

  /// Drops what was gathered, and begins with these partitions.
  func begin(_ partitions: [Int: Partition]) {
    self.partitions = partitions
    let count = (partitions.keys.max() ?? -1) + 1
    totals.pointee.states.deallocate()
    totals.pointee.states = .allocate(capacity: count)
    totals.pointee.stateCount = count
    for number in 0..<count { (totals.pointee.states + number).initialize(to: partitions[number]?.state) }
    for stretch in ready { recycle(stretch.buffer) }
    ready = []
    (totals.pointee.bytes, totals.pointee.messages, rows) = (0, 0, 0)
  }

  /// Continues at a later offset of a partition: the messages before it are missing.
  func skip(_ partition: Int, to offset: Int64) {
    guard let partition = partitions[partition], offset > partition.next else { return }
    close(partition)
    partition.state.pointee.gap = OffsetRange(
      start: partition.state.pointee.gap?.start ?? partition.next, end: offset)
    partition.state.pointee.next = offset
    partition.state.pointee.takeCare()
  }

  var isEmpty: Bool { messages == 0 && ready.isEmpty }

  /// Whether rows of a partition are gathered and not handed out.
  func holds(_ partition: Int) -> Bool {
    partitions[partition]?.open != nil || ready.contains { $0.rows.partition == partition }
  }

  /// Notes that a partition is read to its end: it has no more messages below `offset`.
  func reachedEnd(of partition: Int, at offset: Int64) {
    guard let partition = partitions[partition] else { return }
    if offset > partition.next, !partition.isAtEnd { close(partition) }
    partition.state.pointee.pass(end: offset)
    partition.state.pointee.settleEnd(at: offset)
  }

  /// Takes a message, unless its partition is not read, the message is behind the partition's end, or it was taken
  /// before. `fetched` returns where a partition ended at the last fetch.
  func take(_ message: borrowing KafkaMessage, counting: Bool, now: Int64, fetched: (Int) -> Int64?) {
    take(
      TakenMessage(
        partition: Int(message.partition), offset: message.offset, value: message.value, isKeyed: message.key != nil,
        written: message.milliseconds), counting: counting, now: now, fetched: fetched)
  }

  /// The same, for a message from anywhere.
  @inline(__always)
  func take(_ message: TakenMessage, counting: Bool, now: Int64, fetched: (Int) -> Int64?) {
    let number = message.partition
    let totals = totals
    guard number >= 0, number < totals.pointee.stateCount, let state = totals.pointee.states[number] else { return }
    let offset = message.offset
    // Nearly every message is simply the next one.
    if offset != state.pointee.next || offset >= state.pointee.careAt {
      guard settle(offset, state, number, fetched) else { return }
    }
    state.pointee.next = offset + 1
    state.pointee.quietSince = now
    if let written = message.written { state.pointee.lastWritten = written }
    totals.pointee.messagesTaken += 1
    totals.pointee.messages += 1
    if !state.pointee.isOpen { begin(message, counting: counting) }
    state.pointee.openEnd = offset + 1
    guard let value = message.value, let start = value.baseAddress, hasRows(value) else {
      return refuse(message, number, counting: counting)
    }
    var length = value.count
    if width > 0, length % width != 0 {
      length = length / width * width
      note(
        "the message has \(value.count) bytes, which is no multiple of the record's \(width); its last \(value.count - length) are no record",
        offset, number)
      if length == 0 { return }
    }
    if !message.isKeyed { state.pointee.isKeyed = false }
    // One byte more for a newline.
    if state.pointee.byteCount + length >= state.pointee.byteCapacity
      || state.pointee.entryCount == state.pointee.entryCapacity
    {
      grow(number, by: length + 1)
    }
    let before = state.pointee.byteCount
    // There is memory for both: `grow` has made it, or it was there.
    state.pointee.entries![state.pointee.entryCount] = MessageMap.Entry(start: before, offset: offset)
    state.pointee.entryCount += 1
    let place = state.pointee.bytes! + before
    place.copyMemory(from: start, byteCount: length)
    if width == 0, value[length - 1] != 0x0A {
      place.storeBytes(of: 0x0A, toByteOffset: length, as: UInt8.self)
      length += 1
    }
    state.pointee.byteCount = before + length
    totals.pointee.bytes += length
    if counting { count(UnsafeRawBufferPointer(start: place, count: length), number) }
  }

  /// Looks closer at a message that is not simply the next one. Returns whether to take it; a stretch may end before
  /// it.
  private func settle(
    _ offset: Int64, _ state: UnsafeMutablePointer<PartitionState>, _ number: Int, _ fetched: (Int) -> Int64?
  ) -> Bool {
    if state.pointee.needsEnd { state.pointee.settleEnd(fetched(number)) }
    let next = state.pointee.next
    guard offset >= next, offset <= .farthestPlace, !state.pointee.isAtEnd else { return false }
    if let end = state.pointee.end, offset >= end {
      // Offsets up to the end held no message.
      state.pointee.next = end
      return false
    }
    // The run that read up to `repeatsBefore` has reported the gaps before it.
    let start = max(next, state.pointee.repeatsBefore)
    if offset > start {
      close(number)
      state.pointee.gap = OffsetRange(start: state.pointee.gap?.start ?? start, end: offset)
    } else if offset == state.pointee.repeatsBefore {
      close(number)
    }
    state.pointee.next = offset + 1
    state.pointee.takeCare()
    return true
  }

  /// Whether a message has more than blank lines, which are not rows.
  private func hasRows(_ value: UnsafeRawBufferPointer) -> Bool {
    guard let first = value.first else { return false }
    if width > 0 || first > 0x20 { return true }
    return !value.allSatisfy { $0 == 0x0A || $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// Counts a message without rows as one malformed row.
  private func refuse(_ message: TakenMessage, _ number: Int, counting: Bool) {
    let reason =
      if let value = message.value {
        value.isEmpty ? "the message is empty" : "the message has only blank lines"
      } else {
        "the message has no value"
      }
    note(reason, message.offset, number)
    guard counting else { return }
    add(1, to: number)
    rows += 1
  }

  private func add(_ count: Int64, to number: Int) {
    guard let stretch = partitions[number]?.open else { return }
    stretch.rows.rows = (stretch.rows.rows ?? 0) + count
  }

  private func note(_ reason: String, _ offset: Int64, _ number: Int) {
    guard let stretch = partitions[number]?.open else { return }
    stretch.rows.unusable.append(offset)
    if stretch.rows.unusableSamples.count < Self.samples { stretch.rows.unusableSamples.append((offset, reason)) }
  }

  private func count(_ bytes: UnsafeRawBufferPointer, _ number: Int) {
    let count = countRows(bytes)
    add(count, to: number)
    rows += count
  }

  // MARK: Stretches

  private func begin(_ message: TakenMessage, counting: Bool) {
    let (number, offset) = (message.partition, message.offset)
    guard let partition = partitions[number] else { return }
    let state = partition.state
    // A chunk's range includes the offsets before it that hold no rows, so that ranges meet.
    let start = [state.pointee.passed, state.pointee.gap?.start].compactMap(\.self).min() ?? offset
    state.pointee.passed = nil
    var rows = SourceRows(partition: number, offset: start, rows: counting ? 0 : nil)
    rows.gap = state.pointee.gap
    rows.isRepeat = offset < state.pointee.repeatsBefore
    rows.mark = MessageMark(offset: offset, written: message.written, value: message.value)
    state.pointee.gap = nil
    let buffer = spare.popLast() ?? ChunkBuffer(capacity: Self.firstCapacity)
    partition.open = Stretch(buffer, rows)
    state.pointee.isOpen = true
    state.pointee.isKeyed = true
    state.pointee.lend(buffer)
  }

  /// Makes room for `length` more bytes and one more message.
  private func grow(_ number: Int, by length: Int) {
    guard let partition = partitions[number], let buffer = partition.open?.buffer else { return }
    partition.state.pointee.giveBack(to: buffer)
    buffer.reserve(buffer.count + length)
    if buffer.messages.count == buffer.messages.capacity { buffer.messages.grow() }
    partition.state.pointee.lend(buffer)
  }

  private func countRows(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    if case .fixed(let width, _) = framing { return Int64(bytes.count / width) }
    return bytes.split(separator: 0x0A).reduce(0) { count, line in
      guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return count }
      let isComment = !commentPrefix.isEmpty && line.drop { $0 != first }.starts(with: commentPrefix)
      return isComment ? count : count + 1
    }
  }

  private func close(_ number: Int) {
    if let partition = partitions[number] { close(partition) }
  }

  private func close(_ partition: Partition) {
    guard let stretch = partition.open else { return }
    partition.state.pointee.giveBack(to: stretch.buffer)
    partition.state.pointee.isOpen = false
    stretch.rows.end = partition.state.pointee.openEnd
    stretch.rows.isKeyed = partition.state.pointee.isKeyed
    ready.append(stretch)
    partition.open = nil
  }

  /// Makes everything gathered so far ready to be handed out.
  func closeAll() {
    for number in 0..<totals.pointee.stateCount { close(number) }
    (totals.pointee.bytes, totals.pointee.messages) = (0, 0)
  }

  /// Hands out the next chunk: its bytes replace those of `buffer`.
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
