extension Findings {
  /// Where secrets stand in a text: what looks like one, and what a component said is one.
  func secrets(in source: SourceText) -> [Span] {
    let found = scanned.first { $0.source === source }?.secrets ?? SecretScan.spans(in: source)
    if !scanned.contains(where: { $0.source === source }) { scanned.append((source, found)) }
    return found + hidden.filter { $0.source === source }
  }
}

extension Finding {
  /// Values of fewer characters are left in messages, which would be torn to pieces.
  private static let shortest = 4

  /// The finding without the secrets of the lines that it is about: some messages say what to type instead.
  ///
  /// - Parameter secrets: where they stand in a text.
  func hiding(_ secrets: (SourceText) -> [Span]) -> Finding {
    let spans = [span].compactMap { $0 } + notes.compactMap(\.span)
    let values = spans.flatMap { span in
      secrets(span.source).filter { span.start.line <= $0.end.line && $0.start.line <= span.end.line }
        .flatMap(\.values)
    }
    .filter { $0.count >= Self.shortest }.sorted { $0.count > $1.count }
    if values.isEmpty { return self }
    func hide(_ text: String) -> String {
      values.reduce(text) { $0.replacing($1, with: DisplayLine.hidden) }
    }
    var finding = Finding(severity, code, hide(message), at: span, hint: hint.map(hide))
    finding.notes = notes.map { Note(message: hide($0.message), span: $0.span) }
    return finding
  }
}

extension Span {
  /// What stands there, with quotes and without them, as messages may have it.
  fileprivate var values: [String] {
    guard start.line == end.line else { return [] }
    let line = source.line(start.line).unicodeScalars
    let text = String(
      line.dropFirst(start.column - 1).prefix(end.column - start.column))
    guard let first = text.first, first == "\"" || first == "'" else { return [text] }
    return [text, String(text.dropFirst().prefix { $0 != first })]
  }

  /// The columns that it has of a line; nil if none.
  func columns(of number: Int) -> Range<Int>? {
    guard start.line <= number, number <= end.line else { return nil }
    let first = start.line == number ? start.column : 1
    return first..<max(first, end.line == number ? end.column : .max)
  }
}
