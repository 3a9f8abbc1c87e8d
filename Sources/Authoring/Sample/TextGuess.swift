import Columns
import ChainExecution

/// What a file of text seems to be made of.
struct TextGuess {
  let lines: TextLines
  let separator: Separator
  let quote: Character?
  /// The first row names the fields.
  let hasHeader: Bool
  /// Whether the header's names are those of the fields, so that it is found by them.
  let headerIsPlain: Bool
  let fields: [FieldGuess]
  /// From when to when rows are, where they have a date and a time.
  let moments: ClosedRange<Int64>?
  /// Whether all of the file is in the sample.
  let isWhole: Bool
  let rows: Int
  /// How many of them were looked at.
  let looked: Int
  /// Rows of those that fit the others.
  let usable: Int

  /// The most fields of a row for which a record is drafted.
  static let mostFields = 1000

  /// Nil where there are no rows of several lines that look alike.
  init?(_ sample: DataSample) throws(DetectorDraft.Failure) {
    let lines = TextLines(sample)
    guard !lines.rows.isEmpty else { return nil }
    let quote: Character? = lines.rows.prefix(1000).contains { $0.text.contains("\"") } ? "\"" : nil
    guard let (separator, count) = Self.separator(lines.rows, quote: quote) else { return nil }
    guard count <= Self.mostFields else {
      throw DetectorDraft.Failure(
        description:
          "\(sample.path) has rows of \(count) fields separated by \(separator.words), more than the \(Self.mostFields) for which a record is drafted: is each line one row?"
      )
    }
    var table = lines.rows.map { separator.split($0.text, quote: quote) }
    let header = Self.header(table, count: count)
    if header != nil { table.removeFirst() }
    let whole = table.filter { $0.count == count }
    guard let first = whole.first, !first.isEmpty else { return nil }
    let names = header ?? Self.names(lines.preamble, separator: separator, count: count)
    var surveys = (0..<count).map { column in ColumnSurvey(whole.lazy.map { $0[column] }) }
    let kinds = surveys.map(\.kind)
    let usable = whole.filter { row in zip(row, kinds).allSatisfy { $1.holds($0) } }
    for row in usable { for column in 0..<count { surveys[column].add(row[column]) } }
    let found = FieldNames(names, kinds: kinds, surveys: surveys)
    fields = zip(surveys, found.all).map { survey, name in survey.guess(name) }
    moments = Self.moments(usable, kinds)
    self.lines = lines
    isWhole = sample.isWhole
    self.separator = separator
    self.quote = quote
    hasHeader = header != nil
    headerIsPlain = header.map { Set($0.map { HeaderName($0).name }) == Set(found.all.map(\.name)) } ?? false
    rows = lines.rowCount - (header == nil ? 0 : 1)
    looked = table.count
    self.usable = usable.count
  }

  private static func moments(_ rows: [[Substring]], _ kinds: [ColumnSurvey.Kind]) -> ClosedRange<Int64>? {
    guard let date = kinds.firstIndex(of: .date), let time = kinds.firstIndex(of: .time) else { return nil }
    let all = rows.compactMap { row -> Int64? in
      guard case .date(let day) = FieldValue(row[date]), case .time(let clock) = FieldValue(row[time]) else {
        return nil
      }
      return day + clock
    }
    return all.min().flatMap { first in all.max().map { first...$0 } }
  }

