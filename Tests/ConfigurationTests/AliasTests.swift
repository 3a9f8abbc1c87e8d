import Diagnostics
import Specifications
import Testing

@Suite struct AliasTests {
  @Test func everywhere() {
    let (root, findings) = composed(
      """
      a: &v 5 ns
      b: [&w {x: *v}, *v]
      c: *w
      &k d: &l [*v]
      *k : 1
      e: {*v : *l}
      """)
    #expect(findings.all.map(\.code.name) == ["duplicate-key"])
    #expect(root?.outline == "{a: 5 ns, b: [{x: 5 ns}, 5 ns], c: {x: 5 ns}, d: [5 ns], e: {5 ns: [5 ns]}}")
  }

  @Test func placesAreThoseOfTheAlias() throws {
    let (root, _) = composed("a: &v {key: [text]}\nb:  *v\n")
    let node = try #require(root?["b"])
    #expect(node.span.text == "2:5-2:7")
    #expect(node.mapping?[0].key.span(1..<2).text == "2:5-2:7")
    #expect(node["key"]?.list?[0].scalar?.span(2..<3).text == "2:5-2:7")
    #expect(node["key"]?.list?[0].span.text == "2:5-2:7")
  }

  @Test func aLaterAnchorOfTheSameNameWins() {
    #expect(composed("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").root?.outline == "{a: 1, b: 1, c: 2, d: 2}")
  }

  @Test func mergedKeys() {
    let (root, findings) = composed(
      """
      base: &base {of: wire, bins: 64, per: chamber}
      more: &more {bins: 32, title: More}
      one: {title: One, <<: *base, bins: 16}
      two:
        <<: [*more, *base]
        where: HEAD == 2
      three: {<<: {a: 1}, "<<": text}
      """)
    #expect(findings.all.isEmpty)
    #expect(root?["one"]?.outline == "{title: One, of: wire, per: chamber, bins: 16}")
    #expect(root?["two"]?.outline == "{bins: 32, title: More, of: wire, per: chamber, where: HEAD == 2}")
    #expect(root?["one"]?["per"]?.span.text == "3:23-3:28")
  }

  @Test func aQuotedMergeKeyIsAKeyLikeAnyOther() {
    #expect(composed("\"<<\": 5").root?.outline == "{<<: 5}")
  }

  @Test func billionsOfNodesAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...20 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(list)]\n"
    }
    let (root, findings) = composed(text)
    #expect(root == nil)
    #expect(findings.all.map(\.code.name) == ["yaml-too-large"])
  }

  @Test func longTextsCountToo() {
    let long = String(repeating: "x", count: 100_000)
    let aliases = Array(repeating: "*a", count: 100).joined(separator: ", ")
    #expect(composed("a: &a \(long)\nb: [\(aliases)]\n").findings.all.map(\.code.name) == ["yaml-too-large"])
  }

  @Test func anyNumberOfNodesWithoutAliases() {
    let (root, findings) = composed(String(repeating: "- {a: 1, b: 2}\n", count: 60_000))
    #expect(root?.list?.count == 60_000)
    #expect(findings.all.isEmpty)
  }
}
