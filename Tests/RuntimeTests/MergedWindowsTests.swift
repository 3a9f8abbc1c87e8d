import Connectors
import Results
import Runtime
import TestSupport
import Testing

/// Which messages make a window, and which are refused.
@Suite struct MergedWindowsTests {
  /// A message with one histogram of two bins.
  private struct Part {
    var window: String
    var offsets: [(partition: Int, start: Int, end: Int)]
    var partitions: Int? = 2
    var isPartial = true
    var run = "r"
    var bins = [1, 2]
    var histogram: String?
    var resume: [Int]?

    static func span(_ index: Int) -> String {
      "{\"index\":\(index),\"kind\":\"span\",\"of\":\"t\",\"start\":\(index * 10),\"end\":\(index * 10 + 10)}"
    }

    /// Of two seconds from that second on.
    static func every(_ second: Int, index: Int = 0) -> String {
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      return
        "{\"index\":\(index),\"kind\":\"every\",\"start\":\"2026-11-22T14:00:\(two(second))Z\",\"end\":\"2026-11-22T14:00:\(two(second + 2))Z\"}"
    }

    var text: String {
      let covered = offsets.map { "\"\($0.partition)\":[\($0.start),\($0.end)]" }.joined(separator: ",")
      let ends = offsets.map { "\"\($0.partition)\":\($0.end)" } + (resume ?? []).map { "\"\($0)\":0" }
      let records = offsets.reduce(0) { $0 + $1.end - $1.start }
      let counted =
        histogram
        ?? "{\"title\":\"\",\"axis\":{\"label\":\"a\",\"unit\":\"\"},\"bin_edges\":[0,1,2],\"bin_counts\":\(bins),\"underflow\":0,\"overflow\":0,\"unknown\":0}"
      return """
        {"schema":"hitmon.results/1","pipeline":"p","run":"\(run)",\(isPartial ? "\"partial\":true," : "")"window":\(window),\
        "counts":{"records":\(records)},"source":{"name":"s","topic":"t",\(partitions.map { "\"partitions\":\($0)," } ?? "")\
        "offsets":{\(covered)},"resume":{\(ends.joined(separator: ","))}},"histograms":{"h":\(counted)}}
        """
    }
  }

  private let merger = ResultMerger(pipeline: "p", histograms: [.init(name: "h", pointLimit: nil)])

  /// The windows that came out: index, rows, whether partial.
  private func add(_ part: Part) throws -> [String] { try merger.add(part.text).map(Self.summary) }

  private static func summary(_ merged: ResultMerger.Merged) -> String {
    "\(merged.head.window.index):\(merged.head.count("records"))\(merged.head.isPartial ? " partial" : "")"
  }

  private func problem(_ part: Part) -> String? { problem(part.text) }

