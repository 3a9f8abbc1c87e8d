import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// Every name that an expression of the pipeline can use, and what it stands for. Derived columns are checked when they
/// are first asked for, so they may stand in any order.
///
/// Unchecked `Sendable`: the thread that builds the chain is the only one to use it; `Scope` wants it Sendable.
final class NameTable: Scope, @unchecked Sendable {
  enum Definition {
    case field(Int)
    /// A column of the chamber map; 0 is the chamber.
    case mapped(Int)
    case derived(Expression)
    case constant(Constant)
    case lookup(LookupColumn.Table)
    case groupValue(group: Int, value: Int)
    /// A column that a program or a library computes from others.
    case operated(operator: Int, inputs: [LocatedText])
    /// A value of the last hit before that meets a condition.
    case last(LastSyntax)
  }

  enum State {
    case unchecked
    case checking
    /// A column of the chamber map while the map is checked.
    case mapping
    case known(ValueType)
    /// Errors were reported: uses of the name report nothing more.
    case failed
  }

  struct Entry {
    let definition: Definition
    let span: Span
    var state: State
    /// The typed expression of a derived column.
    var typed: TypedExpression?
    /// What `last` is made of, as checked.
    var last: LastDraft?
    /// Groups whose values it depends on.
    var groups: Set<Int> = []
    /// How many definitions stand one behind the other down to fields.
    var depth = 0
    /// For what a message calls it: "field", "column", "constant".
    let what: String
  }

  private(set) var entries: [String: Entry] = [:]
  private(set) var order: [String] = []
  let findings: Findings
  private var stack: [String] = []
  /// The column that chooses in each table of constants.
  private var tableKeys: [String: LocatedText] = [:]
  /// The types of columns that operators compute.
  private var operatedTypes: [String: ValueType] = [:]
  /// What was asked for from outside: names in expressions of histograms, rules, chambers, groups and windows.
  private(set) var asked: Set<String> = []
  /// Groups with errors: no value of theirs is known.
  private var failedGroups: Set<String> = []

  init(findings: Findings) {
    self.findings = findings
  }

  /// Words of the expression language, which cannot be names.
  private static let reserved: Set<String> = [
    "and", "or", "not", "in", "is", "known", "unknown", "if", "true", "false", "where",
  ]

  /// Adds a name; a second one of the same spelling is an error that shows both places.
  func add(
    _ name: LocatedText, as what: String, _ definition: Definition, type: ValueType? = nil, groups: Set<Int> = []
  ) {
    add(name.text, at: name.span, as: what, definition, type: type, groups: groups)
  }

  func add(
    _ name: String, at span: Span, as what: String, _ definition: Definition, type: ValueType?, groups: Set<Int> = []
  ) {
    if NameTable.reserved.contains(name) {
      findings.error(
        .badName, "`\(name)` is a word of expressions and cannot be a name", at: span, hint: "choose another name")
      return
    }
    if let other = entries[name] {
      findings.error(
        .duplicateName, "there is already a \(other.what) `\(name)`", at: span, hint: "give one of them another name",
        notes: [.init(message: "the \(other.what) `\(name)` is here", span: other.span)])
      return
    }
    entries[name] = Entry(
      definition: definition, span: span, state: type.map(State.known) ?? .unchecked, groups: groups, what: what)
    order.append(name)
  }

  /// Adds a table of constants; its column is looked at when the table is first used.
  func addTable(_ name: LocatedText, _ table: LookupColumn.Table, by: LocatedText) {
    add(name, as: "constant", .lookup(table))
    if tableKeys[name.text] == nil { tableKeys[name.text] = by }
  }

  /// Adds a column of the chamber map, which the map itself cannot use; ``setType(_:of:)`` follows.
  func addMapped(_ name: String, at span: Span, _ index: Int) {
    let isNew = entries[name] == nil
    add(name, at: span, as: "chamber column", .mapped(index), type: nil)
    if isNew { entries[name]?.state = .mapping }
  }

  /// Says that the values of a group have errors that are reported.
  func addFailedGroup(_ name: String) { failedGroups.insert(name) }