  /// The separator that makes the most rows alike, with the most values in them that are no plain text; and how many
  /// fields they have.
  private static func separator(_ rows: [TextLines.Line], quote: Character?) -> (Separator, Int)? {
    let sample = rows.prefix(2000)
    var best: (separator: Separator, count: Int, score: Double)?
    for separator in Separator.all {
      let table = sample.map { separator.split($0.text, quote: quote) }
      var counts: [Int: Int] = [:]
      for row in table { counts[row.count, default: 0] += 1 }
      guard let most = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }), most.key > 0 else { continue }
      let alike = table.filter { $0.count == most.key }
      let fields = alike.reduce(0) { $0 + $1.count }
      let values = alike.reduce(0) { sum, row in sum + row.count { !FieldValue($0).isText || FieldValue.isMissing($0) }
      }
      let share = Double(most.value) / Double(sample.count)
      let score = share * (0.1 + Double(values) / Double(max(fields, 1))) * (most.key > 1 ? 1 : 0.8)
      if score > (best?.score ?? 0) + 1e-9 { best = (separator, most.key, score) }
    }
    return best.map { ($0.separator, $0.count) }
  }

  /// The first row, where it is words above numbers.
  private static func header(_ table: [[Substring]], count: Int) -> [String]? {
    guard let first = table.first, first.count == count, first.allSatisfy({ FieldValue($0).isText && !$0.isEmpty }),
      Set(first).count == count
    else { return nil }
    let rest = table.dropFirst().prefix(200).filter { $0.count == count }
    let isAboveNumbers = rest.contains { row in row.contains { !FieldValue($0).isText } }
    return isAboveNumbers || rest.isEmpty ? first.map(String.init) : nil
  }

  /// Names out of the comments before the first row: the last line that has one word for each field, such as
  /// `# date time adc`, with what stands before a colon or without.
  private static func names(_ preamble: [TextLines.Line], separator: Separator, count: Int) -> [String]? {
    for line in preamble.reversed() {
      var texts = [line.text]
      if let colon = line.text.firstIndex(of: ":") { texts.append(line.text[line.text.index(after: colon)...]) }
      for text in texts {
        for separator in [separator, .blanks, .sign(",")] {
          let words = joinUnits(separator.split(text, quote: nil).map(String.init))
          guard words.count == count, Set(words).count == count else { continue }
          let areNames = words.allSatisfy { word in
            FieldValue(word[...]).isText && word.first.map { $0.isLetter || $0 == "_" } == true
              && !HeaderName(word).name.isEmpty && !word.hasSuffix(":")
          }
          if areNames, count > 1 || preamble.count == 1 { return words }
        }
      }
    }
    return nil
  }

  /// `T [C]` is one word, with the blank before the bracket.
  private static func joinUnits(_ words: [String]) -> [String] {
    words.reduce(into: []) { joined, word in
      if let last = joined.last, word.first == "[" || word.first == "(" {
        joined[joined.count - 1] = "\(last) \(word)"
      } else {
        joined.append(word)
      }
    }
  }
}

/// Names for fields: those of the file, made fit for expressions, or others by what the fields are.
struct FieldNames {
  struct Name {
    var name: String
    var unit: String?
    var isNamed: Bool
  }

  private(set) var all: [Name] = []

  /// Words of the expression language, and names that are taken.
  private static let reserved: Set<String> = [
    "and", "or", "not", "in", "is", "known", "unknown", "if", "true", "false", "where", "chamber",
  ]

  init(_ names: [String]?, kinds: [ColumnSurvey.Kind], surveys: [ColumnSurvey]) {
    for (index, kind) in kinds.enumerated() {
      if let written = names?[index] {
        var header = HeaderName(written)
        // `adc_mV` is a name; only brackets tell a unit for sure.
        if header.name.isEmpty { header = HeaderName("field\(index + 1)") }
        add(header.name, unit: header.unit, isNamed: true)
        continue
      }
      let plain =
        switch kind {
        case .date: "date"
        case .time: "time"
        case .datetime: "datetime"
        case .text: "text\(index + 1)"
        default: "field\(index + 1)"
        }
      add(plain, unit: nil, isNamed: false)
    }
  }

  private mutating func add(_ wanted: String, unit: String?, isNamed: Bool) {
    var name = Self.reserved.contains(wanted) ? "\(wanted)_" : wanted
    var number = 2
    while all.contains(where: { $0.name == name }) {
      name = "\(wanted)_\(number)"
      number += 1
    }
    all.append(Name(name: name, unit: unit, isNamed: isNamed))
  }
}
