import Columns
import Diagnostics
import Expressions
import Specifications

/// Every name that an expression of the pipeline can use, and what it stands for. Derived columns are checked when they
/// are first asked for, so they may stand in any order.
final class Names: Scope, @unchecked Sendable {
  enum Definition {
    case field(Int)
    /// A column of the chamber map; 0 is the chamber.
    case mapped(Int)
    case derived(Expression)
    case constant(Constant)
    case lookup(LookupColumn.Table)
    case groupValue(group: Int, value: Int)
  }

  enum State {
    case unchecked
    case checking
    case known(ValueType)
    /// Errors were reported; whoever uses the name says nothing more.
    case failed
  }

  struct Entry {
    let definition: Definition
    let span: Span
    var state: State
    /// The typed expression of a derived column.
    var typed: TypedExpression?
    /// Groups whose values it depends on.
    var groups: Set<Int> = []
    /// For what a message calls it: "field", "column", "constant".
    let what: String
  }

  private(set) var entries: [String: Entry] = [:]
  private(set) var order: [String] = []
  private let findings: Findings
  private var stack: [String] = []

  init(findings: Findings) {
    self.findings = findings
  }

  /// Words of the expression language, which cannot be names.
  private static let reserved: Set<String> = [
    "and", "or", "not", "in", "is", "known", "unknown", "if", "true", "false", "where",
  ]

  /// Adds a name; a second one of the same spelling is an error that shows both places.
  func add(_ name: LocatedText, as what: String, _ definition: Definition, type: ValueType? = nil, groups: Set<Int> = []) {
    add(name.text, at: name.span, as: what, definition, type: type, groups: groups)
  }

  func add(
    _ name: String, at span: Span, as what: String, _ definition: Definition, type: ValueType?, groups: Set<Int> = []
  ) {
    if Names.reserved.contains(name) {
      findings.error("bad-name", "`\(name)` is a word of the expression language", at: span, hint: "choose another name")
      return
    }
    if let other = entries[name] {
      findings.error(
        "duplicate-name", "there is already a \(other.what) `\(name)`", at: span, hint: "give one of them another name",
        notes: [.init(message: "the \(other.what) `\(name)` stands here", span: other.span)])
      return
    }
    entries[name] = Entry(
      definition: definition, span: span, state: type.map(State.known) ?? .unchecked, groups: groups, what: what)
    order.append(name)
  }

  /// Says that a name exists and that its errors are reported.
  func addFailed(_ name: LocatedText, as what: String) {
    guard entries[name.text] == nil else { return }
    entries[name.text] = Entry(definition: .constant(.integer(0)), span: name.span, state: .failed, what: what)
    order.append(name.text)
  }

  func setType(_ type: ValueType?, of name: String) {
    entries[name]?.state = type.map(State.known) ?? .failed
  }

  func replace(_ name: String, definition: Definition, type: ValueType) {
    guard let old = entries[name] else { return }
    entries[name] = Entry(definition: definition, span: old.span, state: .known(type), groups: old.groups, what: old.what)
  }

  func isFailed(_ name: String) -> Bool {
    if case .failed = entries[name]?.state { true } else { false }
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
    for name in expression.names.sorted() where !resolve(name) { isSound = false }
    return isSound
  }

  /// False where the name failed; unknown names are left to the type checker, which reports them where they stand.
  private func resolve(_ name: String) -> Bool {
    guard let entry = entries[name] else { return true }
    switch entry.state {
    case .known: return true
    case .failed: return false
    case .checking:
      let cycle = stack[stack.firstIndex(of: name)!...] + [name]
      findings.error(
        "cyclic-columns", "`\(name)` depends on itself: \(cycle.joined(separator: " -> "))", at: entries[name]!.span,
        hint: "break the circle: one of these columns must not use the next")
      return false
    case .unchecked:
      guard case .derived(let expression) = entry.definition else { return true }
      entries[name]!.state = .checking
      stack.append(name)
      let typed = check(expression)
      stack.removeLast()
      guard let typed else {
        entries[name]!.state = .failed
        return false
      }
      entries[name]!.typed = typed
      entries[name]!.groups = groups(of: typed)
      entries[name]!.state = .known(typed.type)
      return true
    }
  }

  /// Checks every derived column, used or not.
  func resolveAll() {
    for name in order { _ = resolve(name) }
  }

  /// The first value of a group that an expression comes down to, found from the names alone: what must come before groups
  /// is looked at before their types are known.
  func groupValue(in expression: Expression) -> String? {
    var seen: Set<String> = []
    func search(_ names: Set<String>) -> String? {
      for name in names.sorted() where seen.insert(name).inserted {
        switch entries[name]?.definition {
        case .groupValue: return name
        case .derived(let expression): if let found = search(expression.names) { return found }
        case .lookup(let table): if let found = search([table.column]) { return found }
        default: break
        }
      }
      return nil
    }
    return search(expression.names)
  }

  /// The groups whose values an expression depends on, through derived columns too.
  func groups(of typed: TypedExpression) -> Set<Int> {
    typed.columns.reduce(into: []) { $0.formUnion(entries[$1]?.groups ?? []) }
  }

  func type(of name: String) -> ValueType? {
    if case .known(let type) = entries[name]?.state { type } else { nil }
  }

  /// The columns that an expression comes down to: fields, columns of the chamber map, and values of groups.
  func leaves(of typed: TypedExpression) -> Set<String> {
    var leaves: Set<String> = []
    func visit(_ names: Set<String>) {
      for name in names {
        if let typed = entries[name]?.typed {
          visit(typed.columns)
        } else if case .lookup(let table)? = entries[name]?.definition {
          visit([table.column])
        } else {
          leaves.insert(name)
        }
      }
    }
    visit(typed.columns)
    return leaves
  }
}
