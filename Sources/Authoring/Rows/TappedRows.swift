import Diagnostics
import Expressions
import ChainExecution
import Runtime
import Specifications

/// Rows of a stretch of input at a stage.
struct TappedRows {
  let table: TextTable
  let passed: Int

  init?(
    _ beginning: Pipeline.Beginning, _ stage: StageTap.Stage, where condition: String?, count: Int, findings: Findings
  ) throws {
    var declaration = beginning.declaration
    if stage == .source || stage == .decode { declaration.cleansing = [] }
    let place = declaration.name
    let columns = Self.columns(of: declaration, at: stage)
    let filter = condition.map { Self.asNumber(LocatedText(option: "--where", text: $0)) }
    // What is no expression would be shown with what is put round it.
    if let condition, ExpressionParser.parse(LocatedText(option: "--where", text: condition), findings: findings) == nil
    {
      return nil
    }
    let chunkBytes = beginning.bytes.count + 4096
    func probe(_ expressions: [LocatedText], _ findings: Findings) throws -> ColumnProbe? {
      try ColumnProbe(
        declaration, expressions, at: place, bytes: beginning.bytes, chunkBytes: chunkBytes, findings: findings)
    }
    // A first look tells types; conditions and large whole numbers are asked for otherwise.
    guard let types = try Self.types(declaration, columns.map(\.name), probe: probe) else { return nil }
    let texts = zip(columns, types).map { ColumnText($0.name, type: $1) }
    let expressions =
      texts.flatMap { text in text.expressions.map { place.standing(for: $0) } } + [filter].compactMap { $0 }
    guard let found = try probe(expressions, findings) else { return nil }
    var rows = found.rows
    if filter != nil, let values = found.columns.last.flatMap({ $0 })?.values {
      rows = rows.filter { values[$0] == 1 }
    }
    passed = rows.count
    let shown = Array(rows.prefix(count))
    let fields = try FieldsAt(shown.map { Int($0) }, beginning)
    var heads = [ColumnHead(name: fields.isText ? "line" : "record", type: "", unit: "")]
    if stage == .source {
      heads.append(ColumnHead(name: "row", type: "text", unit: ""))
      table = TextTable(
        heads, rows: shown.map { row in [.integer(Int64(fields.number(of: Int(row)))), .text(fields.raw(Int(row)))] })
      return
    }
    heads += fields.heads
    var next = 0
    var readers: [(Double) -> Cell] = []
    for (text, column) in zip(texts, columns) {
      let parts = found.columns[next..<next + text.expressions.count].map { $0 }
      next += text.expressions.count
      heads.append(ColumnHead(name: column.name, type: text.type ?? "", unit: parts.last.flatMap { $0 }?.unit ?? ""))
      readers.append { row in text.cell(parts.map { $0?.values[row] }) }
    }
    table = TextTable(
      heads,
      rows: shown.map { row in
        [.integer(Int64(fields.number(of: Int(row))))] + fields.cells(of: Int(row)) + readers.map { $0(row) }
      })
  }

  private struct Column {
    let name: String
  }

  /// A condition as 1 or 0, as only numbers can be plotted; its places stay those of the condition.
  private static func asNumber(_ condition: LocatedText) -> LocatedText {
    let (before, behind) = (Array("if(".unicodeScalars), Array(", 1, 0)".unicodeScalars))
    let start = condition.span.start, end = condition.span.end
    return LocatedText(
      scalars: before + condition.scalars + behind, source: condition.source,
      positions: before.map { _ in start } + condition.positions.dropLast() + behind.map { _ in end } + [end],
      ends: before.map { _ in start } + condition.ends + behind.map { _ in end })
  }

  /// The columns beside the fields that rows have at a stage.
  private static func columns(of declaration: Declaration, at stage: StageTap.Stage) -> [Column] {
    var columns: [Column] = []
    let passed = StageTap.Stage.allCases.prefix { $0 != stage } + [stage]
    func isBehind(_ other: StageTap.Stage) -> Bool { passed.contains(other) }
    if isBehind(.chambers), !declaration.chambers.isEmpty {
      var names = ["chamber"]
      for chamber in declaration.chambers {
        for column in chamber.free where !names.contains(column.key.text) { names.append(column.key.text) }
      }
      columns += names.map { Column(name: $0) }
    }
    guard isBehind(.columns) else { return columns }
    let dependence = GroupDependence(declaration)
    let tables = declaration.constants.filter { $0.setting.node.mapping != nil }.map(\.name.text)
    let derived = declaration.columns.map(\.name.text)
    let made = declaration.programs.flatMap { $0.settings?[ExternalKeys.out]?.map(\.key.text) ?? [] }
    columns += (tables + made + derived).filter { !dependence.isOfGroup($0) }.map { Column(name: $0) }
    guard isBehind(.groups) else { return columns }
    for group in declaration.groups {
      for value in group.setting.settings?.free ?? [] {
        columns.append(Column(name: "\(group.name.text).\(value.key.text)"))
      }
    }
    columns += (tables + derived).filter { dependence.isOfGroup($0) }.map { Column(name: $0) }
    return columns
  }

  /// The type of each column in words. A condition cannot be plotted, so each name is asked for in a form that can.
  private static func types(
    _ declaration: Declaration, _ names: [String], probe: ([LocatedText], Findings) throws -> ColumnProbe?
  ) throws -> [String?]? {
    guard !names.isEmpty else { return [] }
    let expressions = names.map { declaration.name.standing(for: "if(\($0) is known, 1, 0)") }
    // What it warns of is nothing that the user wrote.
    guard let found = try probe(expressions, Findings()) else { return nil }
    let all = found.plan.description.stages.flatMap(\.columns)
    return names.map { name in all.first { $0.name == name }?.type }
  }
}

/// How a column is asked for, and its values put together again: points are floats of 64 bits, whole numbers have 64.
private struct ColumnText {
  let name: String
  let type: String?

  init(_ name: String, type: String?) {
    self.name = name
    self.type = type
  }

  private static let half: Int64 = 1_000_000_000

  private var isBoolean: Bool { type?.hasPrefix("boolean") == true }
  private var isText: Bool { type?.hasPrefix("text") == true }
  private var isInteger: Bool { type?.hasPrefix("integer") == true }

  /// What stands behind the kind and the range in a type's words: `integer 0..255 ns?`.
  private var unit: String {
    let words = (type ?? "").filter { $0 != "?" }.split(separator: " ").dropFirst().filter { !$0.contains("..") }
    return words.joined(separator: " ")
  }

  var expressions: [String] {
    if isBoolean { return ["if(\(name), 1, 0)"] }
    if isText { return ["if(\(name) is known, 1, 0)"] }
    if isInteger {
      let half = unit.isEmpty ? "\(Self.half)" : "(\(Self.half) \(unit))"
      return ["\(name) // \(half)", "\(name) % \(half)"]
    }
    return [name]
  }

  func cell(_ values: [Double?]) -> Cell {
    guard let first = values[0] else { return .unknown }
    if isBoolean { return .boolean(first == 1) }
    if isText { return .text("…") }
    guard isInteger else { return .float(first) }
    guard values.count == 2, let second = values[1] else { return .unknown }
    return .integer(Int64(first) * Self.half + Int64(second))
  }
}
