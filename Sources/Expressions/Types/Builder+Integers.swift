import CKernels
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

  private static func folded(_ operation: Operation.Binary, _ a: Int64, _ b: Int64) -> Int64? {
    let family: kernel_family
    switch operation {
    case .add: family = kernel_checked_add
    case .subtract: family = kernel_checked_subtract
    case .multiply: family = kernel_checked_multiply
    case .floorDivide: family = kernel_floor_divide_int64
    case .modulo: family = kernel_modulo_int64
    case .bitAnd: family = kernel_bit_and_int64
    case .bitOr: family = kernel_bit_or_int64
    case .bitXor: family = kernel_bit_xor_int64
    case .shiftLeft: family = kernel_checked_shift_left
    case .shiftRight: family = kernel_shift_right_int64
    case .minimum: family = kernel_minimum_int64
    case .maximum: family = kernel_maximum_int64
    case .divide, .equal, .notEqual, .less, .lessOrEqual, .and, .or, .strictAnd, .strictOr: return nil
    }
    return Folding.integers(family, a, b)
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
    if let value = a.integerConstant { return integer(0 &- value, unit: a.type.unit) }
    if let value = a.floatConstant { return float(-value, unit: a.type.unit) }
    var type = a.type
    if a.type.kind == .integer { type.range = (-a.interval).range }
    return unary(.negate, a, type: type, bounds: -a.bounds.upperBound ... -a.bounds.lowerBound)
  }

  func absolute(_ a: TypedExpression) -> TypedExpression {
    if a.isAlwaysUnknown { return unknown(a.type) }
    if let value = a.integerConstant { return integer(value < 0 ? 0 &- value : value, unit: a.type.unit) }
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
