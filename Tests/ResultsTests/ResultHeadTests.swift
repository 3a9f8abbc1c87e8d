import ChainExecution
import Diagnostics
import Histograms
import JSON
import Results
import Support
import Testing

@Suite struct ResultHeadTests {
  private static let message = """
    {"schema":"hitmon.results/1","pipeline":"dt","run":"2026-11-22T14:00:00Z-7f3a","partial":true,\
    "window":{"index":17,"kind":"every","start":"2026-11-22T14:00:34Z","end":"2026-11-22T14:00:36Z"},\
    "counts":{"records":2000,"malformed":3,"gaps":2},\
    "source":{"name":"telescope","topic":"dt-hits","partitions":4,"offsets":{"2":[7,9],"10":[51200,51688]},\
    "resume":{"2":9,"10":51688},"read":{"2":11,"10":51688},"gaps":{"10":[[51300,51302]]}},\
    "histograms":{"n":{"title":"","axis":{"label":"n","unit":""},"bin_edges":[0,1],"bin_counts":[7],"underflow":0,\
    "overflow":0,"unknown":0}}}
    """

  private func head(_ text: String) throws(ResultError) -> ResultHead {
    let result: Result<ResultHead, ResultError> = Array(text.utf8).withUnsafeBytes { bytes in
      do throws(ResultError) { return .success(try ResultHead(reading: bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func problem(_ text: String) -> String? {
    do throws(ResultError) {
      _ = try head(text)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `Everything but the histograms`() throws {
    var expected = ResultHead(
      pipeline: "dt", run: "2026-11-22T14:00:00Z-7f3a",
      window: .init(
        index: 17, kind: .every, start: .time("2026-11-22T14:00:34Z"), end: .time("2026-11-22T14:00:36Z")),
      counts: [.init("records", 2000), .init("malformed", 3), .init("gaps", 2)], source: .init(name: "telescope"))
    expected.isPartial = true
    expected.source.topic = "dt-hits"
    expected.source.partitions = 4
    expected.source.offsets = ["10": OffsetRange(start: 51200, end: 51688), "2": OffsetRange(start: 7, end: 9)]
    expected.source.resume = ["10": 51688, "2": 9]
    expected.source.read = ["10": 51688, "2": 11]
    expected.source.gaps = ["10": [OffsetRange(start: 51300, end: 51302)]]
    let found = try head(Self.message)
    #expect(found == expected)
    #expect(found.count("malformed") == 3)
    #expect(found.count("late") == 0)
  }

  @Test func `What was read is written the same, partitions by their numbers`() throws {
    var writer = JSONWriter()
    writer.beginObject()
    try head(Self.message).write(to: &writer)
    #expect(Self.message.hasPrefix(writer.text))
    #expect(Self.message.dropFirst(writer.text.count).hasPrefix(",\"histograms\""))
    #expect(["b", "10", "2", "a", "-1"].sorted(by: namesInOrder) == ["-1", "2", "10", "a", "b"])
  }

  @Test func `The histograms are not looked at`() throws {
    let cut = Self.message.prefix(while: { $0 != "[" })  // in `offsets`
    #expect(problem(String(cut)) != nil)
    let start = try #require(Self.message.firstRange(of: "\"histograms\":{")?.upperBound)
    #expect(try head(Self.message[..<start] + "this is no JSON") == head(Self.message))
  }

  @Test func `Fields in another order, and some that nobody knows`() throws {
    let text = """
      {"histograms":{"a":{}},"later":[{"x":1}],"source":{"name":"f","more":{},"offsets":{},"resume":{}},
       "counts":{"records":1,"rate":{"unit":"Hz"}},"window":{"kind":"all","index":0,"hue":null},"pipeline":"p",
       "schema":"hitmon.results/1"}
      """
    let found = try head(text)
    #expect(found.window == .init(index: 0, kind: .all))
    #expect(found.counts == [.init("records", 1)])
    #expect(found.run == "" && !found.isPartial)
  }

  @Test func `What is wrong is said`() {
    func changed(_ old: String, _ new: String) -> String? {
      problem(Self.message.replacing(old, with: new, maxReplacements: 1))
    }
    #expect(
      changed("results/1", "results/2")
        == "the message's schema is `hitmon.results/2`, and this program reads `hitmon.results/1`")
    #expect(problem("{}") == "not a result message: it has no `schema`")
    #expect(problem("hello") == "not a result message: byte 0: expected an object, found `h`")
    #expect(problem("") == "not a result message: byte 0: expected an object, found the end")
    #expect(changed("\"pipeline\"", "\"pipelines\"") == "the message has no `pipeline`")
    #expect(changed("\"index\"", "\"number\"") == "the message has no `window` with an `index` and a `kind`")
    #expect(
      changed("\"every\"", "\"some\"") == "the message's window is of the kind `some`, which this program does not know"
    )
    #expect(changed("[7,9]", "[9,7]")?.hasSuffix("expected an offset that is not below the first") == true)
    #expect(changed("[7,9]", "[7]")?.hasSuffix("expected two offsets") == true)
    #expect(changed("2000", "-2")?.hasSuffix("expected a whole number from 0 to 18446744073709551615") == true)
    #expect(changed("\"run\"", "\"format\":\"root\",\"run\"")?.contains("format is `root`") == true)
  }

  @Test func `Changed messages never crash, and what can be read is written and read alike`() throws {
    let original = Array(Self.message.utf8)
    var bits: UInt64 = 11
    func next(_ below: Int) -> Int {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(bits >> 33) % below
    }
    let letters = Array("{}[]\",:0159-.e\\u ntf".utf8)
    var readable = 0
    for _ in 0..<5_000 {
      var text = original
      for _ in 0...next(4) {
        let place = next(text.count)
        switch next(4) {
        case 0: text[place] = letters[next(letters.count)]
        case 1: text.insert(letters[next(letters.count)], at: place)
        case 2: text.remove(at: place)
        default: text.replaceSubrange(place..<min(text.count, place + next(30)), with: [])
        }
        if text.isEmpty { text = [0x20] }
      }
      let content = text.withUnsafeBytes { try? ResultContent(reading: $0) }
      guard let content else { continue }
      readable += 1
      var writer = JSONWriter()
      writer.result(content.head, content.histograms)
      let again = try writer.bytes.withUnsafeBytes { try ResultContent(reading: $0) }
      #expect(again.head == content.head)
      #expect(again.histograms.map(\.histogram) == content.histograms.map(\.histogram))
    }
    #expect(readable > 200)
  }
}
