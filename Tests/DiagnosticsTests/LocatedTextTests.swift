import Diagnostics
import Testing

@Suite struct LocatedTextTests {
  /// `a ${P} b` where P is `xyz`.
  private func withVariable() -> LocatedText {
    let columns = [1, 2, 3, 3, 3, 7, 8, 9]
    let ends = [2, 3, 7, 7, 7, 8, 9]
    return LocatedText(
      scalars: Array("a xyz b".unicodeScalars), source: SourceText(name: "x", text: "a ${P} b"),
      positions: columns.map { Position(line: 1, column: $0) }, ends: ends.map { Position(line: 1, column: $0) },
      replacements: [.init(range: 2..<5, written: "${P}")])
  }

  @Test func writtenHidesTheValueOfAVariable() {
    let text = withVariable()
    #expect(text.text == "a xyz b")
    #expect(text.written == "a ${P} b")
    #expect("\(text)" == "a ${P} b")
    #expect(text[0..<2].written == "a ")
    #expect(text[3..<4].written == "${P}")
    #expect(text[4..<7].written == "${P} b")
  }

  @Test func aVariableWithoutValueStaysInWritten() {
    let text = LocatedText(
      scalars: Array("ab".unicodeScalars), source: SourceText(name: "x", text: "a${P}b"),
      positions: [1, 6, 7].map { Position(line: 1, column: $0) }, replacements: [.init(range: 1..<1, written: "${P}")])
    #expect(text.written == "a${P}b")
    #expect(text[0..<1].written == "a")
    #expect(text[1..<2].written == "${P}b")
  }

  @Test func spansReachToTheEndOfTheVariable() {
    let span = withVariable().span(3..<4)
    #expect(span.start.column == 3)
    #expect(span.end.column == 7)
    #expect(withVariable().span(6..<6).start.column == 8)
    #expect(withVariable().span(9..<12).start.column == 9)
  }

  @Test func textsOfAnyCharactersAreWhatWasTyped() {
    for text in ["", "a", "µs", "Größe der Röhre, 10 µm", "12345678901234567890", "日本", "a\u{0}b", "👍🏽 e\u{301}"] {
      let located = LocatedText(option: "x", text: text)
      #expect(Array(located.text.utf8) == Array(text.utf8))
      #expect(located[0..<located.scalars.count].written == text)
    }
  }

  @Test func linesOfEveryKind() {
    let source = SourceText(name: "x", text: "\u{FEFF}a\r\nb\rc\n\n d")
    #expect((1...6).map { String(source.line($0)) } == ["a", "b", "c", "", " d", ""])
    #expect(source.lineCount == 5)
    #expect(source.text.unicodeScalars.first == "a")
    #expect(source.line(0) == "")
  }
}
