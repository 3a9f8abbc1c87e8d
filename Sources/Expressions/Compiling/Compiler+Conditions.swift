import Columns

extension Compiler {
  mutating func flags(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Slot {
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let x = operand(a)
    let y = operand(b)
    return emit("flag \(operation.rawValue)\(checked ? "?" : "") \(x) \(y)", .flag) { result in
      switch operation {
      case .and: checked ? step(KleeneAnd.self, x, y, into: result) : step(FlagAnd.self, x, y, into: result)
      case .or: checked ? step(KleeneOr.self, x, y, into: result) : step(FlagOr.self, x, y, into: result)
      case .strictAnd: step(FlagAnd.self, checked: checked, x, y, into: result)
      case .strictOr: step(FlagOr.self, checked: checked, x, y, into: result)
      case .equal: step(Equal<UInt8>.self, checked: checked, x, y, into: result)
      case .notEqual: step(NotEqual<UInt8>.self, checked: checked, x, y, into: result)
      default: preconditionFailure("\(operation) is no operation on booleans")
      }
    }
  }

  mutating func choose(
    _ condition: TypedExpression, _ a: TypedExpression, _ b: TypedExpression, lane: Lane
  ) -> Operand {
    guard case .column(let flag) = operand(condition) else { return unknownOperand(lane) }
    let x = branch(a, lane)
    let y = branch(b, lane)
    return .column(
      emit("if \(flag.index) \(x) \(y)", lane) { result in
        switch lane {
        case .int32: chooseStep(Int32.self, flag, x, y, into: result)
        case .int64: chooseStep(Int64.self, flag, x, y, into: result)
        case .float64: chooseStep(Double.self, flag, x, y, into: result)
        case .flag: chooseStep(UInt8.self, flag, x, y, into: result)
        }
      })
  }

  private mutating func branch(_ a: TypedExpression, _ lane: Lane) -> Operand {
    if a.isAlwaysUnknown { return unknownOperand(lane) }
    return cast(operand(a), to: lane, checked: a.type.mayBeUnknown)
  }

  mutating func within(_ value: TypedExpression, _ lower: Constant, _ upper: Constant) -> Operand {
    guard case .column(let slot) = operand(value) else { return unknownOperand(.flag) }
    let checked = value.type.mayBeUnknown
    let first = operand(lower)
    let last = operand(upper)
    let name = "in\(checked ? "?" : "") \(slot.index) \(first) \(last)"
    return .column(
      emit(name, .flag) { result in
        if let low = lower.integer, let high = upper.integer {
          // Bounds beyond what the column can hold may not fit in its lane either.
          let range = (low...high).clamped(to: value.type.range)
          return slot.lane == .int32
            ? step(IntegerWithin<Int32>(range), checked: checked, slot, into: result)
            : step(IntegerWithin<Int64>(range), checked: checked, slot, into: result)
        }
        let kernel = FloatWithin(lower: Double(first), upper: Double(last))
        return step(kernel, checked: checked, slot, into: result)
      })
  }

  mutating func among(_ value: TypedExpression, _ members: [Constant]) -> Operand {
    guard case .column(let slot) = operand(value) else { return unknownOperand(.flag) }
    let checked = value.type.mayBeUnknown
    let codes = members.compactMap { member -> Int64? in
      guard case .integer(let code) = operand(member), value.type.range.contains(code) else { return nil }
      return code
    }
    let sorted = Set(codes).sorted()
    return .column(
      emit("among\(checked ? "?" : "") \(slot.index) \(sorted.map(String.init).joined(separator: " "))", .flag) {
        result in
        slot.lane == .int32
          ? Self.memberStep(Int32.self, sorted, checked: checked, slot, into: result)
          : Self.memberStep(Int64.self, sorted, checked: checked, slot, into: result)
      })
  }

  @inline(__always)
  private static func memberStep<T: IntegerLane>(
    _: T.Type, _ sorted: [Int64], checked: Bool, _ slot: Slot, into result: Slot
  ) -> Step {
    guard let first = sorted.first, let last = sorted.last else {
      return step(IntegerNone<T>(), checked: checked, slot, into: result)
    }
    let (span, overflow) = last.subtractingReportingOverflow(first)
    if !overflow, span < BitTable.widest {
      let bits = BitTable(count: Int(span) + 1, setting: sorted.map { Int($0 - first) })
      return step(
        IntegerAmong<T>(lower: T(truncatingIfNeeded: first), bits: bits), checked: checked, slot, into: result)
    }
    let members = sorted.map { T(truncatingIfNeeded: $0) }
    return step(IntegerSearch<T>(members: MemberTable(members)), checked: checked, slot, into: result)
  }
}

extension IntegerWithin {
  init(_ range: ClosedRange<Int64>) {
    let lower = T(truncatingIfNeeded: range.lowerBound)
    let upper = T(truncatingIfNeeded: range.upperBound)
    self.init(lower: lower, width: upper &- lower)
  }
}
