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

  package func makeState() -> any HistogramState {
    MeansState(slots: bins.slots, column: column, places: bins.assign) { spreads, unknown in
      ProfileMapContent(x: ResultAxis(bins.x), y: ResultAxis(bins.y), z: z, spreads: spreads, unknown: unknown)
    }
  }

  package var bytesPerCell: Int { bins.slots * MemoryLayout<Deviations>.stride }
  package var summary: String { "mean of \(z.label) in \(bins.summary) of \(bins.x.label) and \(bins.y.label)" }
}