  /// Says that a name exists and that its errors are reported.
  func addFailed(_ name: LocatedText, as what: String) {
    guard entries[name.text] == nil else { return }
    entries[name.text] = Entry(definition: .constant(.integer(0)), span: name.span, state: .failed, what: what)
    order.append(name.text)
  }

  func setType(_ type: ValueType?, of name: String) {
    entries[name]?.state = type.map(State.known) ?? .failed
  }

  /// The type of a column of the chamber map; nil where the map has errors.
  func setMapped(_ type: ValueType?, of name: String, _ index: Int) {
    // Another definition of the same name was reported.
    guard case .mapped(index)? = entries[name]?.definition else { return }
    setType(type, of: name)
  }

  func replace(_ name: String, definition: Definition, type: ValueType) {
    guard let old = entries[name] else { return }
    entries[name] = Entry(
      definition: definition, span: old.span, state: .known(type), groups: old.groups, what: old.what)
  }

  func isFailed(_ name: String) -> Bool {
    guard let entry = entries[name] else {
      return name.split(separator: ".").first.map { failedGroups.contains(String($0)) } ?? false
    }
    if case .failed = entry.state { return true }
    return false
  }

  // MARK: Scope

  var names: [String] { order }

  func symbol(named name: String) -> Symbol? {
    guard let entry = entries[name] else { return nil }
    if case .constant(let constant) = entry.definition { return .constant(constant) }
    if case .known(let type) = entry.state { return .column(type) }
    return nil
  }

  // MARK: Checking

  /// Checks an expression in this scope; nil where errors were reported, here or for a name that it uses.
  func check(_ expression: Expression?, condition: Bool = false) -> TypedExpression? {
    guard let expression, resolveAll(of: expression) else { return nil }
    return condition
      ? TypeChecker.checkCondition(expression, in: self, findings: findings)
      : TypeChecker.check(expression, in: self, findings: findings)
  }

  /// Resolves what an expression uses; false if a name that it uses has failed.
  func resolveAll(of expression: Expression) -> Bool {
    var isSound = true
    // Inside of a definition it is that definition which asks.
    if stack.isEmpty { asked.formUnion(expression.names) }
    for name in expression.names.sorted() where !resolve(name, in: expression) { isSound = false }
    return isSound
  }

  /// False where the name failed; unknown names are left to the type checker, which reports them where they stand.
  private func resolve(_ name: String, in user: Expression?) -> Bool {
    guard let entry = entries[name] else { return !isFailed(name) }
    switch entry.state {
    case .known: return true
    case .failed: return false
    case .mapping:
      findings.error(
        .cyclicColumns,
        "the chamber map gives `\(name)`, so it cannot use it\(stack.isEmpty ? "" : " by way of `\(stack[0])`")",
        at: user?.place(of: name) ?? entry.span, hint: "use fields of the record")
      return false
    case .checking:
      let cycle = (stack.firstIndex(of: name).map { Array(stack[$0...]) } ?? []) + [name]
      findings.error(
        .cyclicColumns,
        cycle.count == 2 ? "`\(name)` uses itself" : "`\(name)` depends on itself: \(cycle.joined(separator: " -> "))",
        at: entry.span,
        hint: cycle.count == 2
          ? "give one of the two another name" : "break the circle: one of these must not use the next")
      return false
    case .unchecked:
      guard stack.count < NameTable.deepest else {
        reportTooDeep(at: entry.span)
        return false
      }
      switch entry.definition {
      case .derived(let expression): return resolve(name, as: expression)
      case .lookup(let table): return resolve(name, as: table)
      case .operated(let number, let inputs): return resolve(name, from: inputs, ofOperator: number)
      case .last(let syntax): return resolve(name, as: syntax)
      case .field, .mapped, .constant, .groupValue: return true
      }
    }
  }

  private func reportTooDeep(at span: Span) {
    if isTooDeep { return }
    isTooDeep = true
    findings.error(
      .cyclicColumns, "columns depend on one another more than \(NameTable.deepest) deep", at: span,
      hint: "write some of them as one expression")
  }

  /// How deep columns may depend on one another, in whatever order they are written; each takes some of the stack of all
  /// passes that follow one to the next.
  private static let deepest = 200
  /// Whether that was reported: one finding is enough for a long chain.
  private var isTooDeep = false

