import Columns

extension Compiler {
  mutating func floats(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, risky: Bool
  ) -> Slot {
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let x = operand(a)
    let y = operand(b)
    return emit("\(operation.rawValue)\(risky ? "!" : "")\(checked ? "?" : "") \(x) \(y)", .float64) { result in
      switch operation {
      case .add: Self.arithmeticStep(FloatAdd.self, risky: risky, x, y, into: result)
      case .subtract: Self.arithmeticStep(FloatSubtract.self, risky: risky, x, y, into: result)
      case .multiply: Self.arithmeticStep(FloatMultiply.self, risky: risky, x, y, into: result)
      case .divide: Self.arithmeticStep(FloatDivide.self, risky: risky, x, y, into: result)
      case .floorDivide: step(FloatFloorDivide.self, x, y, into: result)
      case .modulo: step(FloatModulo.self, x, y, into: result)
      case .minimum: step(FloatMinimum.self, checked: checked, x, y, into: result)
      case .maximum: step(FloatMaximum.self, checked: checked, x, y, into: result)
      default: preconditionFailure("\(operation) is no operation on floats")
      }
    }
  }

  /// Unknown operands need no look: NaN passes through the arithmetic by itself.
  @inline(__always)
  private static func arithmeticStep<K: BinaryKernel>(
    _: K.Type, risky: Bool, _ x: Operand, _ y: Operand, into result: Slot
  ) -> Step where K.R == Double {
    risky ? step(Finite<K>.self, x, y, into: result) : step(K.self, x, y, into: result)
  }

  mutating func compareFloats(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Slot {
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let x = operand(a)
    let y = operand(b)
    return emit("\(operation.rawValue)\(checked ? "?" : "") \(x) \(y)", .flag) { result in
      Self.comparisonStep(Double.self, operation, checked: checked, x, y, into: result)
    }
  }

  mutating func unary(_ operation: Operation.Unary, _ a: TypedExpression, lane: Lane) -> Operand {
    let operand = operand(a)
    let checked = a.type.mayBeUnknown
    // A constant here is one that nothing folds: unknown.
    guard case .column(let slot) = operand else { return unknownOperand(lane) }
    if operation == .toFloat { return cast(operand, to: .float64, checked: checked) }
    let isInteger = a.type.kind == .integer
    // The magnitude and the negative of an integer may need the wider lane, or allow the narrower.
    if isInteger, operation == .negate || operation == .absolute {
      let wide: Lane = slot.lane == .int64 || lane == .int64 ? .int64 : .int32
      guard case .column(let x) = cast(operand, to: wide, checked: checked) else { return unknownOperand(lane) }
      let result = emit("\(operation.name) \(x.index)", wide) { result in
        switch (operation, wide) {
        case (.negate, .int32): step(Negate<Int32>(), x, into: result)
        case (.negate, _): step(Negate<Int64>(), x, into: result)
        case (_, .int32): step(Absolute<Int32>(), x, into: result)
        default: step(Absolute<Int64>(), x, into: result)
        }
      }
      return cast(.column(result), to: lane, checked: checked)
    }
    return .column(
      emit("\(operation.name)\(checked ? "?" : "") \(slot.index)", lane) { result in
        switch operation {
        case .negate: step(FloatNegate(), slot, into: result)
        case .absolute: step(FloatAbsolute(), slot, into: result)
        case .squareRoot: step(SquareRoot(), slot, into: result)
        case .not: step(FlagNot(), checked: checked, slot, into: result)
        case .isKnown: Self.knownStep(slot, into: result)
        case .round(let rounding):
          lane == .int32
            ? Self.roundStep(Int32.self, rounding, slot, into: result)
            : Self.roundStep(Int64.self, rounding, slot, into: result)
        case .toFloat: preconditionFailure("a cast, handled above")
        }
      })
  }

  private static func knownStep(_ slot: Slot, into result: Slot) -> Step {
    switch slot.lane {
    case .int32: step(KnownFlag<Int32>(), slot, into: result)
    case .int64: step(KnownFlag<Int64>(), slot, into: result)
    case .float64: step(KnownFlag<Double>(), slot, into: result)
    case .flag: step(KnownFlag<UInt8>(), slot, into: result)
    }
  }

  @inline(__always)
  private static func roundStep<T: IntegerLane>(_: T.Type, _ rounding: Rounding, _ slot: Slot, into result: Slot)
    -> Step
  {
    switch rounding {
    case .down: step(RoundDown<T>(), slot, into: result)
    case .up: step(RoundUp<T>(), slot, into: result)
    case .nearest: step(RoundNearest<T>(), slot, into: result)
    }
  }
}
