import CKernels
import Columns

extension Compiler {
  mutating func flags(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Operand {
    if let range = range(operation, a, b) { return range }
    let checked = a.type.mayBeUnknown || b.type.mayBeUnknown
    let family =
      switch operation {
      case .and: checked ? kernel_kleene_and : kernel_flag_and
      case .or: checked ? kernel_kleene_or : kernel_flag_or
      case .strictAnd: kernel_flag_and
      case .strictOr: kernel_flag_or
      case .equal: kernel_equal_flag
      case .notEqual: kernel_not_equal_flag
      default: preconditionFailure("\(operation) is no operation on booleans")
      }
    let x = operand(a)
    let y = operand(b)
    return .column(emit(family, careful: checked, x, y, .flag, into: .flag))
  }

  mutating func choose(
    _ condition: TypedExpression, _ a: TypedExpression, _ b: TypedExpression, lane: Lane
  ) -> Operand {
    if let (value, bounds, isInside) = chooser(condition) {
      return choose(isInside ? a : b, isInside ? b : a, lane, value, bounds: bounds, isCareful: false)
    }
    guard case .column(let flag) = operand(condition) else { return unknownOperand(lane) }
    return choose(a, b, lane, flag, bounds: nil, isCareful: condition.type.mayBeUnknown)
  }

  private mutating func choose(
    _ a: TypedExpression, _ b: TypedExpression, _ lane: Lane, _ chooser: Place, bounds: ClosedRange<Int32>?,
    isCareful: Bool
  ) -> Operand {
    let x = branch(a, lane)
    let y = branch(b, lane)
    let families = Self.choices(lane, within: bounds != nil)
    var computation = Computation(family: families.columns, isCareful: isCareful, chooser: chooser, lane: lane)
    computation.bounds = bounds
    switch (x, y) {
    case (.column, _), (_, .column):
      computation.left = x
      computation.right = y
    default:
      computation.family = families.constants
      computation.constants = [x, y]
    }
    return .column(emit(computation, lane))
  }

  private static func choices(_ lane: Lane, within: Bool) -> (columns: kernel_family, constants: kernel_family) {
    switch (lane, within) {
    case (.int32, false): (kernel_choose_int32, kernel_choose_constants_int32)
    case (.int64, false): (kernel_choose_int64, kernel_choose_constants_int64)
    case (.float64, false): (kernel_choose_float64, kernel_choose_constants_float64)
    case (.flag, false): (kernel_choose_flag, kernel_choose_constants_flag)
    case (.int32, true): (kernel_choose_within_int32, kernel_choose_constants_within_int32)
    case (.int64, true): (kernel_choose_within_int64, kernel_choose_constants_within_int64)
    case (.float64, true): (kernel_choose_within_float64, kernel_choose_constants_within_float64)
    case (.flag, true): (kernel_choose_within_flag, kernel_choose_constants_within_flag)
    }
  }

  private mutating func branch(_ a: TypedExpression, _ lane: Lane) -> Operand {
    if a.isAlwaysUnknown { return unknownOperand(lane) }
    return cast(operand(a), to: lane, checked: a.type.mayBeUnknown)
  }

  mutating func within(_ value: TypedExpression, _ lower: Constant, _ upper: Constant) -> Operand {
    guard case .column(let place) = operand(value) else { return unknownOperand(.flag) }
    var computation = Computation(
      family: kernel_within_float64, isCareful: value.type.mayBeUnknown, left: .column(place), lane: place.lane)
    if let low = lower.integer, let high = upper.integer {
      // Bounds beyond what the column can hold may not fit in its lane either.
      let range = (low...high).clamped(to: value.type.range)
      computation.family = place.lane == .int32 ? kernel_within_int32 : kernel_within_int64
      computation.constants = [.integer(range.lowerBound), .integer(range.upperBound &- range.lowerBound)]
    } else {
      computation.constants = [operand(lower), operand(upper)]
    }
    return .column(emit(computation, .flag))
  }

  mutating func among(_ value: TypedExpression, _ members: [Constant]) -> Operand {
    guard case .column(let place) = operand(value) else { return unknownOperand(.flag) }
    let codes = members.compactMap { member -> Int64? in
      guard case .integer(let code) = operand(member), value.type.range.contains(code) else { return nil }
      return code
    }
    let sorted = Set(codes).sorted()
    let isShort = place.lane == .int32
    var computation = Computation(
      family: isShort ? kernel_search_int32 : kernel_search_int64, isCareful: value.type.mayBeUnknown,
      left: .column(place), lane: place.lane)
    if let first = sorted.first, let last = sorted.last, case let span = last.subtractingReportingOverflow(first),
      !span.overflow, span.partialValue < LookupTable.widest
    {
      computation.family = isShort ? kernel_among_int32 : kernel_among_int64
      computation.constants = [.integer(first)]
      computation.table = LookupTable(bits: Int(span.partialValue) + 1, setting: sorted.map { Int($0 - first) })
    } else {
      computation.table = isShort ? LookupTable(sorted.map { Int32(truncatingIfNeeded: $0) }) : LookupTable(sorted)
    }
    return .column(emit(computation, .flag))
  }
}
