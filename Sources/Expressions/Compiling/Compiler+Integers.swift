import Columns

extension Compiler {
  /// The narrowest lane in which both operands and the result can be handled.
  private func lane(_ a: TypedExpression, _ b: TypedExpression, _ result: Lane) -> Lane {
    [a.type.lane, b.type.lane, result].contains(.int64) ? .int64 : .int32
  }

  mutating func integers(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, risky: Bool, lane resultLane: Lane
  ) -> Operand {
    let lane = lane(a, b, resultLane)
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let x = cast(operand(a), to: lane, checked: a.type.mayBeUnknown)
    let y = cast(operand(b), to: lane, checked: b.type.mayBeUnknown)
    let name = "\(operation.rawValue)\(risky ? "!" : checked ? "?" : "") \(x) \(y)"
    let slot: Slot
    if case .column(let dividend) = x, let divisor = b.integerConstant, divisor > 0,
      operation == .floorDivide || operation == .modulo
    {
      slot = emit(name, lane) { result in
        lane == .int32
          ? Self.divisionStep(Int32.self, operation, dividend, divisor, a.type, checked: checked, into: result)
          : Self.divisionStep(Int64.self, operation, dividend, divisor, a.type, checked: checked, into: result)
      }
    } else {
      slot = emit(name, lane) { result in
        if risky, let step = Self.riskyStep(operation, x, y, into: result) { return step }
        return lane == .int32
          ? Self.integerStep(Int32.self, operation, checked: checked || risky, x, y, into: result)
          : Self.integerStep(Int64.self, operation, checked: checked || risky, x, y, into: result)
      }
    }
    return cast(.column(slot), to: resultLane, checked: checked || risky)
  }

  /// The kernels for results that may not fit in 63 bits; these need all 64.
  private static func riskyStep(_ operation: Operation.Binary, _ x: Operand, _ y: Operand, into result: Slot) -> Step? {
    guard result.lane == .int64 else { return nil }
    switch operation {
    case .add: return step(CheckedAdd.self, x, y, into: result)
    case .subtract: return step(CheckedSubtract.self, x, y, into: result)
    case .multiply: return step(CheckedMultiply.self, x, y, into: result)
    case .shiftLeft: return step(CheckedShiftLeft.self, x, y, into: result)
    default: return nil
    }
  }

  @inline(__always)
  private static func integerStep<T: IntegerLane>(
    _: T.Type, _ operation: Operation.Binary, checked: Bool, _ x: Operand, _ y: Operand, into result: Slot
  ) -> Step {
    switch operation {
    case .add: step(Add<T>.self, checked: checked, x, y, into: result)
    case .subtract: step(Subtract<T>.self, checked: checked, x, y, into: result)
    case .multiply: step(Multiply<T>.self, checked: checked, x, y, into: result)
    // Division looks for 0 and unknown in any case: it would trap.
    case .floorDivide: step(FloorDivide<T>.self, x, y, into: result)
    case .modulo: step(FloorModulo<T>.self, x, y, into: result)
    case .bitAnd: step(BitAnd<T>.self, checked: checked, x, y, into: result)
    case .bitOr: step(BitOr<T>.self, checked: checked, x, y, into: result)
    case .bitXor: step(BitXor<T>.self, checked: checked, x, y, into: result)
    case .shiftLeft:
      checked
        ? step(CheckedNarrowShiftLeft<T>.self, checked: true, x, y, into: result)
        : step(ShiftLeft<T>.self, x, y, into: result)
    case .shiftRight:
      checked
        ? step(CheckedShiftRight<T>.self, checked: true, x, y, into: result)
        : step(ShiftRight<T>.self, x, y, into: result)
    case .minimum: step(Minimum<T>.self, checked: checked, x, y, into: result)
    case .maximum: step(Maximum<T>.self, checked: checked, x, y, into: result)
    case .divide, .equal, .notEqual, .less, .lessOrEqual, .and, .or, .strictAnd, .strictOr:
      preconditionFailure("\(operation) is no operation on integers")
    }
  }

  /// Division by a positive constant: shifts for powers of two, floats where these are exact, else the general kernel.
  @inline(__always)
  private static func divisionStep<T: IntegerLane>(
    _: T.Type, _ operation: Operation.Binary, _ dividend: Slot, _ divisor: Int64, _ type: ValueType, checked: Bool,
    into result: Slot
  ) -> Step {
    if divisor & (divisor - 1) == 0 {
      return operation == .floorDivide
        ? step(DivideByPower(shift: T(divisor.trailingZeroBitCount)), checked: checked, dividend, into: result)
        : step(ModuloPower(mask: T(truncatingIfNeeded: divisor - 1)), checked: checked, dividend, into: result)
    }
    if divisor <= FloatQuotient.limit, type.range.lowerBound >= -FloatQuotient.limit,
      type.range.upperBound <= FloatQuotient.limit
    {
      let quotient = FloatQuotient(divisor: Double(divisor))
      return operation == .floorDivide
        ? step(DivideByConstant<T>(quotient: quotient), checked: checked, dividend, into: result)
        : step(
          ModuloConstant<T>(quotient: quotient, divisor: T(truncatingIfNeeded: divisor)), checked: checked, dividend,
          into: result)
    }
    let right = Operand.integer(divisor)
    return operation == .floorDivide
      ? step(FloorDivide<T>.self, .column(dividend), right, into: result)
      : step(FloorModulo<T>.self, .column(dividend), right, into: result)
  }

  mutating func compareIntegers(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Slot {
    let lane = lane(a, b, .int32)
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let x = cast(operand(a), to: lane, checked: a.type.mayBeUnknown)
    let y = cast(operand(b), to: lane, checked: b.type.mayBeUnknown)
    return emit("\(operation.rawValue)\(checked ? "?" : "") \(lane) \(x) \(y)", .flag) { result in
      lane == .int32
        ? Self.comparisonStep(Int32.self, operation, checked: checked, x, y, into: result)
        : Self.comparisonStep(Int64.self, operation, checked: checked, x, y, into: result)
    }
  }

  @inline(__always)
  static func comparisonStep<T: KernelValue & Comparable>(
    _: T.Type, _ operation: Operation.Binary, checked: Bool, _ x: Operand, _ y: Operand, into result: Slot
  ) -> Step {
    switch operation {
    case .equal: step(Equal<T>.self, checked: checked, x, y, into: result)
    case .notEqual: step(NotEqual<T>.self, checked: checked, x, y, into: result)
    case .less: step(Less<T>.self, checked: checked, x, y, into: result)
    case .lessOrEqual: step(LessOrEqual<T>.self, checked: checked, x, y, into: result)
    default: preconditionFailure("\(operation) is no comparison")
    }
  }

  mutating func compareTexts(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Slot {
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let x = operand(a)
    let y = operand(b)
    return emit("text \(operation.rawValue)\(checked ? "?" : "") \(x) \(y)", .flag) { result in
      operation == .equal
        ? step(Equal<Int32>.self, checked: checked, x, y, into: result)
        : step(NotEqual<Int32>.self, checked: checked, x, y, into: result)
    }
  }
}
