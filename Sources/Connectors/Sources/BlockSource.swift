import Columns
import ChainExecution

/// Messages of a topic that others have read, in blocks of one partition each (docs/partials.md): what engines that move
/// bytes hand to `hitmon kernel`.
package final class BlockSource: RowSource {
  private let input: any ByteInput
  private let collector: MessageCollector
  package let topic: SourceTopic?
  package private(set) var partitions: [String] = []
  package let isLive = false
  package let streams = SourceStreams.partitions(active: [])
  /// What earlier runs have published, by partition.
  private var starts: [Int: PartitionStart] = [:]
  private var known: [Int: MessageCollector.Partition] = [:]
  private var place: Int64 = 0

  static let magic = Array("HMB1".utf8)
  /// Bytes of a block before its offsets.
  static let headBytes = 56
  private static let mostBytes = UInt64(1) << 32

  /// - Parameter input: where blocks come from.
  package init(_ input: any ByteInput, format: any RecordFormat, topic: SourceTopic?) {
    self.input = input
    self.topic = topic
    collector = MessageCollector(format)
  }

  package var progress: SourceProgress { SourceProgress(done: place, total: nil) }

  package func close() { input.close() }

  /// The partitions of which a block has come.
  package var begun: [Int] { starts.keys.sorted() }

  /// How a partition was begun; nil for one of which no block has come.
  package func start(of partition: Int) -> PartitionStart? { starts[partition] }

  package func read(into buffer: ChunkBuffer, rowLimit: Int64?, deadline: Int64) throws -> SourceEvent {
    while true {
      if let rows = collector.next(into: buffer) { return .rows(rows) }
      guard try readBlock() else { return .end }
    }
  }

  /// Reads a block and gathers its messages; false at the end of the input.
  private func readBlock() throws -> Bool {
    var head = [UInt8](repeating: 0, count: Self.headBytes)
    let begin = place
    switch try fill(&head) {
    case 0: return false
    case Self.headBytes: break
    default: throw ConnectorError("\(input.name): a block is cut off at byte \(place)")
    }
    guard head.starts(with: Self.magic) else {
      throw ConnectorError("\(input.name): there is no block at byte \(begin); see --blocks in docs/partials.md")
    }
    func number<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
      head.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }
    let partition = Int(number(4, UInt32.self)), first = number(8, Int64.self), repeats = number(16, Int64.self)
    let published = number(24, Int64.self), count = number(32, UInt64.self), length = number(40, UInt64.self)
    let isKeyed = number(48, UInt32.self) & 1 == 1
    guard partition < 1 << 20, count < Self.mostBytes / 12, length < Self.mostBytes,
      (0...Int64.farthestPlace).contains(first), repeats <= .farthestPlace,
      published == .min || published.magnitude <= Int64.farthestPlace.magnitude
    else {
      throw ConnectorError("\(input.name): the block at byte \(begin) is damaged")
    }
    var offsets = [UInt8](repeating: 0, count: Int(count) * 8)
    var ends = [UInt8](repeating: 0, count: (Int(count) + 1) * 4)
    var values = [UInt8](repeating: 0, count: Int(length))
    guard try fill(&offsets) == offsets.count, try fill(&ends) == ends.count, try fill(&values) == values.count else {
      throw ConnectorError("\(input.name): the block that begins at byte \(begin) is cut off at byte \(place)")
    }
    while partitions.count <= partition { partitions.append(String(partitions.count)) }
    // The first block of a partition says where it begins; more may follow it.
    let state =
      known[partition] ?? MessageCollector.Partition(next: first, repeatsBefore: repeats, end: nil, gap: nil, now: 0)
    if known.updateValue(state, forKey: partition) == nil {
      starts[partition] = PartitionStart(
        partition: partition, offset: first, published: published == .min ? nil : published,
        readBefore: max(first, repeats))
    }
    collector.begin([partition: state])
    try values.withUnsafeBytes { values in
      try offsets.withUnsafeBytes { offsets in
        try ends.withUnsafeBytes { ends in
          func end(_ index: Int) -> Int {
            Int(Int32(littleEndian: ends.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)))
          }
          for index in 0..<Int(count) {
            let (start, stop) = (end(index), end(index + 1))
            let offset = Int64(littleEndian: offsets.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
            guard start >= 0, start <= stop, stop <= values.count, offset <= .farthestPlace else {
              throw ConnectorError("\(input.name): the block at byte \(begin) is damaged at message \(index)")
            }
            collector.take(
              TakenMessage(
                partition: partition,
                offset: offset,
                value: start == stop ? nil : UnsafeRawBufferPointer(rebasing: values[start..<stop]), isKeyed: isKeyed,
                written: nil), counting: false, now: 0, fetched: { _ in nil })
          }
        }
      }
    }
    collector.closeAll()
    return true
  }

  /// Fills as much as there is.
  private func fill(_ bytes: inout [UInt8]) throws -> Int {
    var filled = 0
    let count = bytes.count
    try bytes.withUnsafeMutableBytes { buffer in
      while filled < count {
        let more = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        if more == 0 { break }
        filled += more
      }
    }
    place += Int64(filled)
    return filled
  }
}
