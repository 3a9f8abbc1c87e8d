import ChainExecution
import Columns
import Expressions
import Specifications

extension GroupFunctionComponent {
  static let sum = GroupFunctionComponent(
    .sum, argument: "An expression.", summary: "The sum; unknown where it goes beyond 63 bits.",
    example: "charge: {sum: ADC}",
    type: { argument in
      let unit = argument?.unit ?? .none
      guard argument?.kind == .integer else { return .float(unit: unit, mayBeUnknown: true) }
      return .integer(ValueType.widest, unit: unit, mayBeUnknown: true)
    },
    hintForCondition: { "to count the hits for which it holds, write `count where \($0)`" },
    makeState: { argument in
      if argument.type.kind == .integer {
        IntegerSumState(argument: argument.slot)
      } else {
        FloatSumState(argument: argument.slot, isMean: false)
      }
    })
}
