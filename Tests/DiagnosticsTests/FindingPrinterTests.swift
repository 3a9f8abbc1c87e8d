import Diagnostics
import Foundation
import Testing

@Suite struct FindingPrinterTests {
  private let plain = FindingPrinter(colour: false)

  private func span(_ text: String, _ line: Int, _ columns: Range<Int>, file: String = "x.yaml") -> Span {
    Span(
      source: SourceText(name: file, text: text), start: Position(line: line, column: columns.lowerBound),
      end: Position(line: line, column: columns.upperBound))
  }

  @Test func showsPlaceLineCaretHintAndNotes() {
    let text =
      "a:\n\nuses: [detectors/mine]\n" + String(repeating: "\n", count: 8)
      + "  occupancy: {of: wire, bin: 64 from 0 to 64}\n"
    let finding = Finding(
      .error, "unknown-key", "histograms have no key `bin`", at: span(text, 12, 25..<28), hint: "did you mean `bins`?",
      notes: [.init(message: "used from here", span: span(text, 3, 8..<22))])
    #expect(
      plain.text(finding) == """
        x.yaml:12:25: error[unknown-key]: histograms have no key `bin`
           |
        12 |   occupancy: {of: wire, bin: 64 from 0 to 64}
           |                         ^^^
           = hint: did you mean `bins`?
           = note: used from here
          --> x.yaml:3:8
           |
         3 | uses: [detectors/mine]
           |        ^^^^^^^^^^^^^^
        """)
  }

  @Test func withoutPlaceIsOneLine() {
    #expect(plain.text(Finding(.warning, "unused", "nothing reads it", at: nil)) == "warning[unused]: nothing reads it")
  }

  @Test func tabsAndWideCharactersKeepTheCaretInPlace() {
    #expect(
      plain.text(Finding(.error, "x", "m", at: span("\ta: 漢e\u{301}字b", 1, 8..<9))) == """
        x.yaml:1:8: error[x]: m
          |
        1 |     a: 漢e\u{301}字b
          |           ^^
        """)
  }

  @Test func aPlaceBehindTheTextIsACaretBehindIt() {
    #expect(
      plain.text(Finding(.error, "x", "m", at: span("a: b\n", 2, 1..<1))) == "x.yaml:2:1: error[x]: m\n  |\n2 |\n  | ^")
    #expect(plain.text(Finding(.error, "x", "m", at: span("a: b", 1, 5..<5))).hasSuffix("\n1 | a: b\n  |     ^"))
    #expect(plain.text(Finding(.error, "x", "m", at: span("a: b", 9, 7..<9))).hasSuffix("\n9 |\n  | ^"))
  }

  @Test func aSpanOverLinesIsUnderlinedToTheEndOfItsFirst() {
    let source = SourceText(name: "x.yaml", text: "a: [1,\r\n  2]\r\n")
    let span = Span(source: source, start: Position(line: 1, column: 4), end: Position(line: 2, column: 5))
    #expect(plain.text(Finding(.error, "x", "m", at: span)).hasSuffix("\n1 | a: [1,\n  |    ^^^"))
  }

  @Test func longLinesAreCutRoundTheCaret() throws {
    let text = String(repeating: "0123456789", count: 50)
    let lines = plain.text(Finding(.error, "x", "m", at: span(text, 1, 301..<304))).split(separator: "\n")
    let shown = lines[2].dropFirst(4)
    let carets = lines[3].dropFirst(4)
    #expect(shown.count == 160)
    #expect(shown.hasPrefix("…") && shown.hasSuffix("…"))
    let under = zip(shown, carets + "").filter { $0.1 == "^" }.map(\.0)
    #expect(String(under) == "012")

    let atEnd = plain.text(Finding(.error, "x", "m", at: span(text, 1, 501..<501))).split(separator: "\n")
    #expect(atEnd[2].hasPrefix("1 | …") && atEnd[2].hasSuffix("9"))
    #expect(atEnd[3].count == atEnd[2].count + 1)

    let atStart = plain.text(Finding(.error, "x", "m", at: span(text, 1, 1..<501))).split(separator: "\n")
    #expect(atStart[2].hasPrefix("1 | 0") && atStart[2].hasSuffix("…"))
    #expect(atStart[3].count < 4 + 160)
  }

  @Test func controlCharactersNeverReachTheTerminal() {
    let text = plain.text(
      Finding(.error, "x", "`\u{1B}[2J`", at: span("a\u{1B}[31mb\u{202E}c", 1, 7..<8), hint: "a\nb"))
    #expect(
      text == """
        x.yaml:1:7: error[x]: `\\u{1B}[2J`
          |
        1 | a\\u{1B}[31mb\\u{202E}c
          |            ^
          = hint: a\\nb
        """)
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test func coloursOnlyWhenAsked() {
    let finding = Finding(.error, "x", "m", at: span("a: b", 1, 4..<5), hint: "h")
    #expect(!plain.text(finding).contains("\u{1B}"))
    let text = FindingPrinter(colour: true).text(finding)
    #expect(text.contains("\u{1B}[1;31merror[x]\u{1B}[0m"))
    #expect(text.contains("\u{1B}[1;31m^\u{1B}[0m"))
    #expect(text.contains("\u{1B}[32mhint\u{1B}[0m: h"))
  }

  @Test func sortedByFileThenPlaceAndOnce() {
    let findings = Findings()
    findings.error("c", "second", at: span("a\nb\n", 2, 1..<2))
    findings.warning("w", "other file", at: span("a", 1, 1..<2, file: "a.yaml"))
    findings.error("c", "first", at: span("a\nb\n", 1, 1..<2))
    findings.error("c", "second", at: span("a\nb\n", 2, 1..<2))
    findings.error("n", "nowhere", at: nil)
    #expect(findings.sorted.map(\.message) == ["nowhere", "first", "second", "other file"])
    #expect(plain.summary(findings) == "3 errors, 1 warning")
    #expect(plain.text(findings).components(separatedBy: "\n\n").count == 4)
    #expect(plain.summary(Findings()) == "no errors")
  }

  @Test func json() {
    let finding = Finding(
      .warning, "x", "a \"b\" \u{1}", at: span("a: b", 1, 4..<5), hint: "h",
      notes: [.init(message: "n", span: span("a", 1, 1..<2, file: "p.yaml")), .init(message: "o")])
    #expect(
      FindingPrinter.json([finding, Finding(.error, "y", "z", at: nil)])
        == #"[{"file":"x.yaml","line":1,"column":4,"endLine":1,"endColumn":5,"severity":"warning","code":"x","#
        + #""message":"a \"b\" \u0001","hint":"h","notes":[{"message":"n","file":"p.yaml","line":1,"column":1},"#
        + #"{"message":"o"}]},{"severity":"error","code":"y","message":"z","notes":[]}]"#)
    #expect(FindingPrinter.json([]) == "[]")
  }

  @Test func github() {
    let finding = Finding(
      .error, "x", "50% of: a,b", at: span("a: bcd", 1, 4..<7, file: "a,b:c.yaml"), hint: "h",
      notes: [.init(message: "n", span: span("a", 1, 1..<2, file: "p.yaml")), .init(message: "o")])
    #expect(
      FindingPrinter.github([finding, Finding(.warning, "y", "z", at: nil)])
        == "::error file=a%2Cb%3Ac.yaml,line=1,col=4,endLine=1,endColumn=6,title=x::50%25 of: a,b%0Ahint: h"
        + "%0Anote: n (p.yaml:1:1)%0Anote: o\n::warning title=y::z")
    let source = SourceText(name: "x.yaml", text: "a: [\n]")
    let lines = Span(source: source, start: Position(line: 1, column: 4), end: Position(line: 2, column: 2))
    #expect(
      FindingPrinter.github([Finding(.error, "x", "m", at: lines)])
        == "::error file=x.yaml,line=1,col=4,endLine=2,title=x::m")
  }
}

/// Codes of no rule, for what is printed whatever it says.
extension FindingCode: ExpressibleByStringLiteral {
  public init(stringLiteral name: String) { self.init(name) }
}
