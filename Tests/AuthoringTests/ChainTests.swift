import Authoring
import Diagnostics
import Foundation
import Runtime
import Testing

/// The chain as a graph, and what differs between two.
@Suite struct ChainTests {
  private static let text = """
    pipeline: pair
    record: {format: csv, fields: {a: u8, t: f64 ns, left: u8}}
    sources: {file: {file: {path: x.txt}}}
    cleansing: [{keep: a > 1}]
    columns: {late: t - event.first, twice: 2 * t}
    groups: {event: {by: a // 2, first: min(t)}}
    histograms:
      a: {of: a, bins: integers 0..3}
      first: {of: event.first, bins: 10 from 0 ns to 100 ns}
      late: {of: late, bins: 10 from 0 ns to 1 us, where: a < 9}
      twice: {of: twice, bins: 10 from 0 ns to 100 ns}
    sinks: [{file: {path: "a \\"b\\" <c>.jsonl"}}]

    """

  private func pipeline(_ text: String = ChainTests.text) throws -> Pipeline {
    let workshop = Workshop()
    let (pipeline, findings) = try workshop.load(workshop.write(text, "p.yaml"))
    return try #require(pipeline, "\(findings)")
  }

  @Test func `Boxes and arrows`() throws {
    let graph = ChainGraph(try pipeline())
    #expect(
      graph.nodes.map(\.title) == [
        "file (file)", "decode csv", "cleansing", "columns", "group event by an expression", "a", "first",
        "hits of complete groups", "late", "twice", "window", "file",
      ])
    let titles = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.id, $0.id == "n11" ? "sink" : $0.title) })
    #expect(
      Set(graph.edges.map { "\(titles[$0.from]!) -> \(titles[$0.to]!)" }) == [
        "file (file) -> decode csv", "decode csv -> cleansing", "cleansing -> columns",
        "columns -> group event by an expression", "columns -> a", "columns -> twice",
        "group event by an expression -> first", "columns -> hits of complete groups",
        "group event by an expression -> hits of complete groups", "hits of complete groups -> late", "a -> window",
        "first -> window", "late -> window", "twice -> window", "window -> sink",
      ])
    #expect(graph.nodes[1].lines == ["a: integer 0..255", "t: float ns", "1 more, not converted"])
    #expect(graph.nodes[8].lines.last == "where a < 9")
  }

  @Test func `What users type is no markup`() throws {
    let graph = ChainGraph(try pipeline())
    #expect(graph.svg.contains(">a &quot;b&quot; &lt;c&gt;.jsonl</text>"))
    #expect(graph.mermaid.contains("[(\"<b>file</b><br/>a #quot;b#quot; #lt;c#gt;.jsonl\")]:::sink"))
    #expect(graph.dot.contains("label=\"file\\la \\\"b\\\" <c>.jsonl\\l\""))
  }

  /// Every arrow of the picture begins at the right end of a box and goes to the right.
  @Test func `Arrows go to the right, and boxes do not overlap`() throws {
    let svg = ChainGraph(try pipeline()).svg
    let rects = svg.matches(of: /<rect x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"/).map { match in
      [match.1, match.2, match.3, match.4].map { Double($0)! }
    }
    #expect(rects.count == 12)
    for (i, a) in rects.enumerated() {
      for b in rects.dropFirst(i + 1) {
        let apart = a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1]
        #expect(apart, "\(a) \(b)")
      }
    }
    let paths = svg.matches(of: /<path d="M([0-9.]+),[^"]* ([0-9.]+),[0-9.]+" fill="none"/)
    #expect(paths.count == 15)
    for path in paths { #expect(Double(path.1)! < Double(path.2)!) }
  }

  @Test(arguments: [
    ("keep: a > 1", "keep: a>1"), ("10 from 0 ns to 1 us", "10 from 0 ns to 1000 ns"),
    ("2 * t", "(2 * t)"), ("min(t)", "{min: t}"),
    ("{late: t - event.first, twice: 2 * t}", "{twice: 2*t, late: t-event.first}"),
    ("histograms:", "# a comment\nhistograms:"), ("a > 1", "a > 0x1"), ("{keep: a > 1}", "keep: a > 1"),
    ("window: all", "window: all"), ("sources:", "window: all\nsources:"),
  ])
  func `Another text of the same chain`(old: String, new: String) throws {
    let other = Self.text.replacing(old, with: new, maxReplacements: 1)
    #expect(ChainDiff(try pipeline(), try pipeline(other)).lines == [])
  }

  @Test(arguments: [
    ("a > 1", "a > 2", ["cleansing", "  - {keep: a > 1}", "  + {keep: a > 2}"]),
    ("twice: 2 * t", "twice: 3 * t", ["columns", "  ~ twice: 2 * t -> 3 * t"]),
    ("min(t)", "max(t)", ["groups", "  ~ event", "      first: min(t) -> max(t)"]),
    (
      "integers 0..3}", "integers 0..4, per: left}",
      ["histograms", "  ~ a", "      bins: integers 0..3 -> integers 0..4", "      per: (none) -> left"]
    ),
    (
      "  twice: {of: twice", "  double: {of: twice",
      [
        "histograms", "  - twice: {of: twice, bins: 10 from 0 ns to 100 ns}",
        "  + double: {of: twice, bins: 10 from 0 ns to 100 ns}",
      ]
    ),
    ("sources:", "window: {rows: 5}\nsources:", ["window", "  + {rows: 5}"]),
    ("pipeline: pair", "pipeline: pears", ["pipeline", "  ~ pair -> pears"]),
    (
      "left: u8", "left: u16",
      [
        "record", "  ~ ", "      fields: {a: u8, t: f64 ns, left: u8} -> {a: u8, t: f64 ns, left: u16}",
      ]
    ),
  ])
  func `Another chain`(old: String, new: String, expected: [String]) throws {
    let other = Self.text.replacing(old, with: new, maxReplacements: 1)
    #expect(ChainDiff(try pipeline(), try pipeline(other)).lines.map { $0 == "  ~" ? "  ~ " : $0 } == expected)
  }
}
