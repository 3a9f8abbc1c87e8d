/// Whose partial result it is: only those of one pipeline go together.
package struct PartialIdentity: Sendable, Equatable {
  package var pipeline: String
  /// Of everything in the pipeline that counting goes by, windows included.
  package var fingerprint: UInt64

  package init(pipeline: String, fingerprint: UInt64) {
    self.pipeline = pipeline
    self.fingerprint = fingerprint
  }
}

/// What a partial result says of the input.
package struct PartialInput: Sendable, Equatable {
  /// The source's name; `input` for files.
  package var source: String
  /// The topic that was read; nil for other sources.
  package var topic: String?
  /// How many partitions the topic has.
  package var partitionCount: Int?
  /// The names of partitions by number, and where each stands among the files of the input.
  package var partitions: [Partition] = []

  package struct Partition: Sendable, Equatable {
    package var name: String
    package var order: Int64
    /// Where the rows of all parts begin and end in a file of which a stretch was read; nil where the whole was, or where
    /// nobody knows.
    package var extent: OffsetRange?

    package init(name: String, order: Int64 = 0, extent: OffsetRange? = nil) {
      self.name = name
      self.order = order
      self.extent = extent
    }
  }

  package init(source: String, topic: String? = nil, partitionCount: Int? = nil) {
    self.source = source
    self.topic = topic
    self.partitionCount = partitionCount
  }
}

/// A stretch of a window in a partial result.
struct PartialEntry {
  var window: Int64
  /// Where its block begins in the file.
  var place: Int
  /// Where its rows lie, by partition.
  var offsets: [Int: OffsetRange]
  /// The first window that was complete already when its last rows came.
  var frontier: Int64?
}

/// Writes a partial result: the windows as they come, and behind them what there is to say of all (docs/partials.md).
package final class PartialFileWriter {
  static let magic = Array("HITMONP4".utf8)
  static let end = Array("HITMONPE".utf8)

  private let plan: ChainPlan
  private let output: (UnsafeRawBufferPointer) throws -> Void
  private var writer = PartialWriter()
  private var place = 0
  private var index: [PartialEntry] = []

  /// `output` takes the bytes of the file, in order.
  package init(
    _ plan: ChainPlan, identity: PartialIdentity, output: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    self.plan = plan
    self.output = output
    try put(Self.magic)
    writer.text(identity.pipeline)
    writer.unsigned(identity.fingerprint)
    try block()
  }

  /// Bytes written so far.
  package var size: Int { place }

  private func put(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes(output)
    place += bytes.count
  }

  /// Writes what was gathered: its length, its sum, itself.
  private func block() throws {
    let bytes = writer.bytes
    var head: [UInt8] = []
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { head += $0 }
    withUnsafeBytes(of: bytes.withUnsafeBytes(partialSum).littleEndian) { head += $0 }
    try put(head)
    try put(bytes)
    writer.removeAll()
  }

  /// Writes a window, or a piece of one.
  package func add(_ window: ClosedWindow) throws {
    try add(
      window.index, window.counts,
      open: window.open.map { .init(stream: $0.stream.code, groups: $0.groups, late: $0.late) },
      frontier: window.frontier)
  }

  /// Groups of a stream that are not counted: those that may have more rows elsewhere, and those that began again.
  struct Open {
    /// The number of the stream; the least where rows may be in any.
    let stream: Int64
    var groups: OpenGroups?
    var late: DisorderedGroups?
  }

  func add(_ window: Int64, _ counts: WindowCounts, open: [Open], frontier: Int64?) throws {
    index.append(PartialEntry(window: window, place: place, offsets: counts.offsets, frontier: frontier))
    writer.counts(counts.counts)
    for histogram in counts.histograms { histogram.write(to: &writer) }
    writer.count(open.count)
    for open in open {
      writer.signed(open.stream)
      writer.byte((open.groups == nil ? 0 : 1) | (open.late == nil ? 0 : 2) | (open.late?.groups == nil ? 0 : 4))
      open.groups?.write(to: &writer)
      for keys in open.late?.keys ?? [] { writer.keys(keys.sorted()) }
      open.late?.groups?.write(to: &writer)
    }
    try block()
  }

  /// Writes the end of the file.
  package func finish(_ tail: PartialTail, _ input: PartialInput) throws {
    let start = place
    writer.tables(plan)
    writer.input(input)
    writer.count(tail.streams.count)
    for (number, stream) in zip(tail.streamNumbers, tail.streams) {
      writer.signed(number)
      writer.stream(stream)
    }
    writer.counts(tail.pending)
    writer.count(tail.gaps.count)
    for (partition, ranges) in tail.gaps.sorted(by: { $0.key < $1.key }) {
      writer.count(partition)
      writer.count(ranges.count)
      for range in ranges { writer.range(range) }
    }
    writer.count(tail.ends.count)
    for (partition, end) in tail.ends.sorted(by: { $0.key < $1.key }) {
      writer.count(partition)
      writer.signed(end)
    }
    writer.count(tail.lasting.count)
    for partition in tail.lasting { writer.count(partition) }
    writer.count(index.count)
    for entry in index {
      writer.signed(entry.window)
      writer.count(entry.place)
      writer.optional(entry.frontier)
      writer.count(entry.offsets.count)
      for (partition, range) in entry.offsets.sorted(by: { $0.key < $1.key }) {
        writer.count(partition)
        writer.range(range)
      }
    }
    try block()
    var last: [UInt8] = []
    withUnsafeBytes(of: UInt64(start).littleEndian) { last += $0 }
    try put(last + Self.end)
  }
}

/// A sum that tells damaged bytes: FNV-1a over words of eight bytes.
func partialSum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var sum: UInt64 = 0xCBF2_9CE4_8422_2325
  var place = 0
  while place + 8 <= bytes.count {
    sum = (sum ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))) &* 0x100_0000_01B3
    sum ^= sum >> 29
    place += 8
  }
  for byte in bytes[place...] { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return sum
}
