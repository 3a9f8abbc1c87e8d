extension YAMLScalar {
  /// The indentations that the text of a block scalar can have, the likeliest first: that of its first line with text.
  func possibleIndents() -> [Int] {
    var scalar = self
    scalar.skipHeader()
    var widest = 0
    while scalar.current != nil {
      let start = scalar.index
      while scalar.current == " " { scalar.index += 1 }
      let width = scalar.index - start
      widest = max(widest, width)
      if scalar.current != nil, !Self.isBreak(scalar.current) {
        return [width] + (0...widest).filter { $0 != width }
      }
      if scalar.lineBreak() == nil { break }
    }
    return Array(0...widest)
  }

  /// Reads a literal or folded scalar from its `|` or `>` on. Follows libyaml's `yaml_parser_scan_block_scalar`.
  mutating func readBlock(folded: Bool, indent: Int) {
    let keep = skipHeader()
    var leading: Character?
    var leadingBlank = false
    var (trailing, column) = emptyLines(indent)
    while index < end, column == indent {
      let blank = Self.isBlank(current)
      if folded, let line = leading, !leadingBlank, !blank {
        if trailing.isEmpty { emit(" ", line.range) }
      } else if let line = leading {
        emit(line.scalar, line.range)
      }
      for line in trailing { emit(line.scalar, line.range) }
      leadingBlank = blank
      while let scalar = current, !Self.isBreak(scalar) {
        emit(scalar, index..<index + 1)
        index += 1
      }
      leading = lineBreak()
      (trailing, column) = emptyLines(indent)
    }
    if keep == .strip { return }
    if let line = leading { emit(line.scalar, line.range) }
    if keep == .all { for line in trailing { emit(line.scalar, line.range) } }
  }

  private enum Keep {
    case strip, one, all
  }

  /// Skips the line of the `|` or `>` and tells which line ends at the end of the text stay.
  @discardableResult
  private mutating func skipHeader() -> Keep {
    var keep = Keep.one
    index += 1
    while let scalar = current, !Self.isBlank(scalar), !Self.isBreak(scalar) {
      if scalar == "-" { keep = .strip }
      if scalar == "+" { keep = .all }
      index += 1
    }
    while current != nil, !Self.isBreak(current) { index += 1 }
    _ = lineBreak()
    return keep
  }

  /// From the start of a line, skips the indentation, and lines with nothing else; returns their ends, and how far the
  /// line that comes then is indented.
  private mutating func emptyLines(_ indent: Int) -> (ends: [Character], column: Int) {
    var found: [Character] = []
    while true {
      let start = index
      while current == " ", index - start < indent { index += 1 }
      guard let line = lineBreak() else { return (found, index - start) }
      found.append(line)
    }
  }
}
