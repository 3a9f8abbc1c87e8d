/// Finds the values in a text whose keys look as if they were secrets.
///
/// It goes by the look of lines, not by what YAML makes of them: a line is printed above all where YAML cannot read it.
/// In doubt, more is hidden than need be.
struct SecretScan {
  private let source: SourceText
  private var spans: [Span] = []
  /// The value that goes on in the lines below, which are further in than its key.
  private var open: (indent: Int, closing: Unicode.Scalar?, takesItems: Bool)?

  /// Where the values stand, a stretch a line.
  static func spans(in source: SourceText) -> [Span] {
    var scan = SecretScan(source: source)
    if source.name.hasPrefix("--") { scan.option() }
    for number in 1...max(source.lineCount, 1) { scan.line(number, Array(source.line(number).unicodeScalars)) }
    return scan.spans
  }

  private init(source: SourceText) { self.source = source }

  /// An option is a path, `=` and a value.
  private mutating func option() {
    let scalars = Array(source.line(1).unicodeScalars)
    guard let equals = scalars.firstIndex(of: "="), SecretName.isSecret(string(scalars[..<equals])) else { return }
    add(1, scalars, from: equals + 1, to: scalars.count)
  }

  private mutating func line(_ number: Int, _ scalars: [Unicode.Scalar]) {
    let indent = scalars.firstIndex { $0 != " " && $0 != "\t" } ?? scalars.count
    if indent == scalars.count { return }
    var index = indent
    if let open {
      let isItem = open.takesItems && indent == open.indent && scalars[indent] == "-"
      if indent > open.indent || isItem {
        let closing = open.closing.flatMap { end(of: scalars, from: indent, $0) }
        if closing != nil { self.open = nil }
        add(number, scalars, from: indent, to: closing ?? scalars.count)
        guard let closing else { return }
        index = closing
      } else {
        self.open = nil
      }
    }
    while let colon = scalars[index...].firstIndex(of: ":") {
      index = colon + 1
      guard let key = key(scalars, before: colon), SecretName.isSecret(string(scalars[key.range])) else { continue }
      index = value(number, scalars, from: colon + 1, key)
      if open != nil { return }
    }
  }

  /// The key in front of a colon; whether it stands in brackets that begin on its line.
  private func key(_ scalars: [Unicode.Scalar], before colon: Int) -> (range: Range<Int>, isInBrackets: Bool)? {
    var end = colon
    while end > 0, scalars[end - 1] == " " { end -= 1 }
    let isQuoted = end > 0 && Self.quotes.contains(scalars[end - 1])
    if isQuoted { end -= 1 }
    var start = end
    while start > 0, Self.isOfName(scalars[start - 1]) { start -= 1 }
    var before = start
    if isQuoted, before > 0, Self.quotes.contains(scalars[before - 1]) { before -= 1 }
    guard start < end, before == 0 || " \t{[,\"'?".unicodeScalars.contains(scalars[before - 1]) else { return nil }
    while before > 0, scalars[before - 1] == " " { before -= 1 }
    return (start..<end, before > 0 && "{[,".unicodeScalars.contains(scalars[before - 1]))
  }

  /// Hides what follows a colon; gives where to look on.
  private mutating func value(
    _ number: Int, _ scalars: [Unicode.Scalar], from colon: Int, _ key: (range: Range<Int>, isInBrackets: Bool)
  ) -> Int {
    var start = colon
    while start < scalars.count, scalars[start] == " " || scalars[start] == "\t" { start += 1 }
    let indent = key.range.lowerBound
    let isEmpty = start == scalars.count || scalars[start] == "#"
    if isEmpty || scalars[start] == "|" || scalars[start] == ">" {
      open = key.isInBrackets ? nil : (indent, nil, isEmpty)
      return scalars.count
    }
    let closing: Unicode.Scalar? =
      switch scalars[start] {
      case "\"", "'": scalars[start]
      case "{": "}"
      case "[": "]"
      default: nil
      }
    if let closing {
      let end = end(of: scalars, from: start + 1, closing)
      // Between brackets the indentation of lines means nothing.
      if end == nil { open = (key.isInBrackets ? -1 : indent, closing, false) }
      add(number, scalars, from: start, to: end ?? scalars.count)
      return end ?? scalars.count
    }
    var end = start
    while end < scalars.count, !isEnd(scalars, end, key.isInBrackets) {
      // The brace of a variable ends nothing.
      let isVariable = scalars[end...].starts(with: "${".unicodeScalars)
      end = (isVariable ? scalars[end...].firstIndex(of: "}") : nil).map { $0 + 1 } ?? end + 1
    }
    while scalars[end - 1] == " " || scalars[end - 1] == "\t" { end -= 1 }
    add(number, scalars, from: start, to: end)
    if !key.isInBrackets { open = (indent, nil, false) }
    return end
  }

  /// Whether a value without quotes ends in front of a place. A comma or a bracket inside of it may be one of a secret
  /// that wants quotes.
  private func isEnd(_ scalars: [Unicode.Scalar], _ index: Int, _ isInBrackets: Bool) -> Bool {
    let next = index + 1 < scalars.count ? scalars[index + 1] : " "
    switch scalars[index] {
    case "#": return scalars[index - 1] == " "
    case ",": return isInBrackets && next == " "
    case "}", "]": return isInBrackets && " ,}]".unicodeScalars.contains(next)
    default: return false
    }
  }

  /// The place behind the bracket or the quote that closes a value.
  private func end(of scalars: [Unicode.Scalar], from start: Int, _ closing: Unicode.Scalar) -> Int? {
    if !Self.quotes.contains(closing) { return scalars.lastIndex(of: closing).flatMap { $0 < start ? nil : $0 + 1 } }
    var index = start
    while index < scalars.count {
      if closing == "\"", scalars[index] == "\\" {
        index += 2
      } else if scalars[index] != closing {
        index += 1
      } else if closing == "'", index + 1 < scalars.count, scalars[index + 1] == closing {
        index += 2
      } else {
        return index + 1
      }
    }
    return nil
  }

  private mutating func add(_ number: Int, _ scalars: [Unicode.Scalar], from start: Int, to end: Int) {
    let end = min(end, scalars.count)
    guard start < end, !isVariable(string(scalars[start..<end])) else { return }
    spans.append(
      Span(
        source: source, start: Position(line: number, column: start + 1),
        end: Position(line: number, column: end + 1)))
  }

  /// Whether all of a value is the name of a variable, which is no secret. One with a default may be.
  private func isVariable(_ text: String) -> Bool {
    var text = text[...]
    if text.count > 1, let quote = text.first, quote == "\"" || quote == "'", text.last == quote {
      text = text.dropFirst().dropLast()
    }
    guard text.hasPrefix("${"), text.hasSuffix("}") else { return false }
    let name = text.dropFirst(2).dropLast()
    let rest = name.drop { $0.isLetter || $0.isNumber || $0 == "_" }
    return rest.isEmpty || rest == ":-" || (rest.hasPrefix(":?") && !rest.contains("}"))
  }

  private static let quotes: Set<Unicode.Scalar> = ["\"", "'"]

  private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar == "." || scalar == "-" || scalar.properties.isAlphabetic
      || ("0"..."9").contains(scalar)
  }

  private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
