#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Operators

/// Memory that a stretch of input is read into; used again when its rows have been counted.
public final class ChunkBuffer: @unchecked Sendable {
  /// Bytes a chunk: rows enough that handing one over costs nothing beside decoding it, few enough that the groups of its
  /// rows stay in the cache.
  public static let standardCapacity = 1 << 20

  public private(set) var base: UnsafeMutableRawPointer
  public private(set) var capacity: Int
  public var count = 0

  public init(capacity: Int = ChunkBuffer.standardCapacity) {
    self.capacity = capacity
    // Vector loads may look a little beyond the last byte.
    base = .allocate(byteCount: capacity + 64, alignment: 64)
  }

  deinit { base.deallocate() }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Room behind the bytes that are there.
  var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(count + bytes.count)
    (base + count).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    count += bytes.count
  }

  func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let grown = max(wanted, capacity * 2)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: grown + 64, alignment: 64)
    memory.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = memory
    capacity = grown
  }
}

/// Whole rows in a buffer, and where they come from.
public struct SourceRows: Sendable {
  public let partition: Int
  /// Where the first byte stands in the partition: bytes from a file's start, after decompression.
  public let offset: Int64
  public let order: FieldOrder
  /// Rows in the buffer, malformed ones included; nil where the source was not asked to count them.
  public let rows: Int64?
  /// Lines of the partition between the chunk before and this one that are in neither: a header.
  public let linesBefore: Int64

  public init(partition: Int, offset: Int64, order: FieldOrder, rows: Int64?, linesBefore: Int64 = 0) {
    self.partition = partition
    self.offset = offset
    self.order = order
    self.rows = rows
    self.linesBefore = linesBefore
  }
}

public enum SourceEvent: Sendable {
  case rows(SourceRows)
  /// Nothing came before the deadline.
  case idle
  case end
}

/// What went wrong with a source or a sink, in a sentence for the user.
public struct ConnectorError: Error, CustomStringConvertible, Sendable {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}

/// How far a source is. `total` is nil where nobody can know.
public struct SourceProgress: Sendable {
  public var done: Int64
  public var total: Int64?
}

/// Where rows come from. One thread uses a source; it may block until the deadline.
public protocol RowSource: AnyObject {
  /// Fills `buffer`, which is empty, with whole rows of one partition.
  ///
  /// - Parameters:
  ///   - rowLimit: the most rows, where windows are cut by rows; the event then says how many they are.
  ///   - deadline: when to return with nothing, in nanoseconds of the monotonic clock.
  func read(into buffer: ChunkBuffer, rowLimit: Int64?, deadline: Int64) throws -> SourceEvent
  /// The names of the partitions met so far, by number: paths of files.
  var partitions: [String] { get }
  var progress: SourceProgress { get }
  /// Rows arrive as they happen, not as fast as they can be read.
  var isLive: Bool { get }
  func close()
}

/// Nanoseconds of the monotonic clock.
public func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
