import Columns

/// The mean of y in bins of x, and the error of the mean.
///
/// Kept as number, sum and sum of squares of y, so that states merge; the error is sqrt(variance / n).
struct Profile: AggregateKind {
  let axis: Axis
  let columns: (x: Slot, y: Slot)
  let yLabel: String
  let yUnit: String

  func makeState() -> any AggregateState { State(self) }

  var bytesPerCell: Int { axis.slots * 24 }
  var summary: String { "mean of \(yLabel) in \(axis.count) bins" }

  final class State: AggregateState {
    private let plan: Profile
    private var moments: Moments

    init(_ plan: Profile) {
      self.plan = plan
      moments = Moments(plan.axis)
    }

    func fill(_ input: FillInput) {
      let bins = input.scratch.0
      plan.axis.assign(input.frame, plan.columns.x, rows: input.rows, count: input.count, into: bins)
      moments.add(input, bins: bins, values: ColumnReader(input.frame, plan.columns.y))
    }

    func merge(_ other: any AggregateState) { moments.merge((other as! State).moments) }

    func write(to writer: inout PartialWriter) { moments.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try moments.add(from: &reader, cells: cells)
    }

    func reset() { moments.reset() }

    func result(cell: Int) -> AggregateResult {
      let last = plan.axis.count + 1
      let entries = moments.counts.cell(cell)
      return .profile(
        plan.axis, counts: Array(entries[...last]), sums: Array(moments.sums.cell(cell)[...last]),
        squares: Array(moments.squares.cell(cell)[...last]), unit: plan.yUnit, label: plan.yLabel,
        unknown: entries[last + 1])
    }
  }
}
