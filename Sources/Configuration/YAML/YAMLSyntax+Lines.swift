import Diagnostics

/// Looking at the lines round a failure.
extension YAMLSyntax {
  func lineNumber(_ index: Int) -> Int {
    source.position(index).line
  }

  /// The indices of the line from its first character that is no blank, without a comment and blanks at its end; empty
  /// if nothing is left.
  func content(_ number: Int) -> Range<Int> {
    let line = source.line(number)
    let start = source.end(from: line.lowerBound) { !YAMLScalar.isBlank($0) }
    guard start < line.upperBound, source[start] != "#" else { return line.upperBound..<line.upperBound }
    let end = (start..<line.upperBound).first { source[$0] == "#" && YAMLScalar.isBlank(source[$0 - 1]) }
    return start..<trimmed(end ?? line.upperBound, from: start)
  }

  /// The content of the line behind its `- `, and so of its key if it has one.
  func entry(_ number: Int) -> Range<Int> {
    let content = content(number)
    var start = content.lowerBound
    while source[start] == "-", YAMLScalar.isBlank(source[start + 1]) {
      start = source.end(from: start + 1) { !YAMLScalar.isBlank($0) }
    }
    return min(start, content.upperBound)..<content.upperBound
  }

  /// The nearest line above with content.
  func lineAbove(_ number: Int) -> Int? {
    stride(from: number - 1, to: 0, by: -1).first { !content($0).isEmpty }
  }

  /// Columns count from 0 here: the width of the indentation.
  func column(_ index: Int) -> Int {
    source.position(index).column - 1
  }

  /// The end of what stands before `end`, without the blanks.
  func trimmed(_ end: Int, from start: Int = 0) -> Int {
    var end = end
    while end > start, YAMLScalar.isBlank(source[end - 1]) { end -= 1 }
    return end
  }

  /// Like `trimmed`, over line ends.
  func trimmedLines(_ end: Int) -> Int {
    var end = end
    while end > 0, YAMLScalar.isBlank(source[end - 1]) || YAMLScalar.isBreak(source[end - 1]) { end -= 1 }
    return end
  }

  /// The first `:` in the range that makes a key: a blank or the end of the line follows it.
  func keyColon(in range: Range<Int>) -> Int? {
    range.first { source[$0] == ":" && ($0 + 1 >= range.upperBound || YAMLScalar.isBlank(source[$0 + 1])) }
  }

  /// The first `:` in the range behind a word that would make a key if a space followed it.
  func tightColon(in range: Range<Int>) -> Int? {
    guard keyColon(in: range) == nil else { return nil }
    let word = range.prefix { source[$0] != ":" && !YAMLScalar.isBlank(source[$0]) }
    guard let colon = word.last.map({ $0 + 1 }), colon < range.upperBound, source[colon] == ":",
      source[colon + 1] != "/"
    else { return nil }
    return colon
  }

  /// The first word of the range: the key, if it is to be one.
  func word(in range: Range<Int>) -> Range<Int> {
    range.lowerBound..<(range.first { YAMLScalar.isBlank(source[$0]) || source[$0] == ":" } ?? range.upperBound)
  }

  /// The value that starts at `start`, up to the end of its line, or between brackets up to what ends it there.
  func value(from start: Int) -> Range<Int> {
    let line = source.line(lineNumber(start))
    var end = line.upperBound
    var depth = 0
    for index in start..<max(line.upperBound, start) {
      let scalar = source.scalars[index]
      if scalar == "#", index > start, YAMLScalar.isBlank(source[index - 1]) {
        end = index
        break
      }
      guard !openers.isEmpty else { continue }
      if scalar == "[" || scalar == "{" { depth += 1 }
      if depth == 0, scalar == "," || scalar == "]" || scalar == "}" {
        end = index
        break
      }
      if scalar == "]" || scalar == "}" { depth -= 1 }
    }
    return start..<trimmed(end, from: start)
  }

  /// The text in quotes, as one would have to type it; nil if it is long or holds both kinds of quotes.
  func quoted(_ range: Range<Int>) -> String? {
    let text = source.text(range)
    guard range.count <= 60 else { return nil }
    if !text.contains("\""), !text.contains("\\") { return "\"\(text)\"" }
    return text.contains("'") ? nil : "'\(text)'"
  }

  /// What to write for a value that YAML takes for something else.
  func quoteHint(_ range: Range<Int>) -> String {
    quoted(range).map { "put the value in quotes: \($0)" } ?? "put the whole value in quotes"
  }
}
