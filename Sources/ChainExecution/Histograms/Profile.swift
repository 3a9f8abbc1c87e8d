import Columns
import Histograms

/// The mean of y in bins of x, and the error of the mean.
///
/// Kept as sums over the distances from a number near y, so that states merge and times far from 0 keep their digits; the
/// error is sqrt(variance / n).
package struct Profile: HistogramKind {
  let axis: Axis
  let columns: (x: Slot, y: Slot)
  /// Label and unit of y.
  let y: ResultAxis

  package init(axis: Axis, columns: (x: Slot, y: Slot), y: ResultAxis) {
    self.axis = axis
    self.columns = columns
    self.y = y
  }

  package func makeState() -> any HistogramState { State(self) }

  package var bytesPerCell: Int { axis.slots * MemoryLayout<Deviations>.stride }
  package var summary: String { "mean of \(y.label) in \(axis.count) bins" }

  final class State: HistogramState {
    private let plan: Profile
    private var values: Tally<Deviations>

    init(_ plan: Profile) {
      self.plan = plan
      values = Tally(stride: plan.axis.slots)
    }

    func fill(_ input: FillInput) {
      let bins = input.scratch.0
      plan.axis.assign(input.frame, plan.columns.x, rows: input.rows, count: input.count, into: bins)
      values.add(input, bins: bins, unknown: plan.axis.unknownBin, values: plan.columns.y)
    }

    func merge(_ other: any HistogramState) { values.add((other as! State).values) }

    func write(to writer: inout PartialWriter) { values.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try values.add(from: &reader, cells: cells)
    }

    func reset() { values.reset() }

    func content(cell: Int) -> any HistogramContent {
      let last = plan.axis.count + 1
      let all = values.cell(cell)
      return ProfileContent(
        axis: ResultAxis(plan.axis), y: plan.y, spreads: all[...last].map(\.spread), unknown: all[last + 1].count)
    }
  }
}
