import CKernels
import Columns

extension Compiler {
  mutating func floats(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, risky: Bool
  ) -> Place {
    if !risky {
      if let sum = floatSum(operation, a, b) { return sum }
      if let result = mixed(operation, a, b) { return result }
    }
    let x = operand(a)
    let y = operand(b)
    let unknown = a.type.mayBeUnknown || b.type.mayBeUnknown
    // Unknown operands need no look in arithmetic: NaN passes through by itself.
    let (family, careful) =
      switch operation {
      case .add: (kernel_add_float64, risky)
      case .subtract: (kernel_subtract_float64, risky)
      case .multiply: (kernel_multiply_float64, risky)
      case .divide: (kernel_divide_float64, risky)
      case .floorDivide: (kernel_floor_divide_float64, true)
      case .modulo: (kernel_modulo_float64, true)
      case .minimum: (kernel_minimum_float64, unknown)
      case .maximum: (kernel_maximum_float64, unknown)
      default: preconditionFailure("\(operation) is no operation on floats")
      }
    return emit(family, careful: careful, x, y, .float64, into: .float64)
  }

  mutating func compareFloats(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Place {
    let x = operand(a)
    let y = operand(b)
    return emit(
      Self.comparison(operation, .float64), careful: a.type.mayBeUnknown || b.type.mayBeUnknown, x, y, .float64,
      into: .flag)
  }

  mutating func unary(_ operation: Operation.Unary, _ a: TypedExpression, lane: Lane) -> Operand {
    let operand = operand(a)
    let checked = a.type.mayBeUnknown
    // A constant here is one that nothing folds: unknown.
    guard case .column(let place) = operand else { return unknownOperand(lane) }
    if operation == .toFloat { return cast(operand, to: .float64, checked: checked) }
    if a.type.kind == .integer, operation == .negate || operation == .absolute {
      // The magnitude and the negative of an integer may need the wider lane, or allow the narrower.
      let wide: Lane = place.lane == .int64 || lane == .int64 ? .int64 : .int32
      guard case .column(let x) = cast(operand, to: wide, checked: checked) else { return unknownOperand(lane) }
      let family =
        operation == .negate
        ? wide == .int32 ? kernel_negate_int32 : kernel_negate_int64
        : wide == .int32 ? kernel_absolute_int32 : kernel_absolute_int64
      return cast(.column(emit(family, x, into: wide)), to: lane, checked: checked)
    }
    // Of these only `not` has to look: NaN passes through the others by itself.
    return .column(emit(Self.family(operation, of: place.lane, into: lane), careful: checked, place, into: lane))
  }

  private static func family(_ operation: Operation.Unary, of operand: Lane, into lane: Lane) -> kernel_family {
    switch operation {
    case .negate: return kernel_negate_float64
    case .absolute: return kernel_absolute_float64
    case .squareRoot: return kernel_square_root
    case .not: return kernel_flag_not
    case .isKnown:
      switch operand {
      case .int32: return kernel_known_int32
      case .int64: return kernel_known_int64
      case .float64: return kernel_known_float64
      case .flag: return kernel_known_flag
      }
    case .round(.down): return lane == .int32 ? kernel_round_down_int32 : kernel_round_down_int64
    case .round(.up): return lane == .int32 ? kernel_round_up_int32 : kernel_round_up_int64
    case .round(.nearest): return lane == .int32 ? kernel_round_nearest_int32 : kernel_round_nearest_int64
    case .toFloat: preconditionFailure("a cast")
    }
  }
}
