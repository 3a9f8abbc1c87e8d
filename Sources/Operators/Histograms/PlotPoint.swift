/// One point of a plot of one column against another.
public struct PlotPoint: Sendable, Equatable, BitwiseCopyable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// The order in which plots keep and show their points.
  public static func precedes(_ a: PlotPoint, _ b: PlotPoint) -> Bool { a.x != b.x ? a.x < b.x : a.y < b.y }
}
