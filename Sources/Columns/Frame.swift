/// Where a column lies in a ``Frame``.
public struct Slot: Hashable, Sendable {
  public let index: Int
  public let lane: Lane

  public init(index: Int, lane: Lane) {
    self.index = index
    self.lane = lane
  }
}

/// The columns of a frame, collected while a chain is built. Slots are never reused, so a column stays readable until
/// the next batch.
public struct FrameLayout: Sendable {
  public private(set) var lanes: [Lane] = []

  public init() {}

  public mutating func add(_ lane: Lane) -> Slot {
    lanes.append(lane)
    return Slot(index: lanes.count - 1, lane: lane)
  }

  /// Bytes that one frame of `capacity` rows takes.
  public func bytes(capacity: Int = Frame.standardCapacity) -> Int {
    lanes.reduce(0) { $0 + $1.stride } * capacity
  }
}

/// One batch of rows in columns: the working memory of one worker, filled again for every batch.
///
/// Column `slot` holds `count` values of its lane. Rows that cleansing took out keep their place; `selection` holds the
/// row numbers that are left, ascending.
public final class Frame {
  /// Rows a batch. A column of 32-bit integers takes 16 KiB, so the columns of a batch stay in the second-level cache.
  public static let standardCapacity = 4096

  public let capacity: Int
  public var count = 0
  @usableFromInline let columns: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let columnCount: Int
  /// Byte offset of each row from the start of its chunk (for rows of a topic: its message's number in the chunk).
  public let rowOffsets: UnsafeMutablePointer<UInt32>
  public let selection: UnsafeMutablePointer<Int32>
  public var selectedCount = 0

  public init(layout: FrameLayout, capacity: Int = Frame.standardCapacity) {
    self.capacity = capacity
    columnCount = layout.lanes.count
    columns = .allocate(capacity: max(1, columnCount))
    for (index, lane) in layout.lanes.enumerated() {
      // 64 bytes of room at the end let a vector loop write whole vectors.
      let bytes = capacity * lane.stride + 64
      let column = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      column.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      columns[index] = column
    }
    rowOffsets = .allocate(capacity: capacity + 16)
    rowOffsets.initialize(repeating: 0, count: capacity + 16)
    selection = .allocate(capacity: capacity + 16)
    selection.initialize(repeating: 0, count: capacity + 16)
  }

  deinit {
    for index in 0..<columnCount { columns[index].deallocate() }
    columns.deallocate()
    rowOffsets.deallocate()
    selection.deallocate()
  }

  /// Where all columns begin, in the order of their slots.
  public var allColumns: UnsafePointer<UnsafeMutableRawPointer> { UnsafePointer(columns) }

  @inlinable public func raw(_ slot: Slot) -> UnsafeMutableRawPointer { columns[slot.index] }

  /// The column as values of its lane; `slot.lane` must be that of `T`.
  @inlinable public func column<T: LaneValue>(_ slot: Slot, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    assert(slot.lane == T.lane)
    return columns[slot.index].assumingMemoryBound(to: T.self)
  }

  @inlinable public func int32(_ slot: Slot) -> UnsafeMutablePointer<Int32> { column(slot) }
  @inlinable public func int64(_ slot: Slot) -> UnsafeMutablePointer<Int64> { column(slot) }
  @inlinable public func float64(_ slot: Slot) -> UnsafeMutablePointer<Double> { column(slot) }
  @inlinable public func flag(_ slot: Slot) -> UnsafeMutablePointer<UInt8> { column(slot) }

  /// Selects every row of the batch.
  public func selectAll() {
    for row in 0..<count { selection[row] = Int32(truncatingIfNeeded: row) }
    selectedCount = count
  }
}