  private func problem(_ text: String) -> String? {
    do {
      _ = try merger.add(text)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func `A window is complete when every partition is done with it`() throws {
    #expect(try add(Part(window: Part.span(1), offsets: [(0, 0, 5)])) == [])
    #expect(try add(Part(window: Part.span(2), offsets: [(0, 4, 9)])) == [])
    #expect(try add(Part(window: Part.span(1), offsets: [(1, 0, 3)])) == ["1:8"])
    // Window 2 has no row of partition 1, which window 3 tells.
    #expect(try add(Part(window: Part.span(3), offsets: [(1, 3, 4)])) == ["2:5"])
    #expect(try add(Part(window: Part.span(4), offsets: [(0, 9, 10)])) == ["3:1"])
    #expect(merger.pendingCount == 1)
    #expect(merger.finish().map(Self.summary) == ["4:1 partial"])
  }

  @Test func `A partition without rows is named in resume`() throws {
    #expect(try add(Part(window: Part.span(1), offsets: [(0, 0, 5)], resume: [1])) == ["1:5"])
  }

  @Test func `A partition that moves to another instance`() throws {
    #expect(try add(Part(window: Part.span(1), offsets: [(0, 0, 5), (1, 0, 5)], isPartial: false)) == ["1:10"])
    #expect(try add(Part(window: Part.span(2), offsets: [(0, 5, 9)], run: "a")) == [])
    #expect(try add(Part(window: Part.span(2), offsets: [(1, 5, 6)], run: "b")) == ["2:5"])
    #expect(try add(Part(window: Part.span(3), offsets: [(0, 9, 11), (1, 6, 8)], run: "b")) == ["3:4"])
  }

  @Test func `A topic that gets more partitions`() throws {
    #expect(try add(Part(window: Part.span(1), offsets: [(0, 0, 5), (1, 0, 5)])) == ["1:10"])
    #expect(try add(Part(window: Part.span(2), offsets: [(0, 5, 6), (1, 5, 6)], partitions: 3)) == [])
    #expect(try add(Part(window: Part.span(2), offsets: [(2, 0, 1)])) == ["2:3"])
  }

  @Test func `Arrival windows belong together by their beginning`() throws {
    #expect(try add(Part(window: Part.every(8, index: 4), offsets: [(0, 0, 5)], run: "b")) == [])
    #expect(try add(Part(window: Part.every(8, index: 1), offsets: [(1, 0, 2)], run: "a")) == ["4:7"])
    // The instance that had counted longest has gone; numbers go on.
    #expect(try add(Part(window: Part.every(10, index: 2), offsets: [(0, 5, 6), (1, 2, 3)])) == ["5:2"])
    let head = try #require(
      try merger.add(Part(window: Part.every(12, index: 9), offsets: [(0, 6, 7), (1, 3, 4)]).text).first
    ).head
    #expect(head.window.index == 9)
    #expect(head.window.start == .time("2026-11-22T14:00:12Z"))
    // A second comes before its fractions.
    let half = Part.every(14).replacing("14Z", with: "14.500Z").replacing("16Z", with: "16.500Z")
    #expect(try add(Part(window: half, offsets: [(0, 8, 9)])) == [])
    #expect(try add(Part(window: Part.every(14), offsets: [(0, 7, 8)])) == [])
    #expect(try add(Part(window: half, offsets: [(1, 5, 6)])) == ["10:1", "11:2"])
  }

  @Test func `The same rows in two arrival windows are refused`() throws {
    _ = try add(Part(window: Part.every(0), offsets: [(0, 0, 100)]))
    _ = try add(Part(window: Part.every(2), offsets: [(0, 200, 300)]))
    _ = try add(Part(window: Part.every(2), offsets: [(0, 100, 200)]))
    #expect(
      problem(Part(window: Part.every(4), offsets: [(0, 150, 310)]))
        == "the window from 2026-11-22T14:00:04Z: partition 0 from 150 to 300 is in a message already: the same rows came twice"
    )
    #expect(problem(Part(window: Part.every(4), offsets: [(0, 300, 300), (1, 0, 5)])) == nil)
    #expect(problem(Part(window: Part.every(4), offsets: [(0, 300, 310)])) != nil)
  }

