import Columns

/// Turns typed expressions into programs over the columns of one frame layout.
///
/// Equal computations are made once: a program holds only the kernels that no earlier program of the same stage holds,
/// so the programs of a stage must run in the order of compilation, each once a batch.
public struct Compiler {
  /// Every column so far, those for intermediate results included. Frames are made from it when all is compiled.
  public private(set) var layout: FrameLayout
  private let categories: Categories
  private var columns: [String: Bound] = [:]
  /// Slots that hold a result of this stage, by the computation that fills them.
  private var emitted: [String: Slot] = [:]
  private var steps: [Step] = []

  private struct Bound {
    let slot: Slot
    let type: ValueType
  }

  /// `columns` and `types` name what the frame already holds; texts in expressions become codes of `categories`.
  public init(
    layout: FrameLayout, columns: [String: Slot] = [:], types: [String: ValueType] = [:], categories: Categories
  ) {
    self.layout = layout
    self.categories = categories
    for (name, slot) in columns {
      guard let type = types[name] else { preconditionFailure("column \(name) has a slot but no type") }
      bind(name, slot: slot, type: type)
    }
  }

  /// Makes `name` readable from `slot`, in place of an earlier slot of that name.
  public mutating func bind(_ name: String, slot: Slot, type: ValueType) {
    precondition(slot.lane == type.lane, "column \(name) lies in another lane than its type says")
    columns[name] = Bound(slot: slot, type: type)
  }

  /// Adds a column to the layout and binds it: a place for what somebody else fills before the programs run.
  public mutating func addColumn(_ name: String, type: ValueType) -> Slot {
    let slot = layout.add(type.lane)
    bind(name, slot: slot, type: type)
    return slot
  }

  /// Adds a column without a name to the layout.
  public mutating func addSlot(_ lane: Lane) -> Slot { layout.add(lane) }

  /// Forgets the results of earlier programs, not the columns: what is compiled from here on may run on another filling
  /// of the frame.
  public mutating func beginStage() {
    emitted = [:]
  }

  /// The program for `expression`. Its columns must be bound.
  public mutating func compile(_ expression: TypedExpression) -> Program {
    let operand = operand(expression)
    let result = slot(of: operand, lane: expression.type.lane)
    defer { steps = [] }
    return Program(result: result, steps: steps)
  }

  /// A constant result gets a column of its own, which is filled in every batch.
  private mutating func slot(of operand: Operand, lane: Lane) -> Slot {
    if case .column(let slot) = operand { return slot }
    return emit("fill \(operand)", lane) { slot in
      switch lane {
      case .int32: fillStep(Int32(operand), into: slot)
      case .int64: fillStep(Int64(operand), into: slot)
      case .float64: fillStep(Double(operand), into: slot)
      case .flag: fillStep(UInt8(operand), into: slot)
      }
    }
  }

  /// The slot of the computation `name`, made now unless this stage has it already.
  mutating func emit(_ name: String, _ lane: Lane, _ make: (Slot) -> Step) -> Slot {
    let key = "\(name) \(lane)"
    if let slot = emitted[key] { return slot }
    let slot = layout.add(lane)
    emitted[key] = slot
    steps.append(make(slot))
    return slot
  }

  /// What a kernel reads to get the value of `expression`, in the lane of its type.
  mutating func operand(_ expression: TypedExpression) -> Operand {
    let lane = expression.type.lane
    switch expression.operation {
    case .column(let name):
      guard let bound = columns[name] else { preconditionFailure("column \(name) is not bound") }
      return cast(.column(bound.slot), to: lane, checked: bound.type.mayBeUnknown)
    case .constant(let constant): return operand(constant)
    case .unknown: return unknownOperand(lane)
    case .unary(let operation, let a): return unary(operation, a, lane: lane)
    case .binary(let operation, let a, let b, let risky):
      switch a.type.kind {
      case .integer where operation.isComparison: return .column(compareIntegers(operation, a, b))
      case .float where operation.isComparison: return .column(compareFloats(operation, a, b))
      case .integer: return integers(operation, a, b, risky: risky, lane: lane)
      case .float: return .column(floats(operation, a, b, risky: risky))
      case .text: return .column(compareTexts(operation, a, b))
      case .boolean: return .column(flags(operation, a, b))
      }
    case .choose(let condition, let a, let b): return choose(condition, a, b, lane: lane)
    case .within(let value, let lower, let upper): return within(value, lower, upper)
    case .among(let value, let members): return among(value, members)
    }
  }

  func operand(_ constant: Constant) -> Operand {
    switch constant.value {
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    case .boolean(let value): .flag(value ? 1 : 0)
    // A text that gets no code any more has none in any column either: compared with codes, it is equal to none.
    case .text(let text): .integer(categories.code(for: text).map(Int64.init) ?? Self.codeOfNoText)
    }
  }

  static let codeOfNoText: Int64 = -1

  func unknownOperand(_ lane: Lane) -> Operand {
    switch lane {
    case .int32, .int64: .integer(.unknown)
    case .float64: .float(.unknown)
    case .flag: .flag(.unknown)
    }
  }

  /// The same value in another lane; constants take any integer lane as they are.
  mutating func cast(_ operand: Operand, to lane: Lane, checked: Bool) -> Operand {
    guard case .column(let slot) = operand, slot.lane != lane else { return operand }
    let name = "\(checked ? "checked " : "")cast \(slot.index)"
    return .column(
      emit(name, lane) { result in
        switch (slot.lane, lane) {
        case (.int32, .int64): step(Widen(), checked: checked, slot, into: result)
        case (.int64, .int32): step(Narrow(), checked: checked, slot, into: result)
        case (.int32, .float64): step(ToFloat<Int32>(), checked: checked, slot, into: result)
        case (.int64, .float64): step(ToFloat<Int64>(), checked: checked, slot, into: result)
        default: preconditionFailure("no conversion from \(slot.lane) to \(lane)")
        }
      })
  }
}

extension Operation.Binary {
  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual: true
    default: false
    }
  }
}
