import Columns
import Histograms

/// Values of one column against another, point by point: `plot: orbit.active, against: ORBIT_CNT`.
///
/// A plot keeps the `limit` points with the smallest x and counts the others, so that a window of any length has a message
/// of bounded size. Which points those are does not depend on how the input was split.
package struct Points: HistogramKind {
  let columns: (x: Slot, y: Slot)
  let limit: Int
  let xAxis: ResultAxis
  let yAxis: ResultAxis

  package init(
    columns: (x: Slot, y: Slot), limit: Int, xAxis: ResultAxis, yAxis: ResultAxis
  ) {
    self.columns = columns
    self.limit = limit
    self.xAxis = xAxis
    self.yAxis = yAxis
  }

  package func makeState() -> any HistogramState { State(self) }

  package var bytesPerCell: Int { limit * 16 }
  package var summary: String { "up to \(limit) points" }
}

extension HistogramPlan {
  /// The most points that a message has of each plot; nil for other forms.
  package var pointLimit: Int? { (kind as? Points)?.limit }
}
