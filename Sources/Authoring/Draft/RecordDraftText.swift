import Columns
import ChainExecution

/// A record as guessed, ready to be written down.
struct RecordDraftText {
  var summary: String
  var fields: [FieldGuess]
  /// From when to when rows are, where they have a date and a time.
  var moments: ClosedRange<Int64>?
  /// What to check beside the fields themselves.
  var doubts: [String] = []
  /// The lines of `record:` but for its fields.
  var settings: [String]
  /// The type of each field as `fields:` has it.
  var types: [String]
  var rows: Int
  var unusable: Int
  var isText: Bool
  /// The first rows, as `rows:` of a test has them, and how many those are.
  var testRows: [String] = []
  var testCount = 0
  /// The whole numbers of those rows, by field.
  var testValues: [(name: String, values: [String])] = []

  /// Gives the fields the names, and the units, that the user says.
  private mutating func rename(_ hints: DetectorDraft.Hints) throws(DetectorDraft.Failure) {
    guard hints.names.count == fields.count else { return }
    for (index, text) in hints.names.enumerated() {
      let header = HeaderName(text)
      fields[index].name = header.name
      fields[index].isNamed = true
      guard let written = header.unit else { continue }
      guard let unit = Unit.named(written) ?? Unit.parse(written) else {
        throw DetectorDraft.Failure(description: "hitmon has no unit \(written), which --names gives \(header.name)")
      }
      guard !settings.contains("format: words"), fields[index].range != nil || fields[index].integers != nil,
        !fields[index].type.storage.isTime
      else {
        throw DetectorDraft.Failure(
          description: "\(header.name) can have no unit: it is no number of a whole field")
      }
      fields[index].type.unit = unit
      fields[index].doubts = []
      types[index] = fields[index].type.text
    }
  }

