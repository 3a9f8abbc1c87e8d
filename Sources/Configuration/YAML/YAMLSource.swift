import Diagnostics

/// A source text as Unicode scalars, which is how libyaml counts, with the position of each.
struct YAMLSource {
  let source: SourceText
  let scalars: [Unicode.Scalar]
  /// Where each line starts. Lines end as `SourceText` ends them.
  private let starts: [Int]

  init(_ source: SourceText) {
    self.source = source
    scalars = Array(source.text.unicodeScalars)
    var starts = [0]
    for (index, scalar) in scalars.enumerated() {
      let endsLine = scalar == "\n" || (scalar == "\r" && !(index + 1 < scalars.count && scalars[index + 1] == "\n"))
      if endsLine { starts.append(index + 1) }
    }
    self.starts = starts
  }

  /// The scalar at an index, nil outside of the text.
  subscript(index: Int) -> Unicode.Scalar? {
    scalars.indices.contains(index) ? scalars[index] : nil
  }

  func position(_ index: Int) -> Position {
    let index = min(max(index, 0), scalars.count)
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return Position(line: low + 1, column: index - starts[low] + 1)
  }

  func span(_ range: Range<Int>) -> Span {
    Span(source: source, start: position(range.lowerBound), end: position(range.upperBound))
  }

  /// The place of one character, or of the end of the text.
  func span(at index: Int) -> Span {
    span(index..<min(index + 1, max(index, scalars.count)))
  }

  func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
    return String(view)
  }

  /// The first index from `start` on whose character does `stop`, or the end of the text.
  func end(from start: Int, where stop: (Unicode.Scalar) -> Bool) -> Int {
    scalars[min(max(start, 0), scalars.count)...].firstIndex(where: stop) ?? scalars.count
  }

  /// The indices of the line, counted from 1, without its line end.
  func line(_ number: Int) -> Range<Int> {
    guard starts.indices.contains(number - 1) else { return scalars.count..<scalars.count }
    let start = starts[number - 1]
    var end = number < starts.count ? starts[number] : scalars.count
    while end > start, scalars[end - 1] == "\n" || scalars[end - 1] == "\r" { end -= 1 }
    return start..<end
  }

  /// Reports the first character that YAML does not allow, or that libyaml takes for the end of a line and editors do
  /// not (U+0085, U+2028, U+2029).
  func checkCharacters(_ findings: Findings) -> Bool {
    guard let index = scalars.firstIndex(where: { !Self.isAllowed($0) }) else { return true }
    let name = Self.name(scalars[index])
    let hint =
      switch scalars[index] {
      case "\u{FEFF}": "delete it: a byte order mark may stand only at the start of a file"
      case "\0": "is this a text file? save it as UTF-8"
      default: "delete it, or write it in double quotes: \"\\u\(name.dropFirst(2))\""
      }
    findings.error(
      .yamlCharacter, "an invisible character, \(name), may not stand in YAML", at: span(at: index), hint: hint)
    return false
  }

  /// The name of a character that cannot be shown: `U+00A0`.
  static func name(_ scalar: Unicode.Scalar) -> String {
    let code = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
  }

  /// Whether a character looks like a space and is none to YAML.
  static func isOddSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xA0, 0x1680, 0x2000...0x200B, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