  @Test func `The same message twice is refused`() throws {
    let part = Part(window: Part.span(1), offsets: [(0, 3, 9)])
    _ = try add(part)
    #expect(problem(part) == "window 1: partition 0 from 3 to 9 is in a message already: the same rows came twice")
    // Windows of a span may have rows of each other's stretches.
    _ = try add(Part(window: Part.span(2), offsets: [(0, 5, 12)]))
    #expect(try add(Part(window: Part.span(2), offsets: [(1, 0, 2)])) == ["1:6", "2:9"])
    #expect(
      problem(Part(window: Part.span(2), offsets: [(1, 2, 3)]))
        == "window 2 has been given out already: the message comes twice or too late")
    #expect(try add(Part(window: Part.span(3), offsets: [(0, 12, 13), (1, 2, 3)])) == ["3:2"])
  }

  @Test func `What does not go together is refused and told`() throws {
    _ = try add(Part(window: Part.span(1), offsets: [(0, 0, 5)]))
    let other = Part(window: Part.span(1), offsets: [(1, 0, 5)])
    #expect(problem(other.text.replacing("\"p\"", with: "\"q\"")) == "the message is of the pipeline `q`, not of `p`")
    #expect(
      problem(Part(window: Part.every(1), offsets: []))
        == "the message's windows are cut by `every`, those before by `t`")
    #expect(
      problem(other.text.replacing("[0,1,2]", with: "[0,1,3]"))
        == "window 1: histogram `h`: its bin edges differ: 2 bins from 0.0 to 2.0 in one message, 2 bins from 0.0 to 3.0 in another"
    )
    #expect(problem(other.text.replacing("[1, 2]", with: "[1]"))?.hasPrefix("window 1: histogram `h`: byte ") == true)
    #expect(
      problem(other.text.replacing("[1, 2]", with: "[18446744073709551615, 2]"))
        == "window 1: histogram `h`: a count is beyond 64 bits")
    #expect(
      problem(other.text.replacing("\"end\":20", with: "\"end\":21"))
        == "window 1: the window begins or ends elsewhere in another message: were the pipelines the same?")
    #expect(
      problem(other.text.replacing("\"run\"", with: "\"format\":\"uhi\",\"run\""))?.contains("`format: json`") == true)
    // The window is as it was before, and says that something is missing.
    let merged = try merger.add(other.text)
    #expect(merged.map(Self.summary) == ["1:10 partial"])
    #expect(String(decoding: merged[0].message, as: UTF8.self).contains("\"bin_counts\":[2,4]"))
  }

  @Test func `Windows of rows are those of one instance`() throws {
    let rows = "{\"index\":0,\"kind\":\"rows\",\"start\":0,\"end\":50}"
    #expect(
      problem(Part(window: rows, offsets: [(0, 0, 5)]))?.contains("windows of rows hold other rows in every instance")
        == true)
    #expect(try add(Part(window: rows, offsets: [(0, 0, 5)], isPartial: false)) == ["0:5"])
  }

  @Test func `With one window for all each partition is in one message`() throws {
    let all = "{\"index\":0,\"kind\":\"all\"}"
    _ = try add(Part(window: all, offsets: [(0, 0, 5)]))
    #expect(
      problem(Part(window: all, offsets: [(0, 5, 9)]))
        == "partition 0 is in two messages of the only window: with `window: all` each partition is in one")
    #expect(try add(Part(window: all, offsets: [(1, 5, 9)])) == ["0:9"])
  }

  @Test func `Categories and parts of both messages`() throws {
    func bins(_ names: String, _ counts: String, overflow: Int = 0) -> String {
      "{\"title\":\"\",\"axis\":{\"label\":\"a\",\"unit\":\"\",\"categories\":[\(names)]},\"bin_edges\":[0,1,2],\"bin_counts\":[\(counts)],\"underflow\":0,\"overflow\":\(overflow),\"unknown\":0},\"g/\(counts.prefix(1))\":{\"title\":\"\",\"axis\":{\"label\":\"x\",\"unit\":\"\"},\"y_axis\":{\"label\":\"y\",\"unit\":\"\"},\"x\":[\(counts)],\"y\":[5,5],\"omitted\":0}"
    }
    _ = try add(Part(window: Part.span(1), offsets: [(0, 0, 5)], histogram: bins("\"b\",\"c\"", "7,8")))
    let merged = try merger.add(
      Part(window: Part.span(1), offsets: [(1, 0, 5)], histogram: bins("\"c\",\"a\"", "1,2")).text)
    let text = String(decoding: try #require(merged.first).message, as: UTF8.self)
    #expect(
      text.contains(
        "\"categories\":[\"a\",\"b\",\"c\"]},\"bin_edges\":[0,1,2,3],\"bin_counts\":[2,7,9],\"underflow\":0,\"overflow\":0"
      ))
    let places = try ["\"h\":", "\"g/1\":", "\"g/7\":"].map { try #require(text.firstRange(of: $0)?.lowerBound) }
    #expect(places == places.sorted())
    // What lies in an overflow may be of a category that only the other message has.
    _ = try add(Part(window: Part.span(2), offsets: [(0, 5, 9)], histogram: bins("\"b\",\"c\"", "7,8", overflow: 3)))
    #expect(
      problem(Part(window: Part.span(2), offsets: [(1, 5, 9)], histogram: bins("\"c\",\"a\"", "1,2")))?.contains(
        "one message has no category a, which another has, and its overflow may be of it") == true)
    #expect(
      try add(Part(window: Part.span(2), offsets: [(1, 5, 9)], histogram: bins("\"b\",\"c\"", "1,2", overflow: 1)))
        != [])
  }

  @Test func `Messages of two versions have all their counts in one order`() throws {
    let later = Part(window: Part.span(1), offsets: [(0, 0, 5)]).text.replacing(
      "{\"records\":5}", with: "{\"echoes\":1,\"records\":5,\"gaps\":2}")
    let earlier = Part(window: Part.span(1), offsets: [(1, 0, 3)]).text.replacing(
      "{\"records\":3}", with: "{\"records\":3,\"hits\":3}")
    _ = try merger.add(later)
    let merged = try merger.add(earlier)
    #expect(merged[0].head.counts == [.init("records", 8), .init("hits", 3), .init("gaps", 2), .init("echoes", 1)])
  }

  @Test func `Changed messages never crash, and every window comes once, in order`() throws {
    var dice = Dice(17)
    let letters = Array("{}[]\",:0159-.e".utf8)
    var windows: [Int64] = []
    var refused = 0, taken = 0
    func next(_ message: [UInt8]) {
      do {
        windows += try merger.add(message).map(\.head.window.index)
        taken += 1
      } catch {
        refused += 1
      }
    }
    for index in 0..<1_500 {
      for partition in 0...1 {
        var text = Array(
          Part(window: Part.span(index), offsets: [(partition, index * 10, index * 10 + 10)], bins: [index, 1]).text
            .utf8)
        for _ in 0..<dice.int(0...2) {
          let place = dice.int(0...text.count - 1)
          if dice.chance(0.5) { text[place] = dice.pick(letters) } else { text.remove(at: place) }
        }
        next(text)
      }
    }
    windows += merger.finish().map(\.head.window.index)
    #expect(taken > 1_000 && refused > 500)
    #expect(windows.count > 700)
    #expect(zip(windows, windows.dropFirst()).allSatisfy { $0 < $1 })
  }
}
