import Columns
import Histograms

/// The mean of y in bins of x, and the error of the mean.
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

  package func makeState() -> any HistogramState {
    MeansState(slots: axis.slots, column: columns.y) { input in
      let bins = input.scratch.0
      axis.assign(input.frame, columns.x, rows: input.rows, count: input.count, into: bins)
      return bins
    } publish: { bins, unknown in
      ProfileContent(axis: ResultAxis(axis), y: y, spreads: bins, unknown: unknown)
    }
  }

  package var bytesPerCell: Int { axis.slots * MemoryLayout<Deviations>.stride }
  package var summary: String { "mean of \(y.label) in \(axis.count) bins" }
}
