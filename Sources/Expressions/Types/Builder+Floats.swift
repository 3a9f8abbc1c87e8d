import CKernels
import Columns

extension Builder {
  /// A float operation on floats.
  ///
  /// Rounding is monotonic, so the same operation on the bounds bounds the rounded results: where it stays finite, so
  /// does every row, and the loops need not look.
  func floats(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, unit: Unit
  ) -> TypedExpression {
    if a.isAlwaysUnknown || b.isAlwaysUnknown { return unknown(.float(unit: unit)) }
    if let x = a.floatConstant, let y = b.floatConstant { return float(Self.folded(operation, x, y), unit: unit) }
    if let divisor = b.floatConstant, divisor == 0, [.divide, .floorDivide, .modulo].contains(operation) {
      return unknown(.float(unit: unit))
    }
    let bounds = Self.bounds(operation, a.bounds, b.bounds)
    let type = ValueType.float(
      unit: unit, mayBeUnknown: bounds == nil || a.type.mayBeUnknown || b.type.mayBeUnknown)
    return binary(operation, a, b, risky: bounds == nil, type: type, bounds: bounds)
  }

  private static func folded(_ operation: Operation.Binary, _ a: Double, _ b: Double) -> Double {
    switch operation {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .floorDivide: Folding.floats(kernel_floor_divide_float64, a, b)
    case .modulo: Folding.floats(kernel_modulo_float64, a, b)
    case .minimum: Folding.floats(kernel_minimum_float64, a, b)
    case .maximum: Folding.floats(kernel_maximum_float64, a, b)
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight, .equal, .notEqual, .less, .lessOrEqual, .and, .or,
      .strictAnd, .strictOr:
      .unknown
    }
  }

  /// Nil where a result may be infinite or not a number.
  private static func bounds(
    _ operation: Operation.Binary, _ a: ClosedRange<Double>, _ b: ClosedRange<Double>
  ) -> ClosedRange<Double>? {
    switch operation {
    case .add: return finite([a.lowerBound + b.lowerBound, a.upperBound + b.upperBound])
    case .subtract: return finite([a.lowerBound - b.upperBound, a.upperBound - b.lowerBound])
    case .multiply: return finite(corners(a, b, *))
    case .divide: return b.contains(0) ? nil : finite(corners(a, b, /))
    case .floorDivide:
      // The exact remainder is taken off first, which can move the quotient by a rounding, never by two.
      guard !b.contains(0), let quotient = finite(corners(a, b, /)) else { return nil }
      return finite([quotient.lowerBound.rounded(.down) - 2, quotient.upperBound.rounded(.up) + 2])
    case .modulo: return b.contains(0) ? nil : min(b.lowerBound, 0)...max(b.upperBound, 0)
    case .minimum: return min(a.lowerBound, b.lowerBound)...min(a.upperBound, b.upperBound)
    case .maximum: return max(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
    default: return nil
    }
  }

  private static func corners(
    _ a: ClosedRange<Double>, _ b: ClosedRange<Double>, _ operation: (Double, Double) -> Double
  ) -> [Double] {
    [a.lowerBound, a.upperBound].flatMap { x in [operation(x, b.lowerBound), operation(x, b.upperBound)] }
  }

  private static func finite(_ values: [Double]) -> ClosedRange<Double>? {
    guard let least = values.min(), let greatest = values.max(), values.allSatisfy(\.isFinite) else { return nil }
    return least...greatest
  }

  func squareRoot(_ a: TypedExpression, unit: Unit) -> TypedExpression {
    if a.isAlwaysUnknown || a.bounds.upperBound < 0 { return unknown(.float(unit: unit)) }
    if let value = a.floatConstant { return float(value.squareRoot(), unit: unit) }
    let mayBeNegative = a.bounds.lowerBound < 0
    return unary(
      .squareRoot, a, type: .float(unit: unit, mayBeUnknown: a.type.mayBeUnknown || mayBeNegative),
      bounds: max(0, a.bounds.lowerBound).squareRoot()...a.bounds.upperBound.squareRoot())
  }

  /// The integer that `a` is rounded to, in the same unit.
  func rounded(_ rounding: Rounding, _ a: TypedExpression) -> TypedExpression {
    guard a.type.kind == .float else { return relabelled(a) }
    let unit = a.type.unit
    if a.isAlwaysUnknown { return unknown(.integer(unit: unit)) }
    if let value = a.floatConstant { return integer(Int64(exactly: value.rounded(rounding.rule)), unit: unit) }
    // Nothing beyond ±2^63 matters but that it is beyond.
    let limit = 9_223_372_036_854_775_808.0
    let ends = [a.bounds.lowerBound, a.bounds.upperBound].map {
      Int128(min(max($0.rounded(rounding.rule), -limit), limit))
    }
    let interval = Interval(ends[0], ends[1])
    let type = ValueType.integer(interval.range, unit: unit, mayBeUnknown: a.type.mayBeUnknown || !interval.fits)
    return unary(.round(rounding), a, type: type)
  }
}
