import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// Checks a declaration and builds its chain. Every error is reported; the chain is built only where there is none.
package struct ChainBuilder {
  let declaration: Declaration
  let findings: Findings
  let names: NameTable
  let categories = Categories()
  /// Every record without errors, the chain's own first.
  var records: [RecordDraft] = []
  /// For each declared source the number of its record; nil where there are errors.
  var sourceRecords: [Int?] = []
  /// The format of the chain's own record.
  var format: (any RecordFormat)?
  var rules: [(condition: TypedExpression, keeps: Bool, source: LocatedText)] = []
  var deadTimes: [DeadTimeDraft] = []
  var chambers = ChamberDraft()
  /// Those that could be loaded.
  var libraries: [NativeLibrary] = []
  /// Programs and functions of libraries.
  var operators: [OperatorDraft] = []
  var groups: [GroupDraft] = []
  var histograms: [HistogramDraft] = []
  var cells: [String: Cells] = [:]

  private init(_ declaration: Declaration, findings: Findings) {
    self.declaration = declaration
    self.findings = findings
    names = NameTable(findings: findings)
  }

  /// The plan is nil where there are errors, the format of a declared source only where its record itself has some.
  package static func build(
    _ declaration: Declaration, findings: Findings
  ) -> (plan: ChainPlan?, sourceFormats: [(any RecordFormat)?]) {
    let errorsBefore = findings.errorCount
    var builder = ChainBuilder(declaration, findings: findings)
    builder.check()
    let window = builder.checkWindow()
    let formats = builder.sourceRecords.map { $0.map { builder.records[$0].format } }
    guard findings.errorCount == errorsBefore, let format = builder.format, let window else {
      builder.checkOtherRecords(used: builder.usedFields())
      return (nil, formats)
    }
    // What the chain uses of the records is known only now.
    let plan = builder.emit(format: format, window: window)
    builder.checkOrder(plan)
    guard findings.errorCount == errorsBefore else { return (nil, formats) }
    if !findings.hasErrors { builder.review(plan) }
    return (plan, formats)
  }

  private mutating func check() {
    libraries = declaration.libraries.compactMap { library in
      Self.load(library.path, at: library.settings.span(of: NativeKeys.library), findings: findings)
    }
    // Without it every name that it would give would be reported.
    guard libraries.count == declaration.libraries.count else { return }
    checkRecords()
    addConstants()
    addColumns()
    addGroups()
    addOperators()
    // Without a record every name of a field would be reported again.
    guard format != nil else { return }
    checkChambers()
    checkGroups()
    names.resolveAll()
    checkOperators()
    checkCleansing()
    checkHistograms()
  }

  // MARK: Sections

  private mutating func addConstants() {
    let checker = SettingsChecker(findings: findings)
    for constant in declaration.constants {
      if constant.setting.isInvalid {
        names.addFailed(constant.name, as: "constant")
      } else if constant.setting.node.mapping != nil {
        let errorsBefore = findings.errorCount
        guard let settings = checker.check(constant.setting.node, against: LookupSection.specification),
          let by = settings[LookupKeys.by], let values = settings[LookupKeys.values]
        else {
          if findings.errorCount == errorsBefore {
            findings.error(
              .missingKey, "a table of constants needs `values`, or a `file`", at: constant.setting.span,
              hint: "for example: `{by: chamber, values: {0: 93.9 ns, 1: 101.4 ns}}`")
          }
          names.addFailed(constant.name, as: "constant")
          continue
        }
        addLookup(constant.name, by: by, values: values)
      } else if let setting = checker.check(constant.setting.node, as: .anyQuantity, what: "`\(constant.name.text)`"),
        let quantity = setting.quantity
      {
        let exact = Int64(exactly: quantity.value)
        names.add(
          constant.name, as: "constant",
          .constant(exact.map { .integer($0, unit: quantity.unit) } ?? .float(quantity.value, unit: quantity.unit)))
      } else {
        names.addFailed(constant.name, as: "constant")
      }
    }
  }

  private mutating func addLookup(
    _ name: LocatedText, by: LocatedText, values: [(key: LocatedText, setting: Setting)]
  ) {
    var table: [Int64: Double] = [:]
    var unit: Unit?
    for (key, setting) in values {
      guard let quantity = setting.quantity else { continue }
      guard let number = Int64(key.text) else {
        findings.error(
          .wrongType, "`\(key.written)` is not a value of `\(by.written)`", at: key.span,
          hint: "give whole numbers, such as `0: 93.9 ns`")
        continue
      }
      let first = unit ?? quantity.unit
      guard let value = quantity.value(in: first) else {
        findings.error(
          .unitMismatch,
          "`\(setting.node.scalar?.written ?? "it")` is \(quantity.unit.dimension.name), and the first value is \(first.dimension.name)",
          at: setting.span,
          hint: quantity.unit.isNone
            ? "write `\(setting.node.scalar?.written ?? "") \(first.symbol)`" : "give all values the same unit")
        continue
      }
      unit = first
      table[number] = value
    }
    names.addTable(name, .init(column: by.text, unit: unit ?? .none, values: table), by: by)
  }

  private mutating func addColumns() {
    for column in declaration.columns {
      if let settings = column.setting.settings {
        addLast(column.name, settings)
      } else if let text = column.setting.text, Self.isCallOfLast(text) {
        findings.error(
          .expressionSyntax, "a value of the hit before is written as a block", at: text.span,
          hint: "write `\(column.name.written): {last: …, where: …}`")
        names.addFailed(column.name, as: "column")
      } else if let text = column.setting.text, let expression = ExpressionParser.parse(text, findings: findings) {
        names.add(column.name, as: "column", .derived(expression))
      } else {
        names.addFailed(column.name, as: "column")
      }
    }
  }

  /// `last(time) where channel == 1`, as it would stand in a group.
  private static func isCallOfLast(_ text: LocatedText) -> Bool {
    let words = text.text.split(separator: " ")
    return words.first?.hasPrefix("last(") == true && words.contains("where")
  }

  private mutating func checkCleansing() {
    for rule in declaration.cleansing {
      if rule.specification.name == PipelineSections.deadTime.name {
        addDeadTime(rule)
        continue
      }
      let keeps = rule.specification.name == PipelineSections.keep.name
      guard let text = rule[keeps ? CleansingKeys.keep : CleansingKeys.drop],
        let expression = parseBeforeHits(text, in: "cleansing", hint: "move the condition to `where:` of a histogram"),
        let typed = names.check(expression, condition: true)
      else { continue }
      rules.append((typed, keeps, text))
    }
  }

  // MARK: Shared by the checks

  /// Parses an expression that is evaluated before groups are known; one that uses a value of a group is an error.
  func parseBeforeGroups(_ text: LocatedText, what: String, hint: String) -> Expression? {
    guard let expression = ExpressionParser.parse(text, findings: findings) else { return nil }
    if let value = names.groupValue(in: expression) {
      let direct = expression.names.sorted().first { names.groupValue(from: [$0]) != nil } ?? value
      findings.error(
        .needsGroup,
        "\(what), and \(direct == value ? "`\(value)` is a value of a group" : "`\(direct)` depends on `\(value)`, a value of a group")",
        at: expression.place(of: direct), hint: hint)
      return nil
    }
    return expression
  }

  /// Parses an expression that decides what a hit is: it cannot use values of groups, nor of hits before.
  func parseBeforeHits(_ text: LocatedText, in section: String, hint: String) -> Expression? {
    guard let expression = parseBeforeGroups(text, what: "\(section) comes before groups", hint: hint) else {
      return nil
    }
    guard let value = names.lastColumn(from: expression.names) else { return expression }
    let direct = expression.names.sorted().first { names.lastColumn(from: [$0]) != nil } ?? value
    findings.error(
      .needsHits,
      "\(section) comes before it is known what a hit is, and \(direct == value ? "`\(value)` is a value of a hit before" : "`\(direct)` depends on `\(value)`, a value of a hit before")",
      at: expression.place(of: direct), hint: hint)
    return nil
  }

  /// The type of a column named by itself; an error where there is none.
  func typeOfColumn(_ name: LocatedText) -> ValueType? {
    if names.isFailed(name.text) { return nil }
    // The parser knows what a column's name is; so its errors are the same as in any expression.
    guard let expression = ExpressionParser.parse(name, findings: findings) else { return nil }
    guard let typed = names.check(expression) else { return nil }
    if typed.column == nil {
      names.reportNoColumn(name)
      return nil
    }
    return typed.type
  }
}
