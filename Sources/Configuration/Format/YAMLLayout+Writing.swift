extension YAMLLayout {
  /// The text as it is laid out.
  var text: String {
    var result: [String] = []
    var blanks = 0
    for (number, line) in lines.enumerated() {
      if line.isBlank, !line.isInside {
        blanks += 1
        continue
      }
      if blanks > 0, !result.isEmpty { result.append("") }
      blanks = 0
      result.append(written(number))
    }
    while result.last == "" { result.removeLast() }
    return result.joined(separator: "\n") + "\n"
  }

  private func written(_ number: Int) -> String {
    let line = lines[number]
    if line.isLiteral {
      if line.isBlank { return "" }
      return String(repeating: " ", count: line.indent ?? line.oldIndent) + String.of(line.old[line.oldIndent...])
    }
    if line.isInside, line.pieces.isEmpty {
      return line.isBlank ? "" : moved(line)
    }
    let pieces = line.pieces.filter { $0.end > $0.start }.sorted { $0.start < $1.start }
    if line.isComment || pieces.isEmpty { return moved(line) }
    var text = String(repeating: " ", count: line.indent ?? line.oldIndent)
    var column = line.oldIndent
    for (index, piece) in pieces.enumerated() {
      let gap = Array(line.old[column..<max(column, piece.start)])
      if index == 0 {
        text += leading(gap)
      } else {
        text += between(gap, pieces[index - 1], piece, number)
      }
      text += piece.text
      column = piece.end
    }
    let end = line.comment ?? line.old.count
    text += String.of(line.old[column..<max(column, end)].filter { $0 != " " && $0 != "\t" })
    guard let comment = line.comment else { return text.droppingBlanksAtEnd }
    // In its column, if there is room.
    let blanks = max(1, comment - text.unicodeScalars.count)
    let gap = max(0, comment - column) > 1 || comment > text.unicodeScalars.count ? blanks : 1
    return (text + String(repeating: " ", count: gap) + String.of(line.old[comment...])).droppingBlanksAtEnd
  }

  /// The line as it is, further to the left or the right.
  private func moved(_ line: Line) -> String {
    let rest = String.of(line.old[line.oldIndent...]).droppingBlanksAtEnd
    // A key or a dash without a value, and a document's marks, come here too.
    return String(repeating: " ", count: line.indent ?? line.oldIndent) + rest
  }

  /// Dashes before the first word, each with one blank.
  private func leading(_ gap: [Unicode.Scalar]) -> String {
    let signs = gap.filter { $0 != " " && $0 != "\t" }
    return signs.isEmpty ? "" : signs.map { "\($0) " }.joined()
  }

  /// What parts two words of a line.
  private func between(_ gap: [Unicode.Scalar], _ before: Piece, _ piece: Piece, _ number: Int) -> String {
    let signs = String.of(gap.filter { $0 != " " && $0 != "\t" })
    let blanks = gap.reversed().prefix { $0 == " " }.count
    if blanks > 1, !signs.isEmpty, isAligned(piece, number) { return signs + String(repeating: " ", count: blanks) }
    switch signs {
    case "" where before.isOpening || piece.isClosing: return ""
    case "," where piece.isClosing: return ""
    case "": return " "
    case ",", ":": return signs + " "
    default: return String.of(gap)
    }
  }

  /// Whether a word begins where one begins on the line above or below, behind a blank, and both lines move alike.
  private func isAligned(_ piece: Piece, _ number: Int) -> Bool {
    let own = lines[number]
    // Comments between two lines do not part them.
    func begins(_ step: Int) -> Bool {
      var other = number + step
      while lines.indices.contains(other), lines[other].isComment { other += step }
      guard lines.indices.contains(other) else { return false }
      let line = lines[other]
      let isAlike = (line.indent ?? line.oldIndent) - line.oldIndent == (own.indent ?? own.oldIndent) - own.oldIndent
      return isAlike && !line.isLiteral
        && line.pieces.contains {
          $0.start == piece.start && $0.start > line.oldIndent && line.old[$0.start - 1] == " "
        }
    }
    return begins(-1) || begins(1)
  }
}
