import ChainExecution

/// Memory that a stretch of input is read into; used again when its rows have been counted.
///
/// Unchecked `Sendable`: one thread at a time owns it: the source fills it, then a worker reads it.
package final class ChunkBuffer: @unchecked Sendable {
  /// Bytes a chunk: rows enough that handing one over costs nothing beside decoding it, few enough that the groups of its
  /// rows stay in the cache.
  package static let standardCapacity = 1 << 20

  package private(set) var base: UnsafeMutableRawPointer
  package private(set) var capacity: Int
  package var count = 0
  /// The messages that the bytes came in, where they come from a topic.
  package private(set) var messages = MessageMap()

  package init(capacity: Int = ChunkBuffer.standardCapacity) {
    self.capacity = capacity
    // Vector loads may look a little beyond the last byte.
    base = .allocate(byteCount: capacity + 64, alignment: 64)
  }

  deinit { base.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  package func removeAll() {
    count = 0
    messages.removeAll()
  }

  /// Room behind the bytes that are there.
  var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(count + bytes.count)
    (base + count).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    count += bytes.count
  }

  func append(byte: UInt8) {
    reserve(count + 1)
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Takes the other's memory with what is in it, for its own.
  func exchange(with other: ChunkBuffer) {
    swap(&base, &other.base)
    swap(&capacity, &other.capacity)
    swap(&count, &other.count)
    swap(&messages, &other.messages)
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
package struct SourceRows: Sendable {
  package let partition: Int
  /// Where the first byte stands in the partition: bytes from a file's start, after decompression; the offset of a
  /// topic's message.
  package let offset: Int64
  package var order: FieldOrder = nil
  /// Rows in the buffer, malformed ones included; nil where the source was not asked to count them.
  package var rows: Int64?
  /// Lines of the partition between the chunk before and this one that are in neither: a header.
  package var linesBefore: Int64 = 0
  /// Where the partition is read to, if that is not behind the buffer's last byte. For a topic it is the offset behind the
  /// last message; the buffer's ``ChunkBuffer/messages`` say where each begins.
  package var end: Int64?
  /// A row that is counted as malformed and not in the buffer, as it is too long to be one.
  package var refused: MalformedRow?
  /// Offsets before `offset` that hold no message.
  package var gap: OffsetRange?
  /// Messages that hold no rows, or not only rows: their offsets, and of some what is wrong.
  package var unusable: [Int64] = []
  package var unusableSamples: [(offset: Int64, reason: String)] = []
  /// Whether every message has a key, so that all rows of a group are in one partition.
  package var isKeyed = true
  /// Whether an earlier run has read these rows, and published some of their windows.
  package var isRepeat = false
  /// The first message.
  package var mark: MessageMark?

  package init(partition: Int, offset: Int64, rows: Int64?) {
    self.partition = partition
    self.offset = offset
    self.rows = rows
  }
}

/// Where the reading of a partition begins.
package struct PartitionStart: Sendable {
  package var partition: Int
  package var offset: Int64
  /// The last event window that earlier runs have published with rows of this partition.
  package var published: Int64?
  /// How far earlier runs had read the partition when they published it.
  package var readBefore: Int64
  /// A message that they have read.
  package var mark: MessageMark?

  package init(partition: Int, offset: Int64, published: Int64? = nil, readBefore: Int64 = .min) {
    self.partition = partition
    self.offset = offset
    self.published = published
    self.readBefore = readBefore
  }
}

package enum SourceEvent: Sendable {
  case rows(SourceRows)
  /// Nothing came before the deadline.
  case idle
  case end
  /// The partitions that the source reads from here on. Whatever was read and is not published is read again.
  case assigned([PartitionStart])
}

/// How the rows of a source follow their clock.
package enum SourceStreams: Sendable, Equatable {
  /// All partitions are one stream, one behind the other.
  case one
  /// Each partition goes at its own pace; the clock waits for the `active` ones.
  case partitions(active: Set<Int>)
}

/// How far a source is behind those who write to it.
package struct SourceLag: Sendable, Equatable {
  /// Messages that are written and not read; of rows where the source cannot know how many rows a message has.
  package var messages: Int64
  /// Messages that were read so far.
  package var messagesRead: Int64
  /// Since the last message that was read was written; 0 where there is no other behind it.
  package var seconds: Double

  package init(messages: Int64, messagesRead: Int64, seconds: Double) {
    self.messages = messages
    self.messagesRead = messagesRead
    self.seconds = seconds
  }
}

/// What went wrong with a source or a sink, in a sentence for the user.
package struct ConnectorError: Error, CustomStringConvertible, Sendable {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// How far a source is. `total` is nil where nobody can know.
package struct SourceProgress: Sendable {
  package var done: Int64
  package var total: Int64?
}

/// Where rows come from. One thread uses a source; it may block until the deadline.
package protocol RowSource: AnyObject {
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
  var streams: SourceStreams { get }
  /// Nil where nobody writes to the source while it is read.
  var lag: SourceLag? { get }
  /// Whether a later run goes on where the published results end. What is not published when a run is stopped is then read
  /// again.
  var resumes: Bool { get }
  /// The topic whose partitions these are; nil for other sources.
  var topic: SourceTopic? { get }
  /// Sentences for the user once everything is read.
  var notes: [String] { get }
  /// Results are published that cover the partitions up to these offsets.
  func commit(_ positions: [Int: Int64])
  /// Reads again what is not published: another source of the run was assigned other partitions. The next event is
  /// ``SourceEvent/assigned(_:)``.
  func restart() throws
  func close()
}

/// The topic that a source reads.
package struct SourceTopic: Sendable, Equatable {
  package var name: String
  /// How many partitions it has, read by this instance or not.
  package var partitions: Int

  package init(name: String, partitions: Int) {
    self.name = name
    self.partitions = partitions
  }
}

extension RowSource {
  package var streams: SourceStreams { .one }
  package var lag: SourceLag? { nil }
  package var resumes: Bool { false }
  package var topic: SourceTopic? { nil }
  package var notes: [String] { [] }
  package func restart() {}
  package func commit(_ positions: [Int: Int64]) {}
}
