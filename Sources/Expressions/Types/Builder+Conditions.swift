import Columns

extension Builder {
  /// Two values of one kind (and unit) compared by `equal`, `notEqual`, `less` or `lessOrEqual`.
  func comparison(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> TypedExpression {
    if a.isAlwaysUnknown || b.isAlwaysUnknown { return unknown(.boolean()) }
    let mayBeUnknown = a.type.mayBeUnknown || b.type.mayBeUnknown
    if !mayBeUnknown, let result = Self.verdict(operation, a, b) { return constant(.boolean(result)) }
    return binary(operation, a, b, type: .boolean(mayBeUnknown: mayBeUnknown))
  }

  /// What the comparison gives for all values that are possible, where that is always the same.
  static func verdict(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Bool? {
    switch (a.constant?.value, b.constant?.value) {
    case (.text(let x)?, .text(let y)?): return (x == y) == (operation == .equal)
    case (.boolean(let x)?, .boolean(let y)?): return (x == y) == (operation == .equal)
    default: break
    }
    guard a.type.isNumber else { return nil }
    // Integers beyond 2^53 would lose their last digits as doubles.
    if a.type.kind == .integer, b.type.kind == .integer { return verdict(operation, a.type.range, b.type.range) }
    if operation == .equal || operation == .notEqual, a.isFraction(noneOf: b) || b.isFraction(noneOf: a) {
      return operation == .notEqual
    }
    return verdict(operation, a.bounds, b.bounds)
  }

  private static func verdict<T: Comparable>(
    _ operation: Operation.Binary, _ a: ClosedRange<T>, _ b: ClosedRange<T>
  ) -> Bool? {
    switch operation {
    case .less: a.upperBound < b.lowerBound ? true : a.lowerBound >= b.upperBound ? false : nil
    case .lessOrEqual: a.upperBound <= b.lowerBound ? true : a.lowerBound > b.upperBound ? false : nil
    case .equal: equality(a, b)
    case .notEqual: equality(a, b).map { !$0 }
    default: nil
    }
  }

  private static func equality<T: Comparable>(_ a: ClosedRange<T>, _ b: ClosedRange<T>) -> Bool? {
    if !a.overlaps(b) { return false }
    let isOneValue = a.lowerBound == a.upperBound && b.lowerBound == b.upperBound
    return isOneValue ? true : nil
  }

  func not(_ a: TypedExpression) -> TypedExpression {
    if let value = a.constant?.boolean { return constant(.boolean(!value)) }
    if a.isAlwaysUnknown { return unknown(.boolean()) }
    if case .unary(.not, let inner) = a.operation { return relabelled(inner) }
    return unary(.not, a, type: a.type)
  }

  /// `and` and `or`, Kleene's where a side may be unknown.
  func logical(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> TypedExpression {
    let absorbing = operation == .or
    for (side, other) in [(a, b), (b, a)] {
      if let value = side.constant?.boolean {
        return value == absorbing ? constant(.boolean(absorbing)) : relabelled(other)
      }
    }
    if a.isAlwaysUnknown, b.isAlwaysUnknown { return unknown(.boolean()) }
    return binary(operation, a, b, type: .boolean(mayBeUnknown: a.type.mayBeUnknown || b.type.mayBeUnknown))
  }

  /// Both, or either, but unknown where one is.
  func strict(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> TypedExpression {
    if a.isAlwaysUnknown || b.isAlwaysUnknown { return unknown(.boolean()) }
    // The neutral constant leaves the other side as it is; the absorbing one must not hide that it is unknown.
    let neutral = operation == .strictAnd
    if a.constant?.boolean == neutral { return relabelled(b) }
    if b.constant?.boolean == neutral { return relabelled(a) }
    if a.type.mayBeUnknown || b.type.mayBeUnknown {
      return binary(operation, a, b, type: .boolean(mayBeUnknown: true))
    }
    return logical(operation == .strictAnd ? .and : .or, a, b)
  }

  func isKnown(_ a: TypedExpression) -> TypedExpression {
    if a.isAlwaysUnknown { return constant(.boolean(false)) }
    return a.type.mayBeUnknown ? unary(.isKnown, a, type: .boolean()) : constant(.boolean(true))
  }

  /// Both bounds included; both are constants of the kind and unit of `a`.
  func within(_ a: TypedExpression, _ lower: Constant, _ upper: Constant) -> TypedExpression {
    if a.isAlwaysUnknown { return unknown(.boolean()) }
    return TypedExpression(
      .within(a, lower: lower, upper: upper), type: .boolean(mayBeUnknown: a.type.mayBeUnknown), words: words,
      span: span)
  }

  func among(_ a: TypedExpression, _ members: [Constant]) -> TypedExpression {
    if a.isAlwaysUnknown { return unknown(.boolean()) }
    return TypedExpression(
      .among(a, members), type: .boolean(mayBeUnknown: a.type.mayBeUnknown), words: words, span: span)
  }

  /// The branches have one kind and unit.
  func choose(_ condition: TypedExpression, _ a: TypedExpression, _ b: TypedExpression) -> TypedExpression {
    if let value = condition.constant?.boolean { return relabelled(value ? a : b) }
    var type = a.type
    type.range =
      min(a.type.range.lowerBound, b.type.range.lowerBound)...max(a.type.range.upperBound, b.type.range.upperBound)
    if a.isAlwaysUnknown { type.range = b.type.range }
    if b.isAlwaysUnknown { type.range = a.type.range }
    type.mayBeUnknown = condition.type.mayBeUnknown || a.type.mayBeUnknown || b.type.mayBeUnknown
    if condition.isAlwaysUnknown || (a.isAlwaysUnknown && b.isAlwaysUnknown) { return unknown(type) }
    let bounds = min(a.bounds.lowerBound, b.bounds.lowerBound)...max(a.bounds.upperBound, b.bounds.upperBound)
    return TypedExpression(
      .choose(condition, a, b), type: type, bounds: type.kind == .integer ? nil : bounds, words: words, span: span)
  }
}

extension TypedExpression {
  /// Whether it is a constant with a fraction while `other` only ever is an integer.
  fileprivate func isFraction(noneOf other: TypedExpression) -> Bool {
    guard let value = floatConstant, case .unary(.toFloat, _) = other.operation else { return false }
    return value != value.rounded()
  }
}
