import Columns

/// The mean of y in bins of x, and the error of the mean.
///
/// Kept as sums over the distances from a number near y, so that states merge and times far from 0 keep their digits; the
/// error is sqrt(variance / n).
package struct Profile: HistogramKind {
  let axis: Axis
  let columns: (x: Slot, y: Slot)
  let yLabel: String
  let yUnit: String

  package init(axis: Axis, columns: (x: Slot, y: Slot), yLabel: String, yUnit: String) {
    self.axis = axis
    self.columns = columns
    self.yLabel = yLabel
    self.yUnit = yUnit
  }

  package func makeState() -> any HistogramState { State(self) }

  package var bytesPerCell: Int { axis.slots * MemoryLayout<Deviations>.stride }
  package var summary: String { "mean of \(yLabel) in \(axis.count) bins" }

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

    func result(cell: Int) -> HistogramResult {
      let last = plan.axis.count + 1
      let all = values.cell(cell)
      return .profile(
        plan.axis, all[...last].map(\.spread), unit: plan.yUnit, label: plan.yLabel, unknown: all[last + 1].count)
    }
  }
}
