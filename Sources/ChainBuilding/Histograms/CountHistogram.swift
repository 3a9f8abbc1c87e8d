import ChainExecution
import Columns
import Expressions
import Specifications

extension HistogramComponent {
  static let count = HistogramComponent(
    specification: Specification(
      kind: .histogram, name: "count",
      summary: "The number of hits.",
      details: "Published as a histogram of one bin.",
      keys: [Key("count", .choice(["hits"]), required: true, "What is counted.")] + HistogramKeys.common
        + [HistogramKeys.weight],
      example: "chamber_hits: {count: hits, per: chamber}"),
    check: { _, _ in CheckedCount() })
}

private struct CheckedCount: CheckedHistogram {
  var values: [TypedExpression] { [] }
  var axes: [CheckedAxis] { [] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    // One bin that holds everything: its column is 0 in every row.
    let zero = stage.addSlot(.int32)
    let axis = Axis(label: "", unit: "", edges: [0, 1], isRegular: true, range: 0...0)
    return Histogram1D(axis: axis, column: zero, weight: weight)
  }
}
