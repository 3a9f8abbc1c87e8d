/// The lines of a sample of text, sorted into what they are for.
struct TextLines {
  struct Line {
    /// From 1.
    let number: Int
    let text: Substring
  }

  /// What lines start with that are no rows; empty where there are none.
  let comment: String
  /// Lines of comment before the first row.
  let preamble: [Line]
  let comments: Int
  let blanks: Int
  /// All others, but for many in the middle of a long file.
  let rows: [Line]
  /// How many there are.
  let rowCount: Int

  /// The most rows that are looked at, at the front and at the end.
  static let mostRows = (front: 20_000, end: 1000)

  init(_ sample: DataSample) {
    var text = Substring(String(decoding: sample.bytes, as: UTF8.self))
    if text.first == "\u{FEFF}" { text.removeFirst() }
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    // The last line of a part of a file is cut somewhere; behind the last line end of a whole one is none.
    if !sample.isWhole || lines.last?.isEmpty == true { lines.removeLast() }
    let signs = ["#", "//", "%", "!"]
    func content(_ line: Substring) -> Substring { line.drop { $0 == " " || $0 == "\t" } }
    let used = signs.map { sign in (sign: sign, count: lines.count { content($0).hasPrefix(sign) }) }
    let best = used.max { $0.count < $1.count }!
    let comment = best.count > 0 && best.count * 2 < lines.count + 1 ? best.sign : ""
    var preamble: [Line] = []
    var rows: [Line] = []
    var comments = 0, blanks = 0
    for (index, line) in lines.enumerated() {
      let words = content(line)
      if words.allSatisfy({ $0 == " " || $0 == "\t" }) {
        blanks += 1
      } else if !comment.isEmpty, words.hasPrefix(comment) {
        comments += 1
        if rows.isEmpty { preamble.append(Line(number: index + 1, text: words.dropFirst(comment.count))) }
      } else {
        rows.append(Line(number: index + 1, text: line))
      }
    }
    rowCount = rows.count
    if rows.count > Self.mostRows.front + Self.mostRows.end {
      rows.removeSubrange(Self.mostRows.front..<rows.count - Self.mostRows.end)
    }
    self.comment = comment
    self.preamble = preamble
    self.comments = comments
    self.blanks = blanks
    self.rows = rows
  }
}

/// What parts the fields of a row.
enum Separator: Hashable {
  case sign(Character)
  /// Any number of blanks and tabs.
  case blanks

  static let all: [Separator] = [.sign(","), .sign(";"), .sign("\t"), .sign("|"), .blanks]

  /// As `separator:` has it.
  var setting: String {
    switch self {
    case .blanks: "blanks"
    case .sign("\t"): "tab"
    case .sign(let sign): "\"\(sign)\""
    }
  }

  /// For people.
  var words: String {
    switch self {
    case .blanks: "blanks"
    case .sign("\t"): "tabs"
    case .sign(","): "commas"
    case .sign(";"): "semicolons"
    case .sign(let sign): "`\(sign)`"
    }
  }

  /// The fields of a row, without blanks and without quotes round them.
  func split(_ row: Substring, quote: Character?) -> [Substring] {
    func isBlank(_ sign: Character) -> Bool { sign == " " || sign == "\t" || sign == "\r" }
    func trimmed(_ field: Substring) -> Substring {
      var field = field.drop(while: isBlank)
      while let last = field.last, isBlank(last) { field.removeLast() }
      if let quote, field.count >= 2, field.first == quote, field.last == quote {
        field = field.dropFirst().dropLast()
      }
      return field
    }
    guard case .sign(let sign) = self else { return row.split(whereSeparator: isBlank).map(trimmed) }
    guard let quote, row.contains(quote) else {
      return row.split(separator: sign, omittingEmptySubsequences: false).map(trimmed)
    }
    var fields: [Substring] = []
    var start = row.startIndex
    var isInside = false
    for index in row.indices {
      if row[index] == quote { isInside.toggle() }
      if row[index] == sign, !isInside {
        fields.append(trimmed(row[start..<index]))
        start = row.index(after: index)
      }
    }
    fields.append(trimmed(row[start...]))
    return fields
  }
}
