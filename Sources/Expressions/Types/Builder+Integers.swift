import Columns

extension Builder {
  /// An integer operation on integers: everything but `/` and comparisons.
  func integers(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, unit: Unit
  ) -> TypedExpression {
    if a.isAlwaysUnknown || b.isAlwaysUnknown { return unknown(.integer(unit: unit)) }
    if let x = a.integerConstant, let y = b.integerConstant {
      return integer(Self.folded(operation, x, y), unit: unit)
    }
    guard let interval = Self.interval(operation, a.interval, b.interval) else { return unknown(.integer(unit: unit)) }
    let risky = !interval.fits || Self.canFail(operation, b.type.range)
    let type = ValueType.integer(
      interval.range, unit: unit, mayBeUnknown: risky || a.type.mayBeUnknown || b.type.mayBeUnknown)
    return binary(operation, a, b, risky: risky, type: type)
  }

  /// By the same kernels that columns go through.
  private static func folded(_ operation: Operation.Binary, _ a: Int64, _ b: Int64) -> Int64? {
    switch operation {
    case .add: CheckedAdd.apply(a, b)
    case .subtract: CheckedSubtract.apply(a, b)
    case .multiply: CheckedMultiply.apply(a, b)
    case .floorDivide: FloorDivide.apply(a, b)
    case .modulo: FloorModulo.apply(a, b)
    case .bitAnd: BitAnd.apply(a, b)
    case .bitOr: BitOr.apply(a, b)
    case .bitXor: BitXor.apply(a, b)
    case .shiftLeft: CheckedShiftLeft.apply(a, b)
    case .shiftRight: CheckedShiftRight.apply(a, b)
    case .minimum: Minimum.apply(a, b)
    case .maximum: Maximum.apply(a, b)
    case .divide, .equal, .notEqual, .less, .lessOrEqual, .and, .or, .strictAnd, .strictOr: nil
    }
  }

  private static func interval(_ operation: Operation.Binary, _ a: Interval, _ b: Interval) -> Interval? {
    switch operation {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .floorDivide: a.floorDivided(by: b)
    case .modulo: a.modulo(b)
    case .bitAnd: a & b
    case .bitOr: a | b
    case .bitXor: a ^ b
    case .shiftLeft: a.shifted(left: true, by: b)
    case .shiftRight: a.shifted(left: false, by: b)
    case .minimum: Interval(min(a.lower, b.lower), min(a.upper, b.upper))
    case .maximum: Interval(max(a.lower, b.lower), max(a.upper, b.upper))
    case .divide, .equal, .notEqual, .less, .lessOrEqual, .and, .or, .strictAnd, .strictOr: nil
    }
  }

  /// Whether some right operands have no result at all.
  private static func canFail(_ operation: Operation.Binary, _ right: ClosedRange<Int64>) -> Bool {
    switch operation {
    case .floorDivide, .modulo: right.contains(0)
    case .shiftLeft, .shiftRight:
      right.lowerBound < Interval.shiftCounts.lowerBound || right.upperBound > Interval.shiftCounts.upperBound
    default: false
    }
  }

  func negated(_ a: TypedExpression) -> TypedExpression {
    if a.isAlwaysUnknown { return unknown(a.type) }
    if let value = a.integerConstant { return integer(Negate().apply(value), unit: a.type.unit) }
    if let value = a.floatConstant { return float(-value, unit: a.type.unit) }
    var type = a.type
    if a.type.kind == .integer { type.range = (-a.interval).range }
    return unary(.negate, a, type: type, bounds: -a.bounds.upperBound ... -a.bounds.lowerBound)
  }

  func absolute(_ a: TypedExpression) -> TypedExpression {
    if a.isAlwaysUnknown { return unknown(a.type) }
    if let value = a.integerConstant { return integer(Absolute().apply(value), unit: a.type.unit) }
    if let value = a.floatConstant { return float(value.magnitude, unit: a.type.unit) }
    if a.bounds.lowerBound >= 0 { return relabelled(a) }
    var type = a.type
    if a.type.kind == .integer { type.range = a.interval.absolute.range }
    let largest = max(-a.bounds.lowerBound, a.bounds.upperBound)
    return unary(.absolute, a, type: type, bounds: max(0, -a.bounds.upperBound)...largest)
  }

  func toFloat(_ a: TypedExpression) -> TypedExpression {
    guard a.type.kind == .integer else { return a }
    if a.isAlwaysUnknown { return unknown(.float(unit: a.type.unit)) }
    if let value = a.integerConstant { return float(Double(value), unit: a.type.unit) }
    let type = ValueType.float(unit: a.type.unit, mayBeUnknown: a.type.mayBeUnknown)
    return unary(.toFloat, a, type: type, bounds: a.bounds)
  }
}
