import Columns
import Diagnostics

extension ExpressionTyper {
  func binary(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ builder: Builder
  ) -> TypedExpression? {
    switch operation {
    case .and, .or: return builder.logical(operation == .and ? .and : .or, a, b)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return comparison(operation, a, b, builder)
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      guard !joinsConditions(operation, a, b) else { return nil }
      let isFirst = plainInteger(a, operation.rawValue)
      let isSecond = plainInteger(b, operation.rawValue)
      guard isFirst, isSecond else { return nil }
      return checked(builder.integers(operation.numeric, a, b, unit: .none), a, b, operation)
    case .add, .subtract, .multiply, .divide, .floorDivide, .modulo:
      let isFirst = number(a, operation.rawValue)
      let isSecond = number(b, operation.rawValue)
      guard isFirst, isSecond else { return nil }
      return arithmetic(operation, a, b, builder)
    }
  }

  /// Whether `|`, `&` or `^` stands where `or`, `and` or `!=` is meant; reports it.
  private func joinsConditions(_ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression) -> Bool {
    let words: [BinaryOperator: String] = [.bitOr: "or", .bitAnd: "and", .bitXor: "!="]
    guard let word = words[operation], let first = [a, b].first(where: { $0.type.kind == .boolean }) else {
      return false
    }
    findings.error(
      .typeMismatch, "\(operation.rawValue) needs numbers, but \(first.label) is boolean", at: first.span,
      hint: "write \(word) between two conditions")
    return true
  }

  private func arithmetic(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ builder: Builder
  ) -> TypedExpression? {
    switch operation {
    case .add, .subtract, .modulo:
      guard let (x, y) = aligned(a, b, span: builder.span, operation.refusal) else { return nil }
      return compute(operation, x, y, unit: x.type.unit, builder)
    case .multiply:
      guard let unit = a.type.unit.multiplying(by: b.type.unit) else { return unitTooLarge(builder) }
      guard let product = compute(operation, a, b, unit: unit, builder) else { return nil }
      // `100 ns * 10 MHz`: no dimension is left, but a factor is.
      return unit.isNone ? builder.convert(product, by: unit.scale, to: .none) : product
    default:
      if a.type.unit.dimension == b.type.unit.dimension {
        guard let (x, y) = aligned(a, b, span: builder.span, operation.refusal) else { return nil }
        return compute(operation, x, y, unit: .none, builder)
      }
      guard let unit = a.type.unit.dividing(by: b.type.unit) else { return unitTooLarge(builder) }
      return compute(operation, a, b, unit: unit, builder)
    }
  }

  /// The operation itself, once units are settled.
  private func compute(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, unit: Unit, _ builder: Builder
  ) -> TypedExpression? {
    var (x, y) = unified(a, b)
    if operation == .divide {
      x = Builder(words: a.words, span: a.span).toFloat(x)
      y = Builder(words: b.words, span: b.span).toFloat(y)
    }
    let result =
      x.type.kind == .integer
      ? builder.integers(operation.numeric, x, y, unit: unit)
      : builder.floats(operation.numeric, x, y, unit: unit)
    return checked(result, a, b, operation)
  }

  /// `result`, after a word about constants that have no result.
  private func checked(
    _ result: TypedExpression, _ a: TypedExpression, _ b: TypedExpression, _ operation: BinaryOperator
  ) -> TypedExpression? {
    guard result.isAlwaysUnknown, !a.isAlwaysUnknown, !b.isAlwaysUnknown else { return result }
    // No constant, and yet nothing but 0: `a // (kind % 1)`.
    let isZero = b.type.kind == .integer && b.type.range == 0...0
    let dividesByZero = isZero || b.constant?.number == 0
    switch operation {
    case .divide where dividesByZero, .floorDivide where dividesByZero, .modulo where dividesByZero:
      findings.warning(
        .constantUnknown, "\(result.label) divides by zero, so it is always unknown", at: result.span)
    case .shiftLeft where !Interval.shiftCounts.overlaps(b.type.range),
      .shiftRight where !Interval.shiftCounts.overlaps(b.type.range):
      findings.warning(
        .constantUnknown, "\(b.label) is not a number of bits to shift by, so \(result.label) is always unknown",
        at: b.span, hint: "shift by 0 to 63 bits")
    case .add, .subtract, .multiply:
      let isInteger = result.type.kind == .integer
      return error(
        .constantOverflow, "\(result.label) \(isInteger ? "needs more than 63 bits" : "is too large for a float")",
        at: result.span, hint: isInteger ? "write one of the numbers with a point to compute with floats" : nil)
    case .divide:
      return error(.constantOverflow, "\(result.label) is too large for a float", at: result.span)
    default:
      return error(.constantOverflow, "\(result.label) needs more than 63 bits", at: result.span)
    }
    return result
  }
}

extension BinaryOperator {
  /// The operation on numbers of one kind; only for arithmetic operators.
  var numeric: Operation.Binary {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .floorDivide: .floorDivide
    case .modulo: .modulo
    case .bitAnd: .bitAnd
    case .bitOr: .bitOr
    case .bitXor: .bitXor
    case .shiftLeft: .shiftLeft
    case .shiftRight: .shiftRight
    case .equal: .equal
    case .notEqual: .notEqual
    case .less, .greater: .less
    case .lessOrEqual, .greaterOrEqual: .lessOrEqual
    case .and: .and
    case .or: .or
    }
  }

  /// "cannot add a and b".
  var refusal: (String, String) -> String {
    switch self {
    case .add: { "cannot add \($0) and \($1)" }
    case .subtract: { "cannot subtract \($1) from \($0)" }
    case .modulo, .divide, .floorDivide: { "cannot divide \($0) by \($1)" }
    default: { "cannot compare \($0) with \($1)" }
    }
  }
}
