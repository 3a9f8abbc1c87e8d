import CKernels
import Columns

/// One loop over a batch, as the compiler thinks of it: which loop, and what it reads.
struct Computation {
  var family: kernel_family
  /// Whether operands may be unknown, or results too large; else the loop does not look.
  var isCareful = false
  var left: Operand?
  var right: Operand?
  var chooser: Place?
  /// What the family says of its constants, where they are not operands.
  var constants: [Operand] = []
  /// Lane of all constants.
  var lane: Lane = .float64
  /// The bounds of the integers that choose, where it is not a flag that does.
  var bounds: ClosedRange<Int32>?
  var table: LookupTable?

  /// Differs where results may; `name` is that of what lies in a place.
  func key(_ name: (Place) -> String) -> String {
    var parts = [String(family.rawValue), isCareful ? "careful" : ""]
    for operand in [left, right] {
      if case .column(let place)? = operand {
        parts.append(name(place))
      } else {
        parts.append(operand?.description ?? "")
      }
    }
    parts.append(chooser.map(name) ?? "")
    parts.append(bounds.map { "\($0.lowerBound) \($0.upperBound)" } ?? "")
    parts.append(table?.key ?? "")
    parts += constants.map(\.description)
    return parts.joined(separator: "; ")
  }

  /// The columns that it reads: left, right, what chooses.
  var sources: [Place?] {
    [left, right].map { operand in if case .column(let place)? = operand { place } else { nil } } + [chooser]
  }
}

/// A computation with the place of its result.
struct LoopStep {
  let computation: Computation
  let key: String
  let result: Place

  /// The same for the loops in C; `places` says where its operands and its result lie.
  func lowered(_ places: [Place: kernel_place]) -> kernel_step {
    var step = kernel_step()
    step.family = computation.family
    step.careful = computation.isCareful ? 1 : 0
    // Its own result is among the places that were found for it.
    step.result = places[result]!
    let operands = computation.sources.map { $0.flatMap { places[$0] } ?? kernel_place(index: -1, stride: 0) }
    step.operands = (operands[0], operands[1], operands[2])
    var constants = computation.constants
    switch (computation.left, computation.right) {
    case (.column?, let constant?) where operands[1].stride == 0:
      step.shape = kernel_right_constant
      constants.append(constant)
    case (let constant?, .column?) where operands[0].stride == 0:
      step.shape = kernel_left_constant
      constants.append(constant)
    default: step.shape = kernel_columns
    }
    let values = constants.map { $0.value(in: computation.lane) } + [kernel_value(), kernel_value()]
    step.constants = (values[0], values[1])
    step.lower = computation.bounds?.lowerBound ?? 0
    step.upper = computation.bounds?.upperBound ?? 0
    step.table = computation.table?.values
    step.table_count = computation.table?.count ?? 0
    precondition(
      kernel_exists(step.family, step.shape, step.careful) != 0, "there is no loop for \(key)")
    return step
  }
}
