/// A stretch of the input in whole rows, and where it stands.
public struct Chunk: Sendable {
  /// The bytes; they stay in place while the chunk is processed.
  nonisolated(unsafe) public let bytes: UnsafeRawBufferPointer
  public let order: FieldOrder
  /// Which of ``ChainPlan/formats`` the rows are in.
  public let format: Int
  /// The number of the partition (a file, a topic's partition) that the bytes come from.
  public let partition: Int
  /// Where the first byte stands in the partition.
  public let offset: Int64
  /// The window of all rows, where windows cut the input.
  public let window: Int64?
  /// Lines of the partition right before it that are in no chunk: a header.
  public let linesBefore: Int64

  public init(
    bytes: UnsafeRawBufferPointer, order: FieldOrder = nil, format: Int = 0, partition: Int, offset: Int64,
    window: Int64?, linesBefore: Int64 = 0
  ) {
    self.bytes = bytes
    self.order = order
    self.format = format
    self.partition = partition
    self.offset = offset
    self.window = window
    self.linesBefore = linesBefore
  }

  /// A part of the chunk, in whole rows.
  public func part(_ range: Range<Int>) -> Chunk {
    Chunk(
      bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), order: order, format: format, partition: partition,
      offset: offset + Int64(range.lowerBound), window: window, linesBefore: range.lowerBound == 0 ? linesBefore : 0)
  }
}

/// What had been settled before a chunk, so that its result does not depend on which worker takes it when.
public struct ChunkContext: Sendable {
  /// Windows below this one are published: rows for them are late.
  public var frontier: Int64?
  /// About where the clock of event windows stands, to count a wrapping counter on.
  public var clock: Int64?
  /// The same for the key of each group.
  public var groupClocks: [Int64?]
  /// How many windows the chunk may have rows of.
  public var newWindows: Int
  /// How long the chunk should be at the most: rows that are spread over many event windows come in shorter chunks, so
  /// that few windows are open at a time.
  public var chunkBytes: Int

  public init(
    frontier: Int64? = nil, clock: Int64? = nil, groupClocks: [Int64?], newWindows: Int = .max, chunkBytes: Int = .max
  ) {
    self.newWindows = newWindows
    self.chunkBytes = chunkBytes
    self.frontier = frontier
    self.clock = clock
    self.groupClocks = groupClocks
  }
}

/// What came of a chunk.
public struct ChunkOutcome {
  public var report = DecodeReport()
  public var rows = 0
  /// The counts of each window touched, to be handed back.
  public var windows: [Int64: WindowCounts] = [:]
  /// Groups that are not known to be complete.
  var open: [Int64: OpenGroups] = [:]
  /// Rows of no window: malformed or dropped where no hit beside them says which window they belong to; late ones.
  public var unplaced = RowCounts()
  var clockBlocks: [Int64] = []
  var groupBlocks: [[Int64]] = []
  /// For each group the keys whose groups were taken as complete.
  var interiors: [Range<Int64>?] = []
}
