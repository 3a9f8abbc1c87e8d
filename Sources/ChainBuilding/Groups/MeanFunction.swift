import ChainExecution
import Columns
import Expressions
import Specifications

extension GroupFunctionComponent {
  static let mean = GroupFunctionComponent(
    .mean, argument: "An expression.", summary: "The mean; unknown where no row has a value.",
    example: "mean_time: {mean: time, per: chamber}",
    type: { .float(unit: $0?.unit ?? .none, mayBeUnknown: true) },
    hintForCondition: { "for the fraction of hits for which it holds, write `mean(if(\($0), 1, 0))`" },
    makeState: { FloatSumState(argument: $0.slot, isMean: true) })
}
