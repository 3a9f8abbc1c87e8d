import ChainExecution
import Testing

@testable import Connectors

/// Messages of a partition on their way into chunks, by their offsets.
@Suite struct MessageCollectorTests {
  /// Lines, whatever is in them.
  private static let lines = CSVFormat(
    fields: [], storage: [], policy: .no, delimiter: UInt8(ascii: ","), quote: 0, comment: "", nameBytes: [])

  private func collector(end: Int64? = nil, next: Int64 = 0) throws -> MessageCollector {
    let collector = MessageCollector(Self.lines)
    collector.begin([0: MessageCollector.Partition(next: next, repeatsBefore: .min, end: end, gap: nil, now: 0)])
    return collector
  }

  private func take(_ offsets: some Sequence<Int64>, _ collector: MessageCollector) {
    for offset in offsets {
      Array("1,2".utf8).withUnsafeBytes { value in
        collector.take(
          TakenMessage(partition: 0, offset: offset, value: value, isKeyed: true, written: nil), counting: false,
          now: 0, fetched: { _ in nil })
      }
    }
  }

  /// The chunks that are gathered: where they begin and end, and the offsets that they miss.
  private func chunks(_ collector: MessageCollector) -> [[Int64]] {
    collector.closeAll()
    var chunks: [[Int64]] = []
    let buffer = ChunkBuffer()
    while let rows = collector.next(into: buffer) {
      chunks.append([rows.offset, rows.end ?? -1, rows.gap.map { $0.end - $0.start } ?? 0])
    }
    return chunks
  }

  @Test func `A marker at the end of a partition is passed, and is no gap`() throws {
    let collector = try collector()
    take(0..<10, collector)
    collector.reachedEnd(of: 0, at: 11)
    #expect(collector.partitions[0]?.next == 11)
    take(11..<15, collector)
    collector.reachedEnd(of: 0, at: 16)
    collector.reachedEnd(of: 0, at: 16)
    take(16..<17, collector)
    // Ranges meet, whether a chunk was handed out between or not.
    #expect(chunks(collector) == [[0, 10, 0], [10, 15, 0], [15, 17, 0]])
    collector.reachedEnd(of: 0, at: 20)
    #expect(chunks(collector) == [])
    take(20..<22, collector)
    #expect(chunks(collector) == [[17, 22, 0]])
  }

  @Test func `A marker between messages, and messages that are gone, are a gap`() throws {
    let collector = try collector()
    take(0..<3, collector)
    take(5..<6, collector)
    collector.reachedEnd(of: 0, at: 8)
    take(10..<11, collector)
    #expect(chunks(collector) == [[0, 3, 0], [3, 6, 2], [6, 11, 2]])
  }

  @Test func `Reading to the end ends behind a marker, and before a transaction that is open`() throws {
    for (end, behind) in [(Int64(11), Int64(11)), (20, 15)] {
      let collector = try collector(end: end)
      take(0..<10, collector)
      #expect(collector.partitions[0]?.isAtEnd == false)
      collector.reachedEnd(of: 0, at: behind)
      #expect(collector.partitions[0]?.isAtEnd == true)
      #expect(collector.partitions[0]?.next == behind)
      // Messages beyond are another run's.
      take(behind..<behind + 3, collector)
      #expect(chunks(collector) == [[0, 10, 0]])
    }
  }

  @Test func `A partition of nothing but markers is at its end`() throws {
    let collector = try collector(end: 4)
    collector.reachedEnd(of: 0, at: 4)
    #expect(collector.partitions[0]?.isAtEnd == true)
    #expect(chunks(collector) == [])
  }
}
