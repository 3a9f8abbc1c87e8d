import Foundation
import Histograms
import Results
import TestSupport
import Testing

/// Whole windows of parts, as they come on their log.
@Suite struct PartsMergerTests {
  /// A log of parts and what merges it.
  private struct Merging {
    var merger: PartsMerger
    var log: [[UInt8]] = []
    /// Offsets that are gone when they are asked for again.
    var gone: Set<Int64> = []
    var fetched: [Int64] = []

    init(mostBytes: Int = 1 << 20, from position: ReadPosition = ReadPosition(resume: 0, read: 0)) {
      merger = PartsMerger(
        histograms: [], format: .json, fold: ResultFold(pipeline: "p"), position: position, mostBytes: mostBytes)
    }

    /// Adds a message, and gives the windows that are whole with it: the indices, records, late rows, and whether they are
    /// partial.
    mutating func add(_ text: String) throws -> [[Int]] {
      let offset = Int64(log.count)
      log.append(Array(text.utf8))
      try take(offset)
      return try release()
    }

    mutating func take(_ offset: Int64) throws {
      let bytes = log[Int(offset)]
      let message = try #require(bytes.withUnsafeBytes { LogMessage(reading: $0) })
      let result: Result<ResultFold.Verdict, ResultError> = bytes.withUnsafeBytes { raw in
        do throws(ResultError) { return .success(try merger.add(message, raw, at: offset)) } catch {
          return .failure(error)
        }
      }
      _ = try result.get()
    }

    private(set) var positions: [ReadPosition] = []

    mutating func release() throws -> [[Int]] {
      var windows: [[Int]] = []
      var asked: [Int64] = []
      while let whole = merger.takeWhole(fetch: { offset in
        asked.append(offset)
        return gone.contains(offset) ? nil : log[Int(offset)]
      }) {
        let head = try whole.message.withUnsafeBytes { bytes in
          try Result { () throws(ResultError) in try ResultHead(reading: bytes) }.get()
        }
        windows.append(
          [Int(head.window.index), Int(head.count("records")), Int(head.count("late")), head.isPartial ? 1 : 0])
        positions.append(whole.position)
        #expect(head.claim == nil)
      }
      fetched += asked
      merger.spill()
      return windows
    }
  }

  private static func claim(_ epoch: Int, _ partitions: [Int], after: Int = 0) -> String {
    let after = partitions.map { "\"\($0)\":\(after)" }.joined(separator: ",")
    return
      "{\"schema\":\"hitmon.claim/1\",\"pipeline\":\"p\",\"run\":\"r\",\"claim\":{\"epoch\":\(epoch),\"input\":\"hits\",\"after\":{\(after)}}}"
  }

  private static func idle(_ epoch: Int, _ number: Int, _ partitions: [Int: Bool]) -> String {
    let idle = partitions.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    return
      "{\"schema\":\"hitmon.claim/1\",\"pipeline\":\"p\",\"run\":\"r\",\"claim\":{\"epoch\":\(epoch),\"number\":\(number),\"input\":\"hits\",\"idle\":{\(idle)}}}"
  }

  /// A part of a window of a span, or of two seconds from its index on.
  private static func part(
    _ index: Int, _ partitions: [Int], _ epoch: Int, _ number: Int, records: Int = 1, kind: String = "span",
    edges: String = "[0,1]", last: Int? = nil
  ) -> String {
    let resume = partitions.map { "\"\($0)\":\(100 * index)" }.joined(separator: ",")
    let lasts = partitions.map { "\"\($0)\":\(last ?? index)" }.joined(separator: ",")
    func time(_ second: Int) -> String { "\"2026-11-22T14:00:\(second < 10 ? "0" : "")\(second)Z\"" }
    let window =
      kind == "span"
      ? "\"kind\":\"span\",\"of\":\"t\",\"start\":\(index),\"end\":\(index + 1)"
      : "\"kind\":\"every\",\"start\":\(time(2 * index)),\"end\":\(time(2 * index + 2))"
    return """
      {"schema":"hitmon.results/1","claim":{"epoch":\(epoch),"number":\(number)},"pipeline":"p","run":"r","partial":true,\
      "window":{"index":\(index),\(window)},"counts":{"records":\(records),"malformed":0,"late":0},\
      "source":{"name":"s","topic":"hits","partitions":2,"offsets":{},"resume":{\(resume)},"read":{\(resume)},\
      "last":{\(lasts)}},"histograms":{"h":{"title":"","axis":{"label":"x","unit":""},"bin_edges":\(edges),\
      "bin_counts":[\(records)],"underflow":0,"overflow":0,"unknown":0}}}
      """
  }

