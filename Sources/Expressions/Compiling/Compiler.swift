import CKernels
import Columns

/// Turns typed expressions into programs over the columns of one frame layout.
///
/// What a program computes, and what in it takes long, gets a column, and is not computed again: a program holds none
/// of the steps for it that an earlier program of the same stage holds. So the programs of a stage must run in the order
/// of compilation, each once a batch. What is quick and only stands between two steps lies in strips of a few hundred
/// rows that stay in the first-level cache.
package struct Compiler {
  /// Every column so far, those for intermediate results included. Frames are made from it when all is compiled.
  package internal(set) var layout: FrameLayout
  private let categories: Categories
  private var columns: [String: Bound] = [:]
  /// Results of this stage that are in columns, and those of the program that is being compiled, by their computation.
  var emitted: [String: Place] = [:]
  /// Each computation of this stage has a number, which stands for its result in the keys of others.
  private var numbers: [String: Int] = [:]
  /// The columns that hold results of this stage.
  var computed: [Slot: Int] = [:]
  /// Those of the program that is being compiled.
  var steps: [LoopStep] = []

  private struct Bound {
    let slot: Slot
    let type: ValueType
  }

  /// `columns` and `types` name what the frame already holds; texts in expressions become codes of `categories`.
  package init(
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
  package mutating func bind(_ name: String, slot: Slot, type: ValueType) {
    precondition(slot.lane == type.lane, "column \(name) lies in another lane than its type says")
    columns[name] = Bound(slot: slot, type: type)
  }

  /// Adds a column to the layout and binds it: a place for what somebody else fills before the programs run.
  package mutating func addColumn(_ name: String, type: ValueType) -> Slot {
    let slot = layout.add(type.lane)
    bind(name, slot: slot, type: type)
    return slot
  }

  /// Adds a column without a name to the layout.
  package mutating func addSlot(_ lane: Lane) -> Slot { layout.add(lane) }

  /// Forgets the results of earlier programs, not the columns: what is compiled from here on may run on another filling
  /// of the frame.
  package mutating func beginStage() {
    emitted = [:]
    numbers = [:]
    computed = [:]
  }

  /// The program for `expression`. Its columns must be bound.
  package mutating func compile(_ expression: TypedExpression) -> Program {
    let lane = expression.type.lane
    let result = column(of: operand(expression), lane: lane)
    return program(for: result)
  }

  /// The place of an operand: a constant gets one of its own, which is filled in every batch.
  mutating func column(of operand: Operand, lane: Lane) -> Place {
    if case .column(let place) = operand { return place }
    let family =
      switch lane {
      case .int32: kernel_fill_int32
      case .int64: kernel_fill_int64
      case .float64: kernel_fill_float64
      case .flag: kernel_fill_flag
      }
    return emit(Computation(family: family, constants: [operand], lane: lane), lane)
  }

  /// The place of the computation's result, made now unless there is one already.
  mutating func emit(_ computation: Computation, _ lane: Lane) -> Place {
    let key = key(of: computation)
    if let place = emitted[key] { return place }
    let number = numbers[key] ?? numbers.count
    numbers[key] = number
    let place = Place.temporary(number: number, lane: lane)
    emitted[key] = place
    steps.append(LoopStep(computation: computation, key: key, result: place))
    return place
  }

  /// Equal for computations of the same from the same, wherever the operands lie.
  func key(of computation: Computation) -> String {
    computation.key { place in
      switch place {
      case .column(let slot): computed[slot].map { "result \($0)" } ?? "column \(slot.index)"
      case .temporary(let number, _): "result \(number)"
      }
    }
  }

  /// As above, for an operation on two operands of one lane.
  mutating func emit(
    _ family: kernel_family, careful: Bool, _ x: Operand, _ y: Operand, _ operands: Lane, into result: Lane
  ) -> Place {
    // Where both are constants that nothing folded, one is unknown.
    let left = if case .column = y { x } else { Operand.column(column(of: x, lane: operands)) }
    return emit(Computation(family: family, isCareful: careful, left: left, right: y, lane: operands), result)
  }

  /// As above, for an operation on one column.
  mutating func emit(_ family: kernel_family, careful: Bool = false, _ x: Place, into result: Lane) -> Place {
    emit(Computation(family: family, isCareful: careful, left: .column(x)), result)
  }

  /// What a step reads to get the value of `expression`, in the lane of its type.
  mutating func operand(_ expression: TypedExpression) -> Operand {
    let lane = expression.type.lane
    switch expression.operation {
    case .column(let name):
      guard let bound = columns[name] else { preconditionFailure("column \(name) is not bound") }
      return cast(.column(.column(bound.slot)), to: lane, checked: bound.type.mayBeUnknown)
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
      case .boolean: return flags(operation, a, b)
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
    guard case .column(let place) = operand, place.lane != lane else { return operand }
    let family =
      switch (place.lane, lane) {
      case (.int32, .int64): kernel_widen
      case (.int64, .int32): kernel_narrow
      case (.int32, .float64): kernel_to_float_int32
      case (.int64, .float64): kernel_to_float_int64
      default: preconditionFailure("no conversion from \(place.lane) to \(lane)")
      }
    return .column(emit(family, careful: checked, place, into: lane))
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
