import ChainExecution
import Columns
import Expressions
import Specifications

extension GroupFunctionComponent {
  static let count = GroupFunctionComponent(
    .count, argument: "`rows`: what is counted.", form: .choice(["rows"]), summary: "The number of rows.",
    example: "hits: {count: rows, per: chamber}",
    type: { _ in .integer(0...Int64.max) },
    makeState: { (_: GroupFunctionArgument?) in CountState() })
}
