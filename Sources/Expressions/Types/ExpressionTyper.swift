import Columns
import Diagnostics

/// One pass over the syntax tree of one expression.
struct ExpressionTyper {
  private let shared: Label.Source
  let scope: any Scope
  let findings: Findings

  init(source: LocatedText, scope: any Scope, findings: Findings) {
    self.init(Label.Source(source), scope, findings)
  }

  private init(_ shared: Label.Source, _ scope: any Scope, _ findings: Findings) {
    self.shared = shared
    self.scope = scope
    self.findings = findings
  }

  var source: LocatedText { shared.text }

  func check(_ syntax: Syntax) -> TypedExpression? {
    let builder = builder(syntax.range)
    switch syntax.kind {
    case .literal(let constant): return builder.constant(constant)
    case .name(let name): return resolve(name, syntax)
    case .unary(.not, let operand):
      guard let operand = check(operand), condition(operand) else { return nil }
      return builder.not(operand)
    case .unary(.minus, let operand):
      guard let operand = check(operand), number(operand, "-") else { return nil }
      return builder.negated(operand)
    case .binary(let operation, _, _) where operation == .and || operation == .or:
      return junction(syntax, behind: nil)
    case .binary(.bitXor, let left, let right): return exclusiveOr(left, right, builder)
    case .binary(let operation, let left, let right):
      // Both sides are checked before either is given up, so that all mistakes are shown at once.
      let a = check(left)
      let b = check(right)
      guard let a, let b else { return nil }
      return binary(operation, a, b, builder)
    case .call(let name, let nameRange, let arguments): return call(name, nameRange, arguments, builder)
    case .inRange(let value, let lower, let upper, let negated):
      let value = check(value)
      let lower = check(lower)
      let upper = check(upper)
      guard let value, let lower, let upper else { return nil }
      return range(value, lower, upper, negated: negated, builder)
    case .inList(let value, let members, let negated):
      let value = check(value)
      let typed = members.compactMap(check)
      guard let value, typed.count == members.count else { return nil }
      return list(value, typed, negated: negated, builder)
    case .isKnown(let value, let negated):
      guard let value = check(value) else { return nil }
      return knownness(value, negated: negated, builder)
    }
  }

  /// The same names, but under what a condition says of them.
  func assuming(_ condition: TypedExpression, holds: Bool) -> ExpressionTyper {
    ExpressionTyper(shared, NarrowedScope(base: scope, assuming: condition, holds: holds), findings)
  }

  /// The same, but what is wrong goes to `others`.
  func reporting(to others: Findings) -> ExpressionTyper { ExpressionTyper(shared, scope, others) }

  func builder(_ range: Range<Int>) -> Builder {
    Builder(words: Label(source: shared, range: range), span: source.span(range))
  }

  /// What was typed, on one line and short enough for a message.
  func label(_ range: Range<Int>) -> String { Label(source: shared, range: range).text }

  func error(
    _ code: FindingCode, _ message: @autoclosure () -> String, at span: Span, hint: @autoclosure () -> String? = nil
  ) -> TypedExpression? {
    findings.error(code, message(), at: span, hint: hint())
    return nil
  }

  private func resolve(_ name: String, _ syntax: Syntax) -> TypedExpression? {
    let builder = builder(syntax.range)
    switch scope.symbol(named: name) {
    case .column(let type)?: return builder.column(name, type)
    case .constant(let constant)?: return builder.constant(constant)
    case nil:
      return error(
        .unknownColumn, "\(builder.label) is not a column of this pipeline", at: builder.span,
        hint: hint(forUnknown: name))
    }
  }

  private func hint(forUnknown name: String) -> String? {
    let lowercased = name.lowercased()
    if Function(rawValue: name) != nil { return "\(name) is a function: write \(name)(...)" }
    if let near = suggestion(for: name, from: scope.names), near.lowercased() == lowercased {
      return "did you mean \(near)?"
    }
    switch lowercased {
    case "true", "false", "and", "or", "not", "in", "is": return "write \(lowercased)"
    case "unknown", "none", "null", "nil", "nan": return "to test for it, write is unknown"
    default: break
    }
    if Unit.named(name) != nil { return "\(name) is a unit: put a number before it, such as 1 \(name)" }
    if let near = suggestion(for: name, from: scope.names) { return "did you mean \(near)?" }
    if GroupFunction(rawValue: name) != nil { return "\(name) is a group function: declare it under groups" }
    let values = scope.names.filter { $0.hasPrefix(name + ".") }
    if !values.isEmpty { return "values of \(name) are \(listed(values))" }
    return scope.names.isEmpty ? nil : "there are \(listed(scope.names))"
  }

  /// Names for a message; the first of many.
  private func listed(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
  }

  // MARK: Kinds

  /// Whether it is a condition; reports where not.
  func condition(_ a: TypedExpression) -> Bool {
    guard a.type.kind != .boolean else { return true }
    refuseCondition(a, hint: comparisonHint(a))
    return false
  }

  func refuseCondition(_ a: TypedExpression, hint: String) {
    findings.error(
      .typeMismatch, "\(a.label) is \(a.type.kind.name), but a condition is needed", at: a.span, hint: hint)
  }

  /// What to type for a value where a condition is needed. A constant is one side of a comparison: against 0 it would
  /// be true for every row.
  private func comparisonHint(_ a: TypedExpression) -> String {
    if a.columns.isEmpty { return "compare a column with it, such as COLUMN == \(a.label)" }
    if a.type.kind == .text { return "compare it, such as \(a.label) == 'A'" }
    return "compare it, such as \(a.label) != \(a.type.unit.isNone ? "0" : "0 \(a.type.unit.symbol)")"
  }

  /// Whether it is a number; reports where not.
  func number(_ a: TypedExpression, _ user: String) -> Bool {
    guard !a.type.isNumber else { return true }
    let hint =
      a.type.kind == .boolean
      ? "to count it, write if(\(a.label), 1, 0)" : "texts can be compared by ==, != and in, nothing else"
    findings.error(
      .typeMismatch, "\(user) needs numbers, but \(a.label) is \(a.type.kind.name)", at: a.span, hint: hint)
    return false
  }

  /// Whether it is an integer without a unit; reports where not.
  func plainInteger(_ a: TypedExpression, _ user: String) -> Bool {
    guard number(a, user) else { return false }
    if a.type.kind != .integer {
      findings.error(
        .typeMismatch, "\(user) needs integers, but \(a.label) is float", at: a.span,
        hint: "round it first, such as floor(\(a.label))")
      return false
    }
    if !a.type.unit.isNone {
      findings.error(
        .unitMismatch, "\(user) needs plain numbers, but \(a.described) has a unit", at: a.span,
        hint: a.unitHint(toMatch: .none))
      return false
    }
    return true
  }
}
