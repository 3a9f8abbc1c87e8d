import Columns
import Diagnostics

extension ExpressionTyper {
  /// Conditions joined by `and` or `or`. `comparison` is the nearest one in front of them, outside of `syntax`.
  ///
  /// A chain is a tree that is deep on its left side, so it is taken apart into its operands first: a number among
  /// them, as in `wire == 3 or 4`, belongs to a comparison of its neighbours.
  func junction(_ syntax: Syntax, behind comparison: Syntax?) -> TypedExpression? {
    guard case .binary(let operation, _, _) = syntax.kind else { return check(syntax) }
    var operands: [Syntax] = []
    var nodes: [Syntax] = []
    var rest = syntax
    while case .binary(operation, let left, let right) = rest.kind {
      operands.append(right)
      nodes.append(rest)
      rest = left
    }
    operands.append(rest)
    operands.reverse()
    nodes.reverse()
    var nearest = comparison
    var typed: [TypedExpression] = []
    for operand in operands {
      if let value = operand.isJunction ? junction(operand, behind: nearest) : check(operand) { typed.append(value) }
      if operand.isComparison { nearest = operand }
    }
    guard typed.count == operands.count else { return nil }
    guard allConditions(typed, operands, operation, behind: comparison) else { return nil }
    var result = typed[0]
    for (node, next) in zip(nodes, typed.dropFirst()) {
      guard let joined = binary(operation, result, next, builder(node.range)) else { return nil }
      result = joined
    }
    return result
  }

  /// Whether all operands are conditions; reports those that are not, the values of one comparison together.
  private func allConditions(
    _ typed: [TypedExpression], _ operands: [Syntax], _ operation: BinaryOperator, behind comparison: Syntax?
  ) -> Bool {
    var nearest = comparison ?? operands.first { $0.isComparison }
    var values: [Syntax] = []
    var first: TypedExpression?
    var isSound = true
    func reportValues() {
      guard let first, let nearest else { return }
      refuseCondition(first, hint: hint(for: values, nearest, operation))
    }
    for (value, operand) in zip(typed, operands) {
      if operand.isComparison, operand.range != nearest?.range {
        // What comes before the first comparison belongs to it, what comes behind one to that one.
        reportValues()
        (values, first) = ([], nil)
        nearest = operand
      }
      guard value.type.kind != .boolean else { continue }
      isSound = false
      if nearest == nil {
        _ = condition(value)
      } else if value.columns.isEmpty {
        values.append(operand)
        first = first ?? value
      } else if let nearest {
        refuseCondition(value, hint: hint(for: value, nearest))
      }
    }
    reportValues()
    return isSound
  }

  /// What to type for constants that stand beside a comparison: `wire in [3, 4]` for `wire == 3 or 4`.
  private func hint(for values: [Syntax], _ comparison: Syntax, _ operation: BinaryOperator) -> String {
    let typed = values.map { words($0.range) }
    let pieces = comparison.comparedValues(isConstant: isConstant)
    guard let pieces else {
      return "write the whole comparison on both sides of \(operation.rawValue)"
    }
    let value = words(pieces.value.range)
    if let members = pieces.members {
      let list = members.map { words($0.range) } + typed
      return "write \(value) \(pieces.negated ? "not in" : "in") [\(list.joined(separator: ", "))]"
    }
    let again = typed.map { "\(value) \(pieces.sign) \($0)" }
    return "write the whole comparison: \(again.joined(separator: " \(operation.rawValue) "))"
  }

  /// What to type for a column that stands beside a comparison: it may share the other's value, or be a flag.
  private func hint(for value: TypedExpression, _ comparison: Syntax) -> String {
    let zero = value.type.unit.isNone ? "0" : "0 \(value.type.unit.symbol)"
    let pieces = comparison.comparedValues(isConstant: isConstant)
    let plain = value.type.kind == .text ? nil : "\(value.label) != \(zero)"
    var shared: String?
    if let pieces, let members = pieces.members, !members.contains(where: { !isConstant($0) }) {
      let list = members.map { words($0.range) }.joined(separator: ", ")
      shared =
        members.count == 1
        ? "\(value.label) \(pieces.negated ? "!=" : "==") \(list)"
        : "\(value.label) \(pieces.negated ? "not in" : "in") [\(list)]"
    }
    let all = [shared, plain].compactMap { $0 }
    guard !all.isEmpty else { return "compare it, such as \(value.label) == 'A'" }
    return "compare it: write \(all.joined(separator: ", or "))"
  }

  /// On one line and never cut: what a hint says must be complete to be typed.
  private func words(_ range: Range<Int>) -> String {
    source[range].written.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ")
  }

  private func isConstant(_ syntax: Syntax) -> Bool {
    !syntax.names.contains { if case .column? = scope.symbol(named: $0) { true } else { false } }
  }
}

extension Syntax {
  fileprivate var isJunction: Bool {
    if case .binary(let operation, _, _) = kind { operation == .and || operation == .or } else { false }
  }

  fileprivate var isComparison: Bool {
    switch kind {
    case .binary(let operation, _, _): operation.isComparison
    case .inRange, .inList: true
    case .unary(.not, let operand): operand.isComparison
    default: false
    }
  }

  /// The value that a comparison compares, and the values that it is held against where it tests for equality;
  /// otherwise the sign of the comparison. Nil for a comparison that has no such form.
  fileprivate func comparedValues(
    isConstant: (Syntax) -> Bool
  ) -> (value: Syntax, members: [Syntax]?, negated: Bool, sign: String)? {
    switch kind {
    case .unary(.not, let operand):
      guard let inner = operand.comparedValues(isConstant: isConstant), inner.members != nil else { return nil }
      return (inner.value, inner.members, !inner.negated, inner.sign)
    case .inList(let value, let members, let negated): return (value, members, negated, "==")
    case .inRange(let value, _, _, let negated): return (value, nil, negated, negated ? "!=" : "==")
    case .binary(let operation, let left, let right) where operation.isComparison:
      let isMirrored = isConstant(left) && !isConstant(right)
      let (value, other) = isMirrored ? (right, left) : (left, right)
      guard operation == .equal || operation == .notEqual else {
        return (value, nil, false, isMirrored ? operation.mirrored.rawValue : operation.rawValue)
      }
      return (value, [other], operation == .notEqual, operation.rawValue)
    default: return nil
    }
  }
}

extension BinaryOperator {
  /// The sign with its sides exchanged: `3 < x` is `x > 3`.
  fileprivate var mirrored: BinaryOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}
