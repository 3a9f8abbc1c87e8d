import Columns
import Histograms

/// The mean of z in bins of x and y, and the error of the mean: ``Profile`` over two axes.
package struct ProfileMap: HistogramKind {
  let bins: PlaneBins
  let column: Slot
  /// Label and unit of z.
  let z: ResultAxis

  package init(_ bins: PlaneBins, column: Slot, z: ResultAxis) {
    self.bins = bins
    self.column = column
    self.z = z
  }

  package func makeState() -> any HistogramState { State(self) }

  package var bytesPerCell: Int { bins.slots * MemoryLayout<Deviations>.stride }
  package var summary: String { "mean of \(z.label) in \(bins.summary) of \(bins.x.label) and \(bins.y.label)" }

  final class State: HistogramState {
    private let plan: ProfileMap
    private var values: Tally<Deviations>

    init(_ plan: ProfileMap) {
      self.plan = plan
      values = Tally(stride: plan.bins.slots)
    }

    func fill(_ input: FillInput) {
      values.add(input, bins: plan.bins.assign(input), unknown: plan.bins.unknownPlace, values: plan.column)
    }

    func merge(_ other: any HistogramState) { values.add((other as! State).values) }

    func write(to writer: inout PartialWriter) { values.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try values.add(from: &reader, cells: cells)
    }

    func reset() { values.reset() }

    func content(cell: Int) -> any HistogramContent {
      let all = values.cell(cell)
      return ProfileMapContent(
        x: ResultAxis(plan.bins.x), y: ResultAxis(plan.bins.y), z: plan.z, spreads: all.dropLast().map(\.spread),
        unknown: all[all.count - 1].count)
    }
  }
}
