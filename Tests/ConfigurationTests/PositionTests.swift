import Diagnostics
import Specifications
import Testing

@Suite struct PositionTests {
  private func scalar(_ text: String, _ variables: [String: String] = [:]) throws -> LocatedText {
    let (root, findings) = composed(text, variables)
    #expect(!findings.hasErrors)
    return try #require(root?["k"]?.scalar)
  }

  @Test func plain() throws {
    #expect(try scalar("k: a b  # c").map == "a1:4 _1:5 b1:6")
    #expect(try scalar("k: a b  # c").span.text == "1:4-1:7")
    #expect(try scalar("x: {y: 1}\nk:   漢é🙂b\n").map == "漢2:6 é2:7 🙂2:8 b2:9")
  }

  @Test func plainOverLines() throws {
    let text = try scalar("k: ab  \n   cd\n\n\n   e\n")
    #expect(text.map == "a1:4 b1:5 _1:6 c2:4 d2:5 \\n3:1 \\n4:1 e5:4")
    #expect(text.span.text == "1:4-5:5")
    #expect(try scalar("k: ab\r\n   c\r\n").map == "a1:4 b1:5 _1:6 c2:4")
  }

  @Test func singleQuoted() throws {
    let text = try scalar("k: 'a''b\n  c '")
    #expect(text.map == "a1:5 '1:6 b1:8 _1:9 c2:3 _2:4")
    #expect(text.span(1..<2).text == "1:6-1:8")
    #expect(try #require(composed("k: 'ab'").root?["k"]).span.text == "1:4-1:8")
  }

  @Test func doubleQuoted() throws {
    let text = try scalar(#"k: "a\tb\x41\u00e9\U0001F642\"c\\""#)
    #expect(text.text == "a\tbAé🙂\"c\\")
    #expect(text.positions.map(\.column) == [5, 6, 8, 9, 13, 19, 29, 31, 32, 34])
    #expect(text.span(3..<4).text == "1:9-1:13")
    #expect(try scalar("k: \"a \\\n   b\\n\n\n  \\  c\"").map == "a1:5 _1:6 b2:4 \\n2:5 \\n3:1 _4:3 _4:5 c4:6")
  }

  @Test func literal() throws {
    #expect(try scalar("k: |\n  a\n   b\n\n  c\n\n").map == "a2:3 \\n2:4 _3:3 b3:4 \\n3:5 \\n4:1 c5:3 \\n5:4")
    #expect(try scalar("k: |-\n  a\n").map == "a2:3")
    #expect(try scalar("k: |+ # keep\n  a\n\n").map == "a2:3 \\n2:4 \\n3:1")
    #expect(try scalar("k: |1\n  a\n").map == "_2:2 a2:3 \\n2:4")
    #expect(try scalar("k: |\n  a").map == "a2:3")
    #expect(try scalar("k: |\n\n  a\n").map == "\\n2:1 a3:3 \\n3:4")
  }

  @Test func folded() throws {
    let text = try scalar("k: >\n  a\n  b\n\n  c\n    d\n  e\n")
    #expect(text.text == "a b\nc\n  d\ne\n")
    #expect(text.map == "a2:3 _2:4 b3:3 \\n4:1 c5:3 \\n5:4 _6:3 _6:4 d6:5 \\n6:6 e7:3 \\n7:4")
  }

  @Test func keysAndAnchors() throws {
    let (root, _) = composed("a: &x   b\n'c d': &y # note\n  e\n&z f: [&w g]\n")
    let entries = try #require(root?.mapping)
    #expect(entries.map(\.key.map) == ["a1:1", "c2:2 _2:3 d2:4", "f4:4"])
    #expect(entries[0].value.scalar?.map == "b1:9")
    #expect(entries[1].value.scalar?.map == "e3:3")
    #expect(entries[2].value.list?[0].scalar?.map == "g4:11")
  }

  @Test func spansOfCollections() throws {
    let (root, _) = composed("a: [1,\n  2 ]\nb:\n  - x\n  - y: z\n# end\n\nc: {}\n")
    #expect(root?["a"]?.span.text == "1:4-2:6")
    #expect(root?["b"]?.span.text == "4:3-5:9")
    #expect(root?["c"]?.span.text == "8:4-8:6")
    #expect(root?.span.text == "1:1-8:6")
  }

  @Test func emptyOnlyIfPlain() {
    #expect(
      composed("- ~\n- null\n-\n- ''\n- \"~\"\n- Null\n- on\n- 12:30\n- 010\n- &a\n- *a\n").root?.outline
        == "[~, ~, ~, '', '~', Null, on, 12:30, 010, ~, ~]")
    #expect(composed("a:\nb: 1").root?["a"]?.span.text == "1:3-1:3")
  }

  @Test func aByteOrderMarkIsNoCharacter() throws {
    #expect(try scalar("\u{FEFF}k: a").map == "a1:4")
  }

  @Test(arguments: ["\u{85}", "\u{2028}", "\u{2029}"]) func separatorsOfUnicodeAreRefused(separator: String) {
    let (root, findings) = composed("x: 1\nk: 'a\(separator)b'")
    #expect(root == nil)
    #expect(findings.all.map(\.code.name) == ["yaml-character"])
    #expect(findings.all[0].span?.text == "2:6-2:7")
    #expect(composed("k: \"\\N\\L\\P\"").root?["k"]?.scalar?.text == "\u{85}\u{2028}\u{2029}")
  }
}
