import Columns

/// Writes the plugin of a detector and a pipeline that plots its fields.
struct DetectorWriter {
  let name: String
  let path: String
  let record: RecordDraftText
  /// Whether all of the file was looked at.
  let isWhole: Bool

  private var fields: [FieldGuess] { record.fields }

  /// A date and a time of day, which together are a time to go by.
  private var moment: (date: String, time: String)? {
    guard let date = fields.first(where: { $0.type.storage == .date }),
      let time = fields.first(where: { $0.type.storage == .time })
    else { return nil }
    return (date.name, time.name)
  }

  private var momentName: String { fields.contains { $0.name == "moment" } ? "moment_" : "moment" }

  // MARK: Plugin

  var plugin: String {
    var lines = [
      "# \(name), as `hitmon new detector` found it in \(Self.comment(path)): \(record.summary).",
      "# Check what stands behind the fields, and every line that says \"check\".",
    ]
    lines += record.doubts.map { "# check: \($0)." }
    lines += [
      "plugin: detectors/\(name)", "description: \(name), \(record.isText ? "text rows" : "binary records")", "",
    ]
    lines.append("record:")
    lines += record.settings.map { "  \($0)" }
    lines.append(
      "  fields:\(record.settings.first == "format: words" ? "                       # bits, from the lowest up" : "")")
    lines += aligned(
      zip(fields, record.types).map { field, type in ("    \(field.name): \(type)", "# \(words(field))") })
    lines.append("")
    if let moment {
      lines += [
        "columns:",
        "  \(momentName): \(moment.date) + \(moment.time)   # since 1970; \"window: {span: 1 h of \(momentName)}\" goes by it",
        "",
      ]
    }
    lines += proposals
    lines += tests
    return lines.joined(separator: "\n") + "\n"
  }

  /// Sections that most detectors need and no file says: comments, to be filled in.
  private var proposals: [String] {
    let number = fields.first { $0.integers != nil && !$0.isRising && !$0.type.storage.isTime && $0.type.unit.isNone }
    let example = number?.name ?? fields[0].name
    let least = number?.integers?.lowerBound ?? 0, greatest = number?.integers?.upperBound ?? 63
    var lines = [
      "# Rows that are no hits; all that is left are hits:",
      "# cleansing:",
      "#   - drop: \(example) == \(least)",
      "",
      "# Which chamber, or board, or module a hit belongs to, and which wire of it:",
      "# chambers:",
      "#   - {chamber: 0, when: \(example) in \(least)..\(greatest), wire: \(example)\(least == 0 ? "" : " - \(least)")}",
      "",
    ]
    if let key = fields.first(where: { $0.integers != nil && $0.isRising }) {
      lines += [
        "# What rows of one event share, here as an example a thousand of `\(key.name)`:",
        "# groups:",
        "#   event: {by: \(key.name) // 1000\(key.type.unit.symbol.isEmpty ? "" : " \(key.type.unit.symbol)"), hits: count}",
        "",
      ]
    }
    return lines
  }

  private var tests: [String] {
    guard record.testCount > 0, !record.testRows.isEmpty else { return [] }
    var lines = ["tests:", "  the first rows of the file:"]
    if record.isText {
      lines.append("    rows: |")
      lines += record.testRows.map { "      \($0)" }
    } else {
      lines.append("    rows:")
      lines += record.testRows.map { "      - \"\($0)\"" }
    }
    lines += ["    expect:", "      counts: {records: \(record.testCount), malformed: 0}"]
    if !record.testValues.isEmpty {
      lines.append("      columns:")
      lines += record.testValues.map { "        \($0.name): [\($0.values.joined(separator: ", "))]" }
    }
    return lines
  }

  // MARK: Pipeline

  var pipeline: String {
    let results = "\(name)-results.jsonl"
    var lines = [
      "# Plots every field of \(Self.comment(path)). Try it:",
      "#   hitmon lint \(name).yaml",
      "#   hitmon run \(name).yaml",
      "#   hitmon plot \(results) \(plots.first?.name ?? "rows") -o \(plots.first?.name ?? "rows").svg",
      "pipeline: \(name)",
      "uses: [detectors/\(name)]", "",
      "sources:",
      "  file: {file: {path: \(YAMLText.scalar(path, inFlow: true))}}", "",
      "window: all                                   # one result for the whole file",
    ]
    if let clock = fields.first(where: { $0.isRising || $0.type.storage == .datetime })?.name
      ?? moment.map({ _ in momentName })
    {
      lines.append("# window: {span: ... of \(clock), late: ...}    # or one for each so long a stretch of \(clock)")
    }
    lines += ["", "histograms:", "  rows: {count: hits, title: Rows}"]
    lines += aligned(plots.map { ("  \($0.text)", $0.note.isEmpty ? "" : "# \($0.note)") })
    lines += [
      "", "sinks:", "  - file: {path: \(results)}",
      "  # - dashboard: {port: 8080}                 # or a page at http://127.0.0.1:8080/",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private struct Plot {
    var name: String
    var text: String
    var note = ""
  }

  private var plots: [Plot] {
    var all = fields.map { field -> Plot in
      var name = field.name == "rows" ? "rows_" : field.name
      if fields.contains(where: { $0.name == name && $0.name != field.name }) { name += "_plot" }
      guard let bins = BinChoice.bins(field) else {
        return Plot(
          name: name, text: "# \(name): no bins",
          note: "too many different texts, or none: give `categories A, B` of those that count")
      }
      let inBraces = bins.contains(",") ? "\"\(bins)\"" : bins
      var plot = Plot(name: name, text: "\(name): {of: \(field.name), bins: \(inBraces), title: \(field.name)}")
      if field.isRising { plot.note = "it grows: rows against it are the rate" }
      if field.isRising, !isWhole { plot.note += "; more of the file lies beyond what was looked at" }
      return plot
    }
    if moment != nil, let moments = record.moments {
      var whole = FieldGuess(name: momentName, type: FieldType(.datetime))
      whole.integers = moments
      if let bins = BinChoice.bins(whole) {
        all.append(
          Plot(
            name: momentName, text: "\(momentName): {of: \(momentName), bins: \(bins), title: Rows against time}",
            note: "the rate"))
      }
    }
    return all
  }

  // MARK: Words

  private func words(_ field: FieldGuess) -> String {
    var parts: [String] = []
    func range(_ text: (Int64) -> String) {
      guard let integers = field.integers else { return }
      parts.append(
        integers.lowerBound == integers.upperBound
          ? "always \(text(integers.lowerBound))" : "\(text(integers.lowerBound)) to \(text(integers.upperBound))")
    }
    switch field.type.storage {
    case .date: range(Moment.date)
    case .time: range(Moment.time)
    case .datetime: range(Moment.datetime)
    case .text:
      parts.append(field.texts.isEmpty ? "many texts" : field.texts.prefix(6).map(Self.comment).joined(separator: ", "))
    case .f32, .f64:
      if let values = field.range { parts.append("\(short(values.lowerBound)) to \(short(values.upperBound))") }
    default: range { String($0) }
    }
    switch field.course {
    case .rising(0, _): parts.append("grows")
    case .rising(let steps, let greatest):
      parts.append("grows, with \(counted(steps, "step")) back, by up to \(short(greatest))")
    case .free, .constant: break
    }
    parts += field.doubts.map { "check: \($0)" }
    return parts.joined(separator: "; ")
  }

  private func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(saturating: value)) : "\(value)"
  }

  /// What a file or a user calls things, where it cannot end the comment.
  private static func comment(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }

  /// Comments in one column behind what they explain.
  private func aligned(_ lines: [(text: String, comment: String)]) -> [String] {
    let width = lines.filter { $0.text.count <= 60 }.map(\.text.count).max() ?? 0
    return lines.map { line in
      guard !line.comment.isEmpty else { return line.text }
      return line.text + String(repeating: " ", count: max(0, width - line.text.count) + 3) + line.comment
    }
  }
}
