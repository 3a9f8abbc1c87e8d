/// A stretch of the input in whole rows, and where it stands.
package struct Chunk: Sendable {
  /// The bytes; they stay in place while the chunk is processed.
  nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer
  package var order: FieldOrder = nil
  /// Which of ``ChainPlan/formats`` the rows are in.
  package var format = 0
  /// The number of the partition (a file, a topic's partition) that the bytes come from.
  package let partition: Int
  /// Where the chunk begins and ends in the partition: bytes of a file, offsets of a topic's messages.
  package var place: OffsetRange
  /// The window of all rows, where windows cut the input.
  package let window: Int64?
  /// Lines of the partition right before it that are in no chunk: a header.
  package var linesBefore: Int64 = 0
  /// The stream it belongs to: rows that come in the order of their clock, a little disorder aside.
  package var stream = 0
  /// The messages that the rows came in, where the partition is a topic's.
  package var messages: MessageMap?
  /// The offsets of messages in this stretch that hold no rows, or not only rows; ascending.
  package var unusable: [Int64] = []
  /// A row before the first byte that the source could not hand on.
  package var refused: MalformedRow?
  /// Where its first byte stands in what `messages` counts; not 0 for a part of a chunk.
  private var start = 0
  /// Whether all rows of a group are in this stream, so that the stream alone says when a group is complete.
  package var groupsAreWhole = true
  /// Whether rows of the partition come about in the order of their keys, as far as groups are the partition's own.
  package var isOrdered = true
  /// Whether the keys of its rows may begin again: it is among the first of a file behind another.
  package var mayRestart = false
  /// Event windows up to this one are published with their rows of this partition.
  package var published: Int64?
  /// An earlier run has read these rows before: it counted those of windows up to `published`, and what was in no window.
  package var isRepeat = false
  /// Its first message, where the partition is a topic's.
  package var mark: MessageMark?

  /// `offset` is where the first byte stands, in bytes.
  package init(bytes: UnsafeRawBufferPointer, partition: Int, offset: Int64, window: Int64?) {
    self.bytes = bytes
    self.partition = partition
    self.window = window
    place = OffsetRange(start: offset, end: offset + Int64(bytes.count))
  }

  /// A part of the chunk, in whole rows.
  package func part(_ range: Range<Int>) -> Chunk {
    var part = Chunk(
      bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), partition: partition, offset: 0, window: window)
    part.order = order
    part.format = format
    part.stream = stream
    part.messages = messages
    part.start = start + range.lowerBound
    part.groupsAreWhole = groupsAreWhole
    part.isOrdered = isOrdered
    part.mayRestart = mayRestart
    part.published = published
    part.isRepeat = isRepeat
    part.linesBefore = range.lowerBound == 0 ? linesBefore : 0
    part.refused = range.lowerBound == 0 ? refused : nil
    part.mark = range.lowerBound == 0 ? mark : nil
    // Consecutive parts meet: messages without rows between two are with the second.
    part.place = OffsetRange(
      start: range.lowerBound == 0 ? place.start : end(ofPart: range.lowerBound),
      end: range.upperBound == bytes.count ? place.end : end(ofPart: range.upperBound))
    if !unusable.isEmpty { part.unusable = unusable.filter { $0 >= part.place.start && $0 < part.place.end } }
    return part
  }

  /// How far the partition is read when the bytes before `position` are: a message that is cut is still to be read.
  private func end(ofPart position: Int) -> Int64 {
    let behind = offset(behind: position)
    return messages == nil ? behind : min(behind, offset(of: position))
  }

  /// Where to cut instead of at `end`, where rows end: between two messages, unless that is far off.
  package func cut(near end: Int) -> Int {
    guard let messages, end < bytes.count else { return end }
    let boundary = min(messages.start(atOrBehind: start + end) - start, bytes.count)
    return boundary - end <= Self.mostBytesOfWholeMessage ? boundary : end
  }

  private static let mostBytesOfWholeMessage = 1 << 16

  /// The offset in the partition of the row that begins at a byte of the chunk.
  package func offset(of position: Int) -> Int64 {
    messages?.offset(at: start + position) ?? place.start + Int64(position)
  }

  /// The offset in the partition behind a row that ends before a byte of the chunk.
  package func offset(behind position: Int) -> Int64 {
    messages.map { $0.offset(at: start + position - 1) + 1 } ?? place.start + Int64(position)
  }
}

/// What had been settled before a chunk, so that its result does not depend on which worker takes it when.
package struct ChunkContext: Sendable {
  /// Windows below this one are published: rows for them are late.
  package var frontier: Int64?
  /// About where the clock of event windows stands, to count a wrapping counter on.
  package var clock: Int64?
  /// The same for the key of each group.
  package var groupClocks: [Int64?]
  /// The newest keys of each group in the chunk's own stream; nil where none came.
  package var newestKeys: [Int64?]
  /// How many windows the chunk may have rows of.
  package var newWindows: Int
  /// How long the chunk should be at the most: rows that are spread over many event windows come in shorter chunks, so
  /// that few windows are open at a time.
  package var chunkBytes: Int

  package init(
    frontier: Int64? = nil, clock: Int64? = nil, groupClocks: [Int64?], newestKeys: [Int64?]? = nil,
    newWindows: Int = .max, chunkBytes: Int = .max
  ) {
    self.newestKeys = newestKeys ?? groupClocks.map { _ in nil }
    self.newWindows = newWindows
    self.chunkBytes = chunkBytes
    self.frontier = frontier
    self.clock = clock
    self.groupClocks = groupClocks
  }
}

/// A row whose key may be too late, and where it is.
struct LateKey {
  let window: Int64
  let block: Int
  let key: Int64
}

/// What came of a chunk.
package struct ChunkOutcome {
  package var report = DecodeReport()
  package var rows = 0
  /// The counts of each window touched, to be handed back.
  package var windows: [Int64: WindowCounts] = [:]
  /// Groups that are not known to be complete.
  var open: [Int64: OpenGroups] = [:]
  /// Rows of no window: late ones, and stray ones.
  package var unplaced = RowCounts()
  /// Malformed and dropped rows before the chunk's first hit: they go with the hit before them, in an earlier chunk.
  var leading = RowCounts()
  /// Where the rows behind its last hit go.
  var lastOwner = RowOwner.unknown
  var clockBlocks: [Int64] = []
  /// For each group what blocks of rows have for keys.
  var keyBlocks: [KeyBlocks] = []
  /// For each group the rows that are too late within the chunk, in their order.
  var late: [[LateKey]] = []
  /// For each group the keys that have all their rows in the chunk, unless earlier chunks had keys as new.
  var interiors: [Range<Int64>?] = []
  /// For each group whether those were left open, for the sequencer to tell.
  var isHandedOn: [Bool] = []
  /// The keys of those that were counted, by window and group.
  var closed: [Int64: [[Int64]]] = [:]
  /// Why the chunk could not be processed: nothing of it may be counted, and nothing that comes after it.
  package internal(set) var fault: ChainFault?
}
