import ChainExecution
import Columns
import Expressions
import Specifications

extension GroupFunctionComponent {
  static let any = GroupFunctionComponent(
    .any, argument: "A condition.", form: .condition, summary: "Whether any row meets the condition.",
    example: "triggered: {any: TDC_CHANNEL == 128}",
    type: { _ in .boolean(mayBeUnknown: true) },
    makeState: { AnyState(argument: $0.slot) })
}
