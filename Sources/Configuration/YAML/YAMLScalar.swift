/// Finds for each character of a scalar's value the characters of the source that it came from, by reading the scalar
/// once more the way libyaml does.
struct YAMLScalar {
  /// A character of the value and where it came from: an escape, a folded line end and what is dropped round it are
  /// longer than what they stand for.
  struct Character {
    let scalar: Unicode.Scalar
    let range: Range<Int>
  }

  let source: YAMLSource
  private(set) var characters: [Character] = []
  var index: Int
  let end: Int

  /// - Returns: a character for each scalar of `value`, and the index behind the last of them; nil if the source reads
  ///   otherwise than libyaml read it.
  static func align(
    _ value: [Unicode.Scalar], _ style: YAMLEvent.Style, in source: YAMLSource, _ range: Range<Int>
  ) -> (characters: [Character], end: Int)? {
    func matches(_ scalar: YAMLScalar) -> Bool { scalar.characters.map(\.scalar) == value }
    switch style {
    case .plain, .singleQuoted, .doubleQuoted:
      let inner = style == .plain ? range : range.lowerBound + 1..<max(range.upperBound - 1, range.lowerBound + 1)
      var scalar = YAMLScalar(source: source, index: inner.lowerBound, end: inner.upperBound)
      scalar.readFlow(style)
      return matches(scalar) ? (scalar.characters, inner.upperBound) : nil
    case .literal, .folded:
      // The indentation can depend on the lines above; it is whichever gives the value.
      let first = YAMLScalar(source: source, index: range.lowerBound, end: range.upperBound)
      for indent in first.possibleIndents() {
        var scalar = first
        scalar.readBlock(folded: style == .folded, indent: indent)
        if matches(scalar) { return (scalar.characters, scalar.characters.last?.range.upperBound ?? range.upperBound) }
      }
      return nil
    }
  }

  private init(source: YAMLSource, index: Int, end: Int) {
    self.source = source
    self.index = index
    self.end = min(end, source.scalars.count)
  }

  var current: Unicode.Scalar? { index < end ? source.scalars[index] : nil }

  mutating func emit(_ scalar: Unicode.Scalar, _ range: Range<Int>) {
    characters.append(Character(scalar: scalar, range: range))
  }

  static func isBlank(_ scalar: Unicode.Scalar?) -> Bool {
    scalar == " " || scalar == "\t"
  }

  static func isBreak(_ scalar: Unicode.Scalar?) -> Bool {
    scalar == "\n" || scalar == "\r"
  }

  /// Reads one line end. All kinds become LF.
  mutating func lineBreak() -> Character? {
    guard let scalar = current, Self.isBreak(scalar) else { return nil }
    let start = index
    index += 1
    if scalar == "\r", current == "\n" { index += 1 }
    return Character(scalar: "\n", range: start..<index)
  }

  // MARK: Plain and quoted

  private mutating func readFlow(_ style: YAMLEvent.Style) {
    while let scalar = current {
      if Self.isBlank(scalar) || Self.isBreak(scalar) {
        readSpace(start: index)
      } else if style == .singleQuoted, scalar == "'" {
        emit("'", index..<index + 2)
        index += 2
      } else if style == .doubleQuoted, scalar == "\\" {
        readEscape()
      } else {
        emit(scalar, index..<index + 1)
        index += 1
      }
    }
  }

  /// Blanks stay if no line ends among them; otherwise they fold: one line end becomes a space, more lose one.
  private mutating func readSpace(start: Int, escaped: Bool = false) {
    var breaks: [Character] = []
    let blanks = index
    while Self.isBlank(current) || Self.isBreak(current) {
      if let found = lineBreak() { breaks.append(found) } else { index += 1 }
    }
    if escaped {
      for found in breaks { emit(found.scalar, found.range) }
    } else if breaks.isEmpty {
      for place in blanks..<index { emit(source.scalars[place], place..<place + 1) }
    } else if breaks.count == 1 {
      emit(" ", start..<index)
    } else {
      for found in breaks.dropFirst() { emit(found.scalar, found.range) }
    }
  }

  private mutating func readEscape() {
    let start = index
    index += 1
    guard let letter = current else { return }
    if Self.isBreak(letter) {
      _ = lineBreak()
      readSpace(start: start, escaped: true)
      return
    }
    index += 1
    let digits = letter == "x" ? 2 : letter == "u" ? 4 : letter == "U" ? 8 : 0
    var value = Self.escapes[letter] ?? letter
    if digits > 0 {
      let stop = min(index + digits, end)
      var number: UInt32 = 0
      for place in index..<stop {
        number = number << 4 | UInt32(Swift.Character(source.scalars[place]).hexDigitValue ?? 0)
      }
      index = stop
      value = Unicode.Scalar(number) ?? "\u{FFFD}"
    }
    emit(value, start..<index)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "n": "\n", "v": "\u{B}", "f": "\u{C}", "r": "\r", "e": "\u{1B}",
    "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}", "P": "\u{2029}",
  ]
}
