import ChainExecution
import Columns
import Expressions
import Specifications

extension GroupFunctionComponent {
  static let min = GroupFunctionComponent(
    .min, argument: "An expression.", summary: "The least value; unknown where no row has one.",
    example: "t0: {min: time, where: TDC_CHANNEL == 128}", type: typeOfExtreme,
    hintForCondition: { "to ask whether it holds for all hits, write `min(if(\($0), 1, 0))`" },
    makeState: { extreme(of: $0, isMaximum: false) })

  static let max = GroupFunctionComponent(
    .max, argument: "An expression.", summary: "The greatest value; unknown where no row has one.",
    example: "last: {max: time}", type: typeOfExtreme,
    hintForCondition: { "to ask whether it holds for any hit, write `any(\($0))`" },
    makeState: { extreme(of: $0, isMaximum: true) })

  @Sendable private static func typeOfExtreme(_ argument: ValueType?) -> ValueType {
    let unit = argument?.unit ?? .none
    guard let argument, argument.kind == .integer else { return .float(unit: unit, mayBeUnknown: true) }
    return .integer(argument.range, unit: unit, mayBeUnknown: true)
  }

  private static func extreme(of argument: GroupFunctionArgument, isMaximum: Bool) -> any GroupFunctionState {
    switch argument.slot.lane {
    case .int32: ExtremeState<Int32>(argument: argument.slot, isMaximum: isMaximum)
    case .int64: ExtremeState<Int64>(argument: argument.slot, isMaximum: isMaximum)
    default: ExtremeState<Double>(argument: argument.slot, isMaximum: isMaximum)
    }
  }
}