  init(_ guess: TextGuess, _ hints: DetectorDraft.Hints) throws(DetectorDraft.Failure) {
    let lines = guess.lines
    fields = guess.fields
    moments = guess.moments
    rows = guess.rows
    unusable = guess.looked - guess.usable
    isText = true
    settings = ["format: csv"]
    if guess.separator != .sign(",") { settings.append("separator: \(guess.separator.setting)") }
    if !lines.comment.isEmpty { settings.append("comment: \"\(lines.comment)\"") }
    if guess.quote != nil { settings.append("quote: '\"'") }
    types = guess.fields.map { $0.type.text }
    let all = guess.isWhole ? "" : "more than "
    summary = "text, \(all)\(counted(rows, "row")) of \(counted(fields.count, "field"))"
    if fields.count > 1 { summary += " separated by \(guess.separator.words)" }
    var others: [String] = []
    if guess.hasHeader { others.append("a header") }
    if lines.comments > 0 { others.append(counted(lines.comments, "comment line") + " (\(lines.comment))") }
    if lines.blanks > 0 { others.append(counted(lines.blanks, "blank line")) }
    if unusable > 0 { others.append("\(counted(unusable, "row")) that \(unusable == 1 ? "does" : "do") not fit") }
    if !others.isEmpty { summary += "; \(others.joined(separator: ", "))" }
    try rename(hints)
    // A header is looked for by the names in it; one of other names has to be announced.
    if guess.hasHeader, !guess.headerIsPlain || !hints.names.isEmpty {
      settings.append("header: \"yes\"")
    } else if !guess.hasHeader {
      settings.append("header: \"no\"")
    }
    if !fields.allSatisfy(\.isNamed) {
      doubts.append("the file does not say what its fields are called: give them better names than `field1`")
    }
    if unusable > 0 { doubts.append("rows that do not fit count as malformed: `hitmon peek` shows which, and why") }
    let header = guess.hasHeader ? lines.rows.prefix(1) : []
    let first = lines.rows.dropFirst(header.count).prefix(200).filter { line in
      let values = guess.separator.split(line.text, quote: guess.quote)
      return values.count == fields.count && zip(values, fields).allSatisfy { value, field in field.canHold(value) }
    }.prefix(3)
    let texts = (header + first).map { String($0.text.drop { $0 == " " }) }
    guard
      texts.allSatisfy({
        $0.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 && $0 != "$" || $0 == "\t" } && $0.first != "\t"
      })
    else { return }
    testRows = settings.contains("header: \"yes\"") ? texts : Array(texts.dropFirst(header.count))
    testCount = first.count
    for (index, field) in fields.enumerated()
    where field.integers != nil && !field.type.storage.isTime && field.type.unit.isNone {
      let values = first.map { String(guess.separator.split($0.text, quote: guess.quote)[index]) }
      if values.allSatisfy({ Int64($0) != nil && $0.first != "+" }) { testValues.append((field.name, values)) }
    }
  }

  init(_ guess: BinaryGuess, _ sample: DataSample, _ hints: DetectorDraft.Hints) throws(DetectorDraft.Failure) {
    fields = guess.fields
    rows = guess.records
    unusable = guess.rest > 0 ? 1 : 0
    isText = false
    settings = [guess.isWords ? "format: words" : "format: records"]
    let sizes = guess.isWords ? 0 : guess.fields.reduce(0) { $0 + $1.type.storage.byteCount }
    if guess.isWords, guess.width != 8 { settings.append("bytes: \(guess.width)") }
    if !guess.isWords, sizes < guess.width { settings.append("bytes: \(guess.width)") }
    if guess.isBig { settings.append("order: big") }
    if guess.skip > 0 { settings.append("skip: \(guess.skip)") }
    types = guess.isWords ? guess.bits.map(String.init) : guess.fields.map { $0.type.text }
    let more = sample.isWhole ? "" : "more than "
    summary =
      "binary, \(more)\(counted(rows, guess.isWords ? "word" : "record")) of \(guess.width) bytes\(guess.skip > 0 ? " after a header of \(guess.skip)" : ""), \(guess.isBig ? "big" : "little")-endian"
    if guess.rest > 0 { summary += "; \(counted(guess.rest, "byte")) behind the last" }
    try rename(hints)
    doubts.append("bytes do not say what they mean: hold names, widths and units against the description of the format")
    if guess.isWords {
      doubts.append(
        "fields of bits were told apart by how often bits change: bits that change alike came out as one field")
    }
    if hints.bytes == nil {
      doubts.append(
        "the length of a \(guess.isWords ? "word" : "record"), \(guess.width) bytes (--bytes gives another)")
    }
    if guess.skip > 0, hints.skip == nil { doubts.append("the header of \(guess.skip) bytes (--skip gives another)") }
    let body = sample.bytes[guess.skip...]
    testCount = min(2, guess.records)
    let digits = Array("0123456789abcdef")
    for record in 0..<testCount {
      let bytes = body.dropFirst(record * guess.width).prefix(guess.width)
      testRows.append(bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: " "))
    }
  }
}

extension FieldGuess {
  func canHold(_ text: Substring) -> Bool {
    switch (type.storage, FieldValue(text)) {
    case (.text, _), (.date, .date), (.time, .time), (.datetime, .datetime): true
    case (.f32, .integer), (.f64, .integer), (.f32, .float), (.f64, .float): true
    case (.date, _), (.time, _), (.datetime, _), (.f32, _), (.f64, _): false
    case (_, .integer): true
    default: false
    }
  }
}

extension FieldType {
  /// As one types it: `u16`, `f32 ns`.
  var text: String { unit.symbol.isEmpty ? storage.rawValue : "\(storage.rawValue) \(unit.symbol)" }
}

/// `1 row`, `1,234 rows`.
func counted(_ count: Int, _ what: String) -> String {
  "\(grouped(count)) \(what)\(count == 1 ? "" : "s")"
}

/// A whole number with commas between thousands.
func grouped(_ number: Int) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return number < 0 ? "-\(text)" : text
}
