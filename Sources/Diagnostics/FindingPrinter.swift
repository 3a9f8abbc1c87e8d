/// Prints findings for people: the place, the line with a caret under it, what to type instead, and the places that
/// belong to it.
package struct FindingPrinter: Sendable {
  private let colour: Bool

  /// - Parameter colour: whether to colour by ANSI sequences, for a terminal.
  package init(colour: Bool) {
    self.colour = colour
  }

  /// All findings in their order, a blank line between two; empty if there are none. No line end at the end.
  /// `only` leaves out those of other codes.
  package func text(_ findings: Findings, only code: FindingCode? = nil) -> String {
    let shown = findings.sorted.filter { code == nil || $0.code == code }.map { text($0, hiding: findings.secrets) }
    if findings.omitted == 0 { return shown.joined(separator: "\n\n") }
    let rest = "and \(findings.omitted) more findings, which are not shown: mend these first"
    return (shown + [rest]).joined(separator: "\n\n")
  }

  /// One finding, of several lines, without a line end at the end.
  package func text(_ finding: Finding) -> String {
    text(finding.hiding(SecretScan.spans), hiding: SecretScan.spans)
  }

  private func text(_ finding: Finding, hiding secrets: (SourceText) -> [Span]) -> String {
    let spans = [finding.span].compactMap { $0 } + finding.notes.compactMap(\.span)
    let gutter = spans.map { String($0.start.line).count }.max() ?? 1

    var lines: [String] = []
    let (title, style) = finding.severity == .error ? ("error", Style.error) : ("warning", Style.warning)
    let head = paint("\(title)[\(finding.code)]", style) + ": " + paint(safe(finding.message), .strong)
    if let span = finding.span {
      lines.append("\(safe(place(span))): \(head)")
      lines += excerpt(span, hiding: secrets, gutter: gutter, style: style)
    } else {
      lines.append(head)
    }

    let indent = String(repeating: " ", count: gutter + 1)
    if let hint = finding.hint {
      lines.append(indent + paint("=", .gutter) + " " + paint("hint", .hint) + ": " + safe(hint))
    }
    for note in finding.notes {
      lines.append(indent + paint("=", .gutter) + " " + paint("note", .strong) + ": " + safe(note.message))
      if let span = note.span {
        lines.append(String(repeating: " ", count: gutter) + paint("-->", .gutter) + " " + safe(place(span)))
        lines += excerpt(span, hiding: secrets, gutter: gutter, style: .gutter)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// How many there are: "2 errors, 1 warning"; "no errors" if there is nothing.
  package func summary(_ findings: Findings) -> String {
    let shown = findings.sorted
    let errors = shown.count { $0.severity == .error }
    let warnings = shown.count - errors
    func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    if shown.isEmpty { return "no errors" }
    let more = findings.omitted == 0 ? "" : " and \(findings.omitted) more"
    if warnings == 0 { return counted(errors, "error") + more }
    return (errors == 0 ? "" : counted(errors, "error") + ", ") + counted(warnings, "warning") + more
  }

  /// The line of the span's start with carets under the span, up to the end of that line.
  private func excerpt(_ span: Span, hiding secrets: (SourceText) -> [Span], gutter: Int, style: Style) -> [String] {
    let start = span.start
    let hidden = secrets(span.source).compactMap { $0.columns(of: start.line) }
    let end = span.end.line > start.line ? Int.max : span.end.column
    let shown = DisplayLine(
      span.source.line(start.line), underline: start.column..<max(end, start.column), hiding: hidden)
    let number = String(start.line)
    let blank = String(repeating: " ", count: gutter + 1) + "|"
    let carets = String(repeating: "^", count: shown.carets)
    return [
      paint(blank, .gutter),
      paint(String(repeating: " ", count: gutter - number.count) + number + " |", .gutter)
        + (shown.text.isEmpty ? "" : " " + shown.text),
      paint(blank, .gutter) + String(repeating: " ", count: shown.indent + 1) + paint(carets, style),
    ]
  }

  private func place(_ span: Span) -> String {
    "\(span.source.name):\(span.start.line):\(span.start.column)"
  }

  private func safe(_ text: String) -> String {
    DisplayLine.escaped(text)
  }

  private enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case gutter = "34"
    case hint = "32"
    case strong = "1"
  }

  private func paint(_ text: String, _ style: Style) -> String {
    colour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
