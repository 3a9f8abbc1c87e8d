import Diagnostics
import Specifications

/// A table of constants that lies in a file: `{by: TDC_CHANNEL, file: offsets.csv, unit: ns}` becomes the same table with
/// its `values`, each with its place in that file.
///
/// The file has a line for each value: a whole number and its constant, separated by a comma, a semicolon or blanks. A first
/// line that begins with no number is a header; what begins with `#` is a comment.
struct ConstantsFile {
  let files: ConfigurationFiles
  let findings: Findings

  /// The constants with the files read in.
  func expand(_ constants: [Declaration.Named]) -> [Declaration.Named] {
    constants.map { constant in
      guard let file = constant.setting.node[LookupKeys.file], let table = expand(constant.setting.node, file) else {
        return constant.setting.node[LookupKeys.file] == nil
          ? constant : .init(name: constant.name, setting: .invalid(constant.setting.node))
      }
      return .init(name: constant.name, setting: Setting(node: table, value: constant.setting.value))
    }
  }

  /// Nil where errors were reported.
  private func expand(_ node: Node, _ file: Node) -> Node? {
    guard let entries = node.mapping else { return nil }
    guard let path = file.scalar, !path.trimmed.scalars.isEmpty else {
      findings.error(.wrongType, "`file` takes a path, not \(file.kindName)", at: file.span)
      return nil
    }
    if let values = entries.first(where: { $0.name == LookupKeys.values.name }) {
      findings.error(
        .constantsFile, "the table has `values` and a `file`", at: values.key.span, hint: "keep one of the two")
      return nil
    }
    guard let source = read(path) else { return nil }
    let unit = node[LookupKeys.unit]?.scalar
    guard let values = values(of: source, column: column(node[LookupKeys.column]), unit: unit, path) else { return nil }
    let table = Node(.mapping(values), span: file.span)
    let key = entries.first { $0.name == LookupKeys.file.name }!.key
    let scalars = Array(LookupKeys.values.name.unicodeScalars)
    let name = LocatedText(
      scalars: scalars, source: key.source,
      positions: Array(repeating: key.span.start, count: scalars.count + 1))
    let used = [LookupKeys.file.name, LookupKeys.unit.name, LookupKeys.column.name]
    let others = entries.filter { !used.contains($0.name) }
    return Node(.mapping(others + [.init(key: name, value: table)]), span: node.span)
  }

  /// The text of a file whose path goes from the folder of the file that names it.
  private func read(_ path: LocatedText) -> SourceText? {
    let base = path.source.name
    let isRelative = !path.text.hasPrefix("/") && base.hasSuffix(".yaml") && parent(of: base) != "."
    let full = isRelative ? "\(parent(of: base))/\(path.text)" : path.text
    switch files.texts[full].map(Result.success) ?? readFile(full) {
    case .failure(let error):
      findings.error(
        .constantsFile, error.message, at: path.span,
        hint: isRelative ? "paths go from the folder of the file that they stand in" : nil)
      return nil
    case .success(let bytes):
      let source = SourceText(name: full, text: String(decoding: bytes, as: UTF8.self))
      findings.noteRead(source)
      return source
    }
  }

  private enum Column {
    case number(Int)
    case name(LocatedText)
  }

  private func column(_ node: Node?) -> Column {
    let text = node?.scalar ?? LookupKeys.column.standard
    return Int(text.text).map { .number($0) } ?? .name(text)
  }

  private func values(of source: SourceText, column: Column, unit: LocatedText?, _ path: LocatedText) -> [Node.Entry]? {
    var values: [Node.Entry] = []
    var places: [String: Span] = [:]
    var index: Int?
    if case .number(let number) = column { index = number &- 1 }
    var isFirst = true
    for number in 1...max(source.lineCount, 1) {
      let fields = fields(of: source, line: number)
      guard let key = fields.first, !key.text.hasPrefix("#") else { continue }
      if isFirst, Int64(key.text) == nil {
        isFirst = false
        if case .name(let name) = column { index = fields.firstIndex { $0.text == name.text } }
        if index == nil, case .name(let name) = column { return reportColumn(name, fields) }
        continue
      }
      isFirst = false
      guard let index else {
        if case .name(let name) = column { return reportColumn(name, []) }
        return nil
      }
      guard fields.indices.contains(index), index > 0, !fields[index].scalars.isEmpty else {
        findings.error(
          .constantsFile, "the line has no field \(index &+ 1)", at: key.span,
          hint: "write a number and its constant: `5, 93.9`",
          notes: [.init(message: "the file is named here", span: path.span)])
        return nil
      }
      if let first = places[key.text] {
        findings.error(
          .duplicateKey, "`\(key.text)` comes twice", at: key.span, hint: "remove one of the two lines",
          notes: [.init(message: "it is first here", span: first)])
        return nil
      }
      places[key.text] = key.span
      let value = fields[index].with(unit: unit)
      values.append(.init(key: key, value: Node(.scalar(value, quoted: false), span: value.span)))
    }
    guard values.isEmpty else { return values }
    findings.error(.constantsFile, "the file has no constants", at: path.span, hint: "write lines such as `5, 93.9`")
    return nil
  }

  private func reportColumn(_ name: LocatedText, _ header: [LocatedText]) -> [Node.Entry]? {
    findings.error(
      .constantsFile, "the file has no column `\(name.written)`", at: name.span,
      hint: header.isEmpty
        ? "its first line names none: give the number of the column, such as `column: 2`"
        : suggestion(for: name.text, from: header.map(\.text)).map { "did you mean `\($0)`?" }
          ?? "its columns are \(alternatives(header.map(\.text), and: true))")
    return nil
  }

  /// The fields of a line, separated by commas or semicolons where there are some, else by blanks.
  private func fields(of source: SourceText, line number: Int) -> [LocatedText] {
    let scalars = Array(source.line(number).unicodeScalars)
    let text = LocatedText(
      scalars: scalars, source: source,
      positions: (0...scalars.count).map { Position(line: number, column: $0 + 1) })
    for separator in [",", ";"] as [Unicode.Scalar] where scalars.contains(separator) {
      return text.split(separator: separator)
    }
    let blank: Unicode.Scalar = scalars.contains("\t") ? "\t" : " "
    return text.split(separator: blank).filter { !$0.scalars.isEmpty }
  }
}

extension LocatedText {
  /// With a unit behind it, where it has none.
  fileprivate func with(unit: LocatedText?) -> LocatedText {
    guard let unit, Double(text) != nil, let end = ends.last else { return self }
    let added = [" "] + unit.scalars
    return LocatedText(
      scalars: scalars + added, source: source, positions: positions + Array(repeating: end, count: added.count),
      ends: ends + Array(repeating: end, count: added.count))
  }
}
