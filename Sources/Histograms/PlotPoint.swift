/// One point of a plot of one column against another.
package struct PlotPoint: Sendable, Equatable, BitwiseCopyable {
  package var x: Double
  package var y: Double

  package init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// The order in which plots keep and show their points.
  package static func precedes(_ a: PlotPoint, _ b: PlotPoint) -> Bool { a.x != b.x ? a.x < b.x : a.y < b.y }
}
