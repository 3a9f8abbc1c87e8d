import Specifications

/// One plot of the page.
package struct Panel: Sendable, Equatable {
  /// How a plot is drawn.
  package typealias Form = PanelKeys.Form
  package typealias Scale = PanelKeys.Scale

  /// The histogram, or ``rate``.
  package var plot: String
  /// Nil: what fits the histogram.
  package var form: Form?
  /// A column that the histogram is split by: one plot for each of its values.
  package var per: String?
  /// A column that the histogram is split by: its values over one another in one plot.
  package var overlay: String?
  package var scale = Scale.linear
  /// How far a trend goes back, in seconds.
  package var last: Double?
  /// By what share bins may differ from the median of all, for those that should be flat.
  package var flatWithin: Double?
  package var layout: String?
  package var title: String?
  package var description: String?

  /// The plot that is no histogram: hits a second over time.
  package static let rate = "rate"

  package init(plot: String) { self.plot = plot }
}

/// Where each bin of a histogram is drawn, for plots that look like the detector.
package struct CellLayout: Sendable, Equatable {
  /// A rectangle: the place of its left upper corner and its size. y goes down.
  package struct Cell: Sendable, Equatable {
    package var x: Double
    package var y: Double
    package var width: Double
    package var height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  package var name: String
  /// One for each bin; nil for one that is not drawn.
  package var cells: [Cell?]

  package init(name: String, cells: [Cell?]) {
    self.name = name
    self.cells = cells
  }

  /// The size of what all cells cover; they begin at 0.
  package var width: Double { cells.reduce(0) { max($0, $1.map { $0.x + $0.width } ?? 0) } }
  package var height: Double { cells.reduce(0) { max($0, $1.map { $0.y + $0.height } ?? 0) } }
}
