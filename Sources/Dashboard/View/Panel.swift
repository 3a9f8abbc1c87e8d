/// One plot of the page.
public struct Panel: Sendable, Equatable {
  /// How a plot is drawn.
  public enum Form: String, Sendable, CaseIterable {
    case steps, bars, trend, map, heat, points
  }

  public enum Scale: String, Sendable, CaseIterable {
    case linear, log
  }

  /// The histogram, or ``rate``.
  public var plot: String
  /// Nil: what fits the histogram.
  public var form: Form?
  /// A column that the histogram is split by: one plot for each of its values.
  public var per: String?
  /// A column that the histogram is split by: its values over one another in one plot.
  public var overlay: String?
  public var scale = Scale.linear
  /// How far a trend goes back, in seconds.
  public var last: Double?
  /// By what share bins may differ from the median of all, for those that should be flat.
  public var flatWithin: Double?
  public var layout: String?
  public var title: String?
  public var description: String?

  /// The plot that is no histogram: hits a second over time.
  public static let rate = "rate"

  public init(plot: String) { self.plot = plot }
}

/// Where each bin of a histogram is drawn, for plots that look like the detector.
public struct CellLayout: Sendable, Equatable {
  /// A rectangle: the place of its left upper corner and its size. y goes down.
  public struct Cell: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  public var name: String
  /// One for each bin; nil for one that is not drawn.
  public var cells: [Cell?]

  public init(name: String, cells: [Cell?]) {
    self.name = name
    self.cells = cells
  }

  /// The size of what all cells cover; they begin at 0.
  public var width: Double { cells.reduce(0) { max($0, $1.map { $0.x + $0.width } ?? 0) } }
  public var height: Double { cells.reduce(0) { max($0, $1.map { $0.y + $0.height } ?? 0) } }
}
