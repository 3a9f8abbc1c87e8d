import Columns
import Diagnostics

/// Looks up the names of an expression and finds its types and units.
///
/// Every function reports what is wrong to `findings`, each mistake once, and gives nil where it reported an error.
/// Codes: `unknown-column`, `unknown-function`, `wrong-argument-count`, `type-mismatch`, `unit-mismatch`,
/// `constant-overflow`, and the warnings `constant-condition` and `constant-unknown`.
package enum TypeChecker {
  /// The expression with its types. Warnings may be reported even where the result is not nil.
  package static func check(
    _ expression: Expression, in scope: some Scope, findings: Findings
  ) -> TypedExpression? {
    ExpressionTyper(source: expression.source, scope: scope, findings: findings).check(expression.root)
  }

  /// As ``check(_:in:findings:)``, and the expression must be a condition: true or false.
  package static func checkCondition(
    _ expression: Expression, in scope: some Scope, findings: Findings
  ) -> TypedExpression? {
    let checker = ExpressionTyper(source: expression.source, scope: scope, findings: findings)
    guard let typed = checker.check(expression.root) else { return nil }
    return checker.condition(typed) ? typed : nil
  }

  /// The value in `unit`. Integers stay integers where the factor is an integer and the product cannot overflow;
  /// everything else becomes a float. `unit-mismatch` where the expression measures something else, `type-mismatch`
  /// where it is not a number.
  package static func converted(_ expression: TypedExpression, to unit: Unit, findings: Findings) -> TypedExpression? {
    guard expression.type.isNumber else {
      findings.error(
        .typeMismatch, "\(expression.label) is \(expression.type.kind.name), but a number is needed",
        at: expression.span)
      return nil
    }
    guard let factor = expression.type.unit.factor(to: unit) else {
      let wanted = unit.isNone ? "a plain number" : "\(unit.dimension.name) in \(unit.symbol)"
      findings.error(
        .unitMismatch, "\(expression.described) cannot be converted to \(wanted)", at: expression.span,
        hint: expression.unitHint(toMatch: unit))
      return nil
    }
    let builder = Builder(words: expression.words, span: expression.span)
    return builder.convert(expression, by: factor, to: unit)
  }

  /// The value of a text that needs no columns, such as the settings `2 s`, `-100 ns` or `95.0 ns - 1.1 ns`, in the
  /// unit that it is typed in. `scope` may offer named constants; a column there is a `type-mismatch`.
  package static func constant(
    _ text: LocatedText, in scope: some Scope = DictionaryScope(), findings: Findings
  ) -> Constant? {
    fixed(text, in: scope, findings: findings)?.constant
  }

  /// The value of such a text as a number in `unit`: `unit-mismatch` where it measures something else.
  package static func quantity(
    _ text: LocatedText, in unit: Unit, scope: some Scope = DictionaryScope(), findings: Findings
  ) -> Constant? {
    guard let typed = fixed(text, in: scope, findings: findings) else { return nil }
    return converted(typed, to: unit, findings: findings)?.constant
  }

  private static func fixed(_ text: LocatedText, in scope: some Scope, findings: Findings) -> TypedExpression? {
    guard let expression = ExpressionParser.parse(text, findings: findings) else { return nil }
    let own = Findings()
    let typed = check(expression, in: scope, findings: own)
    for finding in own.all {
      // What is a warning where rows come and go is an error where the one value is missing.
      let isFatal = typed?.isAlwaysUnknown == true && finding.code == .constantUnknown
      findings.add(
        isFatal ? Finding(.error, finding.code, finding.message, at: finding.span, hint: finding.hint) : finding)
    }
    guard let typed, !typed.isAlwaysUnknown else { return nil }
    if typed.constant != nil { return typed }
    let columns = typed.columns.sorted().joined(separator: ", ")
    findings.error(
      .typeMismatch, "a fixed value is needed here, but \(columns) changes from row to row", at: typed.span)
    return nil
  }
}

extension ValueType.Kind {
  /// As messages name it.
  var name: String {
    switch self {
    case .integer: "integer"
    case .float: "float"
    case .boolean: "boolean"
    case .text: "text"
    }
  }
}

extension TypedExpression {
  /// With its unit, as messages name it: `time [ns]`, `wire (a plain number)`.
  var described: String {
    guard type.isNumber else { return "\(label) (\(type.kind.name))" }
    if type.unit.isNone { return "\(label) (a plain number)" }
    // A typed quantity shows its unit already.
    return constant != nil && label.hasSuffix(type.unit.symbol) ? label : "\(label) [\(type.unit.symbol)]"
  }

  /// What to type so that the value gets the dimension of `unit`.
  func unitHint(toMatch unit: Unit) -> String? {
    if type.unit.isNone {
      return isLiteral
        ? "write \(label) \(unit.symbol)" : "give \(label) a unit, such as \(parenthesised) * 1 \(unit.symbol)"
    }
    if unit.isNone {
      return "divide by a unit to get a plain number, such as \(parenthesised) / (1 \(type.unit.symbol))"
    }
    return "\(type.unit.symbol) is \(type.unit.dimension.name), \(unit.symbol) is \(unit.dimension.name)"
  }

  /// Whether a number stands there, and no name or operation.
  var isLiteral: Bool {
    let digits = label.drop { $0 == "-" }
    return constant != nil && digits.first?.isNumber == true
      && digits.allSatisfy { $0.isHexDigit || "._xX".contains($0) }
  }

  private var parenthesised: String {
    if case .binary = operation { "(\(label))" } else { label }
  }
}
