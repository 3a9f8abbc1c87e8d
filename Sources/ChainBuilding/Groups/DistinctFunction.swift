import ChainExecution
import Columns
import Expressions
import Specifications

extension GroupFunctionComponent {
  static let distinct = GroupFunctionComponent(
    .distinct, argument: "An expression.", summary: "The number of different values.",
    example: "active: {distinct: wire, per: chamber}",
    type: { argument in
      let range = argument?.range ?? 0...0
      let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
      let isOpen = overflow || argument?.kind == .float || width >= Int64(Int32.max)
      return .integer(0...(isOpen ? Int64(Int32.max) : width + 1), mayBeUnknown: true)
    },
    makeState: { argument in
      let type = argument.type
      return if type.kind != .float, DistinctMaskState.fits(type.range) {
        DistinctMaskState(argument: argument.slot, range: type.range)
      } else {
        DistinctSetState(argument: argument.slot, isText: type.kind == .text)
      }
    })
}