  @Test func `A window is whole when every partition is done with it`() throws {
    var merging = Merging()
    #expect(try merging.add(Self.claim(1, [0])) == [])
    #expect(try merging.add(Self.claim(1, [1])) == [])
    #expect(try merging.add(Self.part(1, [0], 1, 1)) == [])
    #expect(try merging.add(Self.part(2, [0], 1, 2, records: 4)) == [])
    #expect(try merging.add(Self.part(1, [1], 1, 1, records: 2)) == [[1, 3, 0, 0]])
    // A later window says as much.
    #expect(try merging.add(Self.part(3, [1], 1, 2)) == [[2, 4, 0, 0]])
    #expect(merging.positions.map(\.last) == [1, 2])
    #expect(merging.positions.map(\.resume) == [3, 5])
    #expect(merging.positions.map(\.read) == [5, 6])
  }

  /// A message may say anything.
  @Test func `A topic of very many partitions costs nothing`() throws {
    var merging = Merging()
    _ = try merging.add(Self.claim(1, [0, 1]))
    let part = Self.part(1, [0, 1], 1, 1).replacingOccurrences(
      of: "\"partitions\":2", with: "\"partitions\":3000000000")
    #expect(try merging.add(part) == [])
  }

  @Test func `A fetch that was interrupted gives out nothing`() throws {
    struct Interrupted: Error {}
    var merging = Merging(mostBytes: 0)
    for text in [Self.claim(1, [0]), Self.claim(1, [1]), Self.part(1, [0], 1, 1)] { _ = try merging.add(text) }
    merging.log.append(Array(Self.part(1, [1], 1, 1).utf8))
    try merging.take(3)
    #expect(throws: Interrupted.self) { try merging.merger.takeWhole(fetch: { _ in throw Interrupted() }) }
  }

  @Test func `What is void is in no window`() throws {
    var merging = Merging()
    for text in [Self.claim(1, [0, 1]), Self.part(1, [0, 1], 1, 1)] { _ = try merging.add(text) }
    #expect(try merging.add(Self.part(1, [0, 1], 1, 1)) == [])
    #expect(try merging.add(Self.claim(2, [1], after: 1)) == [])
    #expect(try merging.add(Self.part(2, [0, 1], 1, 2)) == [])
    #expect(try merging.add(Self.part(2, [1], 2, 1)) == [])
    #expect(merging.positions.map(\.last) == [1])
  }

  @Test func `Nobody waits for a partition that is idle, and everybody for one whose owner has died`() throws {
    var merging = Merging()
    for text in [Self.claim(1, [0]), Self.claim(1, [1])] { _ = try merging.add(text) }
    #expect(try merging.add(Self.part(1, [0], 1, 1)) == [])
    #expect(try merging.add(Self.idle(1, 1, [1: true])) == [[1, 1, 0, 0]])
    #expect(try merging.add(Self.part(2, [0], 1, 2)) == [[2, 1, 0, 0]])
    #expect(merging.merger.missing == [])
    #expect(try merging.add(Self.idle(1, 2, [1: false])) == [])
    #expect(try merging.add(Self.part(3, [0], 1, 3)) == [])
    #expect(merging.merger.missing == ["1"])
    #expect(try merging.add(Self.claim(2, [1], after: 1)) == [])
    #expect(merging.merger.missing == ["1"])
    #expect(try merging.add(Self.part(4, [1], 2, 1)) == [[3, 1, 0, 0]])
    #expect(merging.merger.missing == ["0"])
  }

  @Test func `A part that comes too late: its rows are late in the next window of a span`() throws {
    var merging = Merging()
    for text in [Self.claim(1, [0]), Self.claim(1, [1]), Self.idle(1, 1, [1: true])] { _ = try merging.add(text) }
    #expect(try merging.add(Self.part(5, [0], 1, 1)) == [[5, 1, 0, 0]])
    #expect(try merging.add(Self.part(4, [1], 1, 2, records: 7)) == [])
    #expect(try merging.add(Self.part(6, [0], 1, 2)) == [[6, 1, 7, 0]])
    #expect(try merging.add(Self.part(7, [0], 1, 3)) == [[7, 1, 0, 0]])
  }

