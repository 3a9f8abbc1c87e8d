/// A line of a source text as a terminal shows it: tabs as spaces, control characters escaped, a long line cut down to
/// the part round the caret.
struct DisplayLine {
  /// Lines of more columns than this are cut.
  static let widest = 160
  private static let tab = "    "
  /// What stands for a secret.
  static let hidden = "•••"

  /// What to print of the line.
  let text: String
  /// Columns before the first caret.
  let indent: Int
  /// How many carets.
  let carets: Int

  /// - Parameters:
  ///   - columns: the scalars to underline, counted from 1; may reach or stand beyond the end of the line.
  ///   - secrets: scalars to hide, counted likewise; neither what they are nor how many shows.
  init(_ line: Substring, underline columns: Range<Int>, hiding secrets: [Range<Int>] = []) {
    var cells = line.unicodeScalars.map { Self.cell($0) }
    var columns = columns
    for secret in secrets {
      let hidden = secret.lowerBound - 1..<min(secret.upperBound - 1, cells.count)
      guard !hidden.isEmpty, cells[hidden.lowerBound].text != Self.hidden else { continue }
      for index in hidden { cells[index] = ("", 0) }
      cells[hidden.lowerBound] = (Self.hidden, Self.hidden.count)
      // A caret inside would count the characters.
      let upper = secret.contains(columns.upperBound - 1) ? secret.upperBound : columns.upperBound
      columns = (secret.contains(columns.lowerBound) ? secret.lowerBound : columns.lowerBound)..<upper
    }
    // offsets[i]: where scalar i starts on the screen; one more for the end.
    var offsets = [0]
    for cell in cells { offsets.append(offsets[offsets.count - 1] + cell.width) }
    let first = min(max(columns.lowerBound - 1, 0), cells.count)
    let last = min(max(columns.upperBound - 1, first), cells.count)
    var width = max(offsets[last] - offsets[first], 1)

    var shown = 0..<cells.count
    if offsets[cells.count] > Self.widest {
      // Two columns are kept for the marks of the cuts, and a third of the window stands before the caret.
      let room = Self.widest - 2
      let wanted = min(max(offsets[first] - room / 3, 0), max(offsets[cells.count] - room, 0))
      let lower = offsets.firstIndex { $0 >= wanted } ?? 0
      let upper = (offsets.lastIndex { $0 <= offsets[lower] + room } ?? cells.count)
      shown = min(lower, first)..<max(min(upper, cells.count), min(first + 1, cells.count))
      width = max(min(width, offsets[shown.upperBound] - offsets[first]), 1)
    }
    let cutBefore = shown.lowerBound > 0
    let cutAfter = shown.upperBound < cells.count
    text = (cutBefore ? "…" : "") + cells[shown].map(\.text).joined() + (cutAfter ? "…" : "")
    indent = offsets[first] - offsets[shown.lowerBound] + (cutBefore ? 1 : 0)
    carets = width
  }

  /// User text for a terminal: control characters cannot move the cursor, change colours or hide what follows.
  static func escaped(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool = { _ in false }) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0) && !isKept($0) }) else { return text }
    return text.unicodeScalars.map { isKept($0) ? String($0) : escaped($0) }.joined()
  }

  private static func cell(_ scalar: Unicode.Scalar) -> (text: String, width: Int) {
    if scalar == "\t" { return (tab, tab.count) }
    if isUnsafe(scalar) {
      let text = escaped(scalar)
      return (text, text.count)
    }
    return (String(scalar), columns(of: scalar))
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    guard isUnsafe(scalar) else { return String(scalar) }
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: return "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }

  /// Control characters, and those that turn the direction of the text round, which can make code look like other code.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
    case 0x2028, 0x2029: true
    default: scalar.properties.generalCategory == .control
    }
  }

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case ..<0x300: return 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return 1
    }
  }
}
