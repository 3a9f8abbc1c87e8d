import CKernels
import Columns

extension Compiler {
  /// The narrowest lane in which both operands and the result can be handled.
  func lane(_ a: TypedExpression, _ b: TypedExpression, _ result: Lane) -> Lane {
    [a.type.lane, b.type.lane, result].contains(.int64) ? .int64 : .int32
  }

  mutating func integers(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, risky: Bool, lane resultLane: Lane
  ) -> Operand {
    let lane = lane(a, b, resultLane)
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    if !risky, !checked, let sum = integerSum(operation, a, b, lane) {
      return cast(.column(sum), to: resultLane, checked: false)
    }
    let x = cast(operand(a), to: lane, checked: a.type.mayBeUnknown)
    let y = cast(operand(b), to: lane, checked: b.type.mayBeUnknown)
    let result: Place
    if case .column(let dividend) = x, let divisor = b.integerConstant, divisor > 0,
      let quotient = division(operation, dividend, divisor, a.type)
    {
      result = quotient
    } else if risky, lane == .int64, let family = Self.checkedFamily(operation) {
      result = emit(family, careful: true, x, y, lane, into: lane)
    } else {
      result = emit(Self.family(operation, lane), careful: checked || risky, x, y, lane, into: lane)
    }
    return cast(.column(result), to: resultLane, checked: checked || risky)
  }

  /// The loops for results that may not fit in 63 bits; these need all 64.
  private static func checkedFamily(_ operation: Operation.Binary) -> kernel_family? {
    switch operation {
    case .add: kernel_checked_add
    case .subtract: kernel_checked_subtract
    case .multiply: kernel_checked_multiply
    case .shiftLeft: kernel_checked_shift_left
    default: nil
    }
  }

  private static func family(_ operation: Operation.Binary, _ lane: Lane) -> kernel_family {
    let isShort = lane == .int32
    switch operation {
    case .add: return isShort ? kernel_add_int32 : kernel_add_int64
    case .subtract: return isShort ? kernel_subtract_int32 : kernel_subtract_int64
    case .multiply: return isShort ? kernel_multiply_int32 : kernel_multiply_int64
    case .floorDivide: return isShort ? kernel_floor_divide_int32 : kernel_floor_divide_int64
    case .modulo: return isShort ? kernel_modulo_int32 : kernel_modulo_int64
    case .bitAnd: return isShort ? kernel_bit_and_int32 : kernel_bit_and_int64
    case .bitOr: return isShort ? kernel_bit_or_int32 : kernel_bit_or_int64
    case .bitXor: return isShort ? kernel_bit_xor_int32 : kernel_bit_xor_int64
    case .shiftLeft: return isShort ? kernel_shift_left_int32 : kernel_shift_left_int64
    case .shiftRight: return isShort ? kernel_shift_right_int32 : kernel_shift_right_int64
    case .minimum: return isShort ? kernel_minimum_int32 : kernel_minimum_int64
    case .maximum: return isShort ? kernel_maximum_int32 : kernel_maximum_int64
    case .divide, .equal, .notEqual, .less, .lessOrEqual, .and, .or, .strictAnd, .strictOr:
      preconditionFailure("\(operation) is no operation on integers")
    }
  }

  /// Operands up to which a product with the reciprocal has the right floor, in double and in single precision.
  private static let exactLimit: Int64 = 1 << 50
  private static let smallLimit: Int64 = 1 << 21

  /// Division by a positive constant: shifts for powers of two, floats where these are exact; nil where neither is so.
  private mutating func division(
    _ operation: Operation.Binary, _ dividend: Place, _ divisor: Int64, _ type: ValueType
  ) -> Place? {
    guard operation == .floorDivide || operation == .modulo else { return nil }
    let isQuotient = operation == .floorDivide
    let lane = dividend.lane
    let isShort = lane == .int32
    if divisor & (divisor - 1) == 0 {
      let family = Self.family(isQuotient ? .shiftRight : .bitAnd, lane)
      let constant = isQuotient ? Int64(divisor.trailingZeroBitCount) : divisor - 1
      return emit(family, careful: type.mayBeUnknown, .column(dividend), .integer(constant), lane, into: lane)
    }
    func isWithin(_ limit: Int64) -> Bool {
      divisor <= limit && type.range.lowerBound >= -limit && type.range.upperBound <= limit
    }
    guard isWithin(Self.exactLimit) else { return nil }
    let families =
      isShort && isWithin(Self.smallLimit)
      ? (kernel_divide_small, kernel_modulo_small)
      : isShort
        ? (kernel_divide_constant_int32, kernel_modulo_constant_int32)
        : (kernel_divide_constant_int64, kernel_modulo_constant_int64)
    return emit(
      Computation(
        family: isQuotient ? families.0 : families.1, isCareful: type.mayBeUnknown, left: .column(dividend),
        constants: [.float(Double(divisor)), .float(1 / Double(divisor))]), lane)
  }

  mutating func compareIntegers(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Place {
    let lane = lane(a, b, .int32)
    let x = cast(operand(a), to: lane, checked: a.type.mayBeUnknown)
    let y = cast(operand(b), to: lane, checked: b.type.mayBeUnknown)
    return emit(
      Self.comparison(operation, lane), careful: a.type.mayBeUnknown || b.type.mayBeUnknown, x, y, lane, into: .flag)
  }

  static func comparison(_ operation: Operation.Binary, _ lane: Lane) -> kernel_family {
    switch (operation, lane) {
    case (.equal, .int32): kernel_equal_int32
    case (.equal, .int64): kernel_equal_int64
    case (.equal, .float64): kernel_equal_float64
    case (.equal, .flag): kernel_equal_flag
    case (.notEqual, .int32): kernel_not_equal_int32
    case (.notEqual, .int64): kernel_not_equal_int64
    case (.notEqual, .float64): kernel_not_equal_float64
    case (.notEqual, .flag): kernel_not_equal_flag
    case (.less, .int32): kernel_less_int32
    case (.less, .int64): kernel_less_int64
    case (.less, .float64): kernel_less_float64
    case (.lessOrEqual, .int32): kernel_less_or_equal_int32
    case (.lessOrEqual, .int64): kernel_less_or_equal_int64
    case (.lessOrEqual, .float64): kernel_less_or_equal_float64
    default: preconditionFailure("\(operation) is no comparison in the lane \(lane)")
    }
  }

  /// Texts are compared by their codes.
  mutating func compareTexts(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Place {
    let x = operand(a)
    let y = operand(b)
    return emit(
      Self.comparison(operation, .int32), careful: a.type.mayBeUnknown || b.type.mayBeUnknown, x, y, .int32, into: .flag
    )
  }
}
