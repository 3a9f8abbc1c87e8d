import Columns

/// The keys of a panel.
package enum PanelKeys {
  /// How a histogram is drawn.
  package enum Form: String, Sendable, CaseIterable {
    case steps, bars, trend, map, heat, points
  }

  package enum Scale: String, Sendable, CaseIterable {
    case linear, log
  }

  package static let plot = TypedKey.text(
    "plot", required: true, "A histogram, or `rate`: the hits of a second over time.")
  package static let form = TypedKey<Form>.choice(
    "as",
    "How it is drawn: `trend` is what a window holds over time, `map` each bin in its cell of a layout, `heat` a 2D histogram."
  )
  package static let per = TypedKey.identifier(
    "per", "The column that the histogram is split by: one plot for each of its values.")
  package static let overlay = TypedKey.identifier(
    "overlay", "The column that the histogram is split by: its values over one another.")
  package static let scale = DefaultKey<Scale>.choice(
    "scale", default: .linear, "The scale of the counts at first; viewers can change it.")
  package static let last = TypedKey.quantity(
    "last", .time, "How far back a trend goes; everything if left out.")
  package static let expect = TypedKey.text(
    "expect",
    "What is normal: `flat within 20 %` marks bins that differ from the median of all by more than that, and by more than chance makes likely."
  )
  package static let layout = TypedKey.name("layout", "Where each bin is drawn: a name of `layouts`.")
  package static let title = TypedKey.text("title", "What stands above it; the histogram's title if left out.")
  package static let description = TypedKey.text("description", "What the shift should know of it.")
}

/// The keys of `dashboard:`.
package enum PageKeys {
  package static let title = TypedKey.text("title", "What stands above the page; the pipeline's name if left out.")
  package static let rows = TypedKey.list(
    "rows", of: .oneOrMore(.block(DashboardSections.panel)),
    "The plots, row by row: `[[{plot: rate}, {plot: hits}], [{plot: occupancy}]]`.")
}

/// The keys of a layout.
package enum LayoutKeys {
  package static let cells = TypedKey.integer(
    "cells", 1...4096, required: true, "How many cells there are: as many as the histogram has bins.")
  package static let x = TypedKey.expression("x", required: true, "How far right the cell begins.")
  package static let y = DefaultKey.reading("y", .expression, default: "0", "How far down the cell begins.") { $0.text }
  package static let width = DefaultKey.number("width", default: 1, "How wide a cell is.")
  package static let height = DefaultKey.number("height", default: 1, "How high a cell is.")
}

/// What says how results are shown: the page that `hitmon run` and `hitmon dashboard` serve.
package enum DashboardSections {
  package static let panel = Specification(
    kind: .section, name: "panels", summary: "One plot of the dashboard.",
    details: """
      Without `as` a histogram is drawn as fits it: bars for categories, steps for other bins, a heat map for two axes,
      points for points. One that is split by a column is drawn once for each value, unless `overlay` puts them over one
      another.
      """,
    keys: [
      PanelKeys.plot, PanelKeys.form, PanelKeys.per, PanelKeys.overlay, PanelKeys.scale, PanelKeys.last,
      PanelKeys.expect, PanelKeys.layout, PanelKeys.title, PanelKeys.description,
    ],
    example: "dashboard: {rows: [[{plot: hits, as: bars, title: Hits of the window}]]}")

  package static let dashboard = Specification(
    kind: .section, name: "dashboard",
    summary: "What the page of results shows, and where.",
    details: "Without `rows` every histogram is shown, as its form and its axes suggest.",
    keys: [PageKeys.title, PageKeys.rows],
    example: "dashboard: {title: Telescope, rows: [[{plot: hits, as: bars}, {plot: rate, last: 10 min}]]}")

  package static let layout = Specification(
    kind: .section, name: "layouts",
    summary: "Where the bins of a histogram lie in the detector, for plots that look like it.",
    details: """
      `x` and `y` are expressions of `bin`, the number of a bin from 0 on. They give the left upper corner of its cell; y goes
      down. A bin for which one of them is unknown is not drawn.
      """,
    keys: [LayoutKeys.cells, LayoutKeys.x, LayoutKeys.y, LayoutKeys.width, LayoutKeys.height],
    example: "layouts: {strips: {cells: 16, x: bin * 10, width: 9, height: 100}}")
}
