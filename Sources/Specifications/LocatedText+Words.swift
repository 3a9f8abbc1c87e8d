import Diagnostics

extension LocatedText {
  /// A word of the text, separated by blanks.
  struct Word {
    let text: String
    let range: Range<Int>
    let span: Span
  }

  func words() -> [Word] {
    var words: [Word] = []
    var start: Int?
    for index in 0...scalars.count {
      let isBlank = index == scalars.count || scalars[index] == " " || scalars[index] == "\n" || scalars[index] == "\t"
      if isBlank, let first = start {
        words.append(Word(text: self[first..<index].text, range: first..<index, span: span(first..<index)))
        start = nil
      } else if !isBlank, start == nil {
        start = index
      }
    }
    return words
  }

  /// Whether it begins with `integers` or `categories`.
  var startsWithWord: Bool { ["integers", "categories"].contains(words().first?.text) }

  func text(after word: Word) -> LocatedText { self[word.range.upperBound..<scalars.count].trimmed }

  func text(from first: Word, to last: Word) -> LocatedText { self[first.range.lowerBound..<last.range.upperBound] }

  /// Without blanks at either end.
  package var trimmed: LocatedText {
    var start = 0
    var end = scalars.count
    while start < end, scalars[start] == " " { start += 1 }
    while end > start, scalars[end - 1] == " " { end -= 1 }
    return self[start..<end]
  }

  /// The parts between separators, trimmed, empty ones included.
  package func split(separator: Unicode.Scalar) -> [LocatedText] {
    var parts: [LocatedText] = []
    var start = 0
    for index in 0...scalars.count where index == scalars.count || scalars[index] == separator {
      parts.append(self[start..<index].trimmed)
      start = index + 1
    }
    return parts
  }
}