  private func resolve(_ name: String, as expression: Expression) -> Bool {
    guard let typed = checkInside(name, expression) else { return false }
    // Found out first: it reads the entries.
    let groups = groups(of: typed)
    entries[name]?.typed = typed
    entries[name]?.groups = groups
    entries[name]?.state = .known(typed.type)
    return true
  }

  private func resolve(_ name: String, as table: LookupColumn.Table) -> Bool {
    guard let by = tableKeys[name], let key = checkInside(name, ExpressionParser.parse(by, findings: findings)) else {
      entries[name]?.state = .failed
      return false
    }
    guard key.column != nil else {
      reportNoColumn(by)
      entries[name]?.state = .failed
      return false
    }
    let type = key.type
    guard type.kind == .integer || type.kind == .boolean else {
      findings.error(
        .typeMismatch, "a table goes by whole numbers, and `\(by.written)` is \(type.words)", at: by.span,
        hint: "choose by a column such as `chamber`")
      entries[name]?.state = .failed
      return false
    }
    var table = table
    let (width, overflow) = type.range.upperBound.subtractingReportingOverflow(type.range.lowerBound)
    table.isComplete =
      !type.mayBeUnknown && !overflow && width < 4096 && type.range.allSatisfy { table.values[$0] != nil }
    let groups = groups(of: key)
    entries[name]?.groups = groups
    entries[name]?.state = .known(table.type)
    return true
  }

  private func resolve(_ name: String, as syntax: LastSyntax) -> Bool {
    let draft = check(syntax, of: name)
    entries[name]?.last = draft
    setType(draft?.type, of: name)
    return draft != nil
  }

  /// All columns of one operator stand and fall together.
  private func resolve(_ name: String, from inputs: [LocatedText], ofOperator number: Int) -> Bool {
    var isSound = true
    for input in inputs {
      let column = checkInside(name, ExpressionParser.parse(input, findings: findings))
      if let column, column.column == nil { reportNoColumn(input) }
      if column?.column == nil { isSound = false }
    }
    entries[name]?.state = operatedTypes[name].map { isSound ? .known($0) : .failed } ?? .failed
    return isSound
  }

  /// Adds a column that an operator computes.
  func addOperated(_ name: LocatedText, as what: String, type: ValueType, operator number: Int, inputs: [LocatedText]) {
    let isNew = entries[name.text] == nil
    add(name, as: what, .operated(operator: number, inputs: inputs))
    if isNew { operatedTypes[name.text] = type }
  }

  /// Checks what the definition of `name` is made of; nil, and `name` failed, where that has errors.
  func checkInside(_ name: String, _ expression: Expression?, condition: Bool = false) -> TypedExpression? {
    entries[name]?.state = .checking
    stack.append(name)
    let typed = check(expression, condition: condition)
    stack.removeLast()
    guard let typed else {
      entries[name]?.state = .failed
      return nil
    }
    let depth = 1 + (typed.columns.compactMap { entries[$0]?.depth }.max() ?? 0)
    guard depth <= NameTable.deepest else {
      if let span = entries[name]?.span { reportTooDeep(at: span) }
      entries[name]?.state = .failed
      return nil
    }
    if let before = entries[name]?.depth { entries[name]?.depth = max(depth, before) }
    return typed
  }

  /// Checks every derived column, used or not.
  func resolveAll() {
    for name in order { _ = resolve(name, in: nil) }
  }

  /// The groups whose values an expression depends on, through derived columns too.
  func groups(of typed: TypedExpression) -> Set<Int> {
    typed.columns.reduce(into: []) { $0.formUnion(entries[$1]?.groups ?? []) }
  }

  func type(of name: String) -> ValueType? {
    if case .known(let type) = entries[name]?.state { type } else { nil }
  }

  /// The type of a name in a chain that is emitted, which has no errors: every name that it uses was checked.
  func checkedType(of name: String) -> ValueType {
    guard let type = type(of: name) else { preconditionFailure("`\(name)` is emitted, and was not checked") }
    return type
  }

  /// The same of its entry.
  func checkedEntry(_ name: String) -> Entry {
    guard let entry = entries[name] else { preconditionFailure("`\(name)` is emitted, and was not checked") }
    return entry
  }
}