  @Test func `By arrival they count in the next window`() throws {
    var merging = Merging()
    for text in [Self.claim(1, [0]), Self.claim(1, [1]), Self.idle(1, 1, [1: true])] { _ = try merging.add(text) }
    #expect(try merging.add(Self.part(5, [0], 1, 1, kind: "every")) == [[5, 1, 0, 0]])
    #expect(try merging.add(Self.part(4, [1], 1, 2, records: 7, kind: "every")) == [])
    #expect(try merging.add(Self.part(6, [0], 1, 2, kind: "every")) == [[6, 8, 0, 0]])
  }

  @Test func `A thousand windows wait for one partition, in little memory`() throws {
    var merging = Merging(mostBytes: 20_000)
    for text in [Self.claim(1, [0]), Self.claim(1, [1])] { _ = try merging.add(text) }
    for index in 1...1_000 { #expect(try merging.add(Self.part(index, [0], 1, index)) == []) }
    #expect(merging.merger.waitingCount == 1_000)
    #expect(merging.fetched == [])
    let whole = try merging.add(Self.part(1_000, [1], 1, 1, records: 5))
    #expect(whole.map { $0[0] } == Array(1...1_000))
    #expect(whole.map { $0[1] } == Array(repeating: 1, count: 999) + [6])
    #expect(merging.fetched.count > 900)
  }

  @Test func `What is gone from the log makes its window partial`() throws {
    var merging = Merging(mostBytes: 1)
    for text in [Self.claim(1, [0]), Self.claim(1, [1])] { _ = try merging.add(text) }
    _ = try merging.add(Self.part(1, [0], 1, 1))
    _ = try merging.add(Self.part(2, [0], 1, 2))
    merging.gone = [2]
    #expect(try merging.add(Self.part(2, [1], 1, 1, records: 5)) == [[2, 6, 0, 0]])
    // Of window 1 nothing is left; of this one, one of two parts.
    _ = try merging.add(Self.part(3, [0], 1, 3))
    merging.gone = [5]
    #expect(try merging.add(Self.part(3, [1], 1, 2, records: 5)) == [[3, 5, 0, 1]])
  }

  @Test func `A part of another form is told, and its window is partial`() throws {
    var merging = Merging()
    for text in [Self.claim(1, [0]), Self.claim(1, [1]), Self.part(1, [0], 1, 1)] { _ = try merging.add(text) }
    let error = #expect(throws: ResultError.self) { try merging.add(Self.part(1, [1], 1, 1, edges: "[0,2]")) }
    #expect(error?.description.hasPrefix("window 1: histogram `h`: ") == true)
    #expect(try merging.release() == [[1, 1, 0, 1]])
  }

  /// A merger that continues where another one has ended makes the same windows.
  @Test(arguments: 0..<20)
  func `Mergers that take over from each other make what one would make`(seed: UInt64) throws {
    var dice = Dice(seed)
    var log = [Self.claim(1, [0]), Self.claim(1, [1])]
    var numbers = [0, 0]
    var windows = [0, 0]
    for _ in 0..<120 {
      let partition = dice.int(0...1)
      numbers[partition] += 1
      if dice.chance(0.1) {
        log.append(Self.idle(1, numbers[partition], [partition: dice.chance(0.5)]))
      } else {
        windows[partition] += dice.int(1...2)
        log.append(Self.part(windows[partition], [partition], 1, numbers[partition], records: dice.int(1...9)))
      }
    }
    var one = Merging()
    let expected = try log.flatMap { try one.add($0) }
    #expect(expected.count > 20)

    var found: [[Int]] = []
    var position = ReadPosition(resume: 0, read: 0)
    while true {
      var fold = ResultFold(pipeline: "p")
      for text in log[..<Int(position.resume)] {
        _ = fold.take(try #require(Array(text.utf8).withUnsafeBytes { LogMessage(reading: $0) }))
      }
      var next = Merging(mostBytes: dice.chance(0.5) ? 1 : 1 << 20)
      next.merger = PartsMerger(histograms: [], format: .json, fold: fold, position: position, mostBytes: 1 << 20)
      next.log = log.map { Array($0.utf8) }
      let limit = dice.int(1...8)
      var mine: [[Int]] = []
      for offset in position.resume..<Int64(log.count) where mine.count < limit {
        try next.take(offset)
        mine += try next.release()
      }
      found += mine
      guard let last = next.positions.last else { break }
      position = last
    }
    #expect(found == expected)
  }
}
