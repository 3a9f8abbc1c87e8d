import Columns
import Specifications

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
      Key("plot", .text, required: true, "A histogram, or `rate`: the hits of a second over time."),
      Key(
        "as", .choice(["steps", "bars", "trend", "map", "heat", "points"]),
        "How it is drawn: `trend` is what a window holds over time, `map` each bin in its cell of a layout, `heat` a 2D histogram."
      ),
      Key("per", .identifier, "The column that the histogram is split by: one plot for each of its values."),
      Key("overlay", .identifier, "The column that the histogram is split by: its values over one another."),
      Key(
        "scale", .choice(["linear", "log"]), default: "linear",
        "The scale of the counts at first; viewers can change it."),
      Key("last", .quantity(Dimension(time: 1)), "How far back a trend goes; everything if left out."),
      Key(
        "expect", .text,
        "What is normal: `flat within 20 %` marks bins that differ from the median of all by more than that, and by more than chance makes likely."
      ),
      Key("layout", .name, "Where each bin is drawn: a name of `layouts`."),
      Key("title", .text, "What stands above it; the histogram's title if left out."),
      Key("description", .text, "What the shift should know of it."),
    ],
    example: "dashboard: {rows: [[{plot: hits, as: bars, title: Hits of the window}]]}")

  package static let dashboard = Specification(
    kind: .section, name: "dashboard",
    summary: "What the page of results shows, and where.",
    details: "Without `rows` every histogram is shown, as its form and its axes suggest.",
    keys: [
      Key("title", .text, "What stands above the page; the pipeline's name if left out."),
      Key(
        "rows", .list(.oneOrMore(.block(panel))),
        "The plots, row by row: `[[{plot: rate}, {plot: hits}], [{plot: occupancy}]]`."),
    ],
    example: "dashboard: {title: Telescope, rows: [[{plot: hits, as: bars}, {plot: rate, last: 10 min}]]}")

  package static let layout = Specification(
    kind: .section, name: "layouts",
    summary: "Where the bins of a histogram lie in the detector, for plots that look like it.",
    details: """
      `x` and `y` are expressions of `bin`, the number of a bin from 0 on. They give the left upper corner of its cell; y goes
      down. A bin for which one of them is unknown is not drawn.
      """,
    keys: [
      Key("cells", .integer(1...4096), required: true, "How many cells there are: as many as the histogram has bins."),
      Key("x", .expression, required: true, "How far right the cell begins."),
      Key("y", .expression, default: "0", "How far down the cell begins."),
      Key("width", .number, default: "1", "How wide a cell is."),
      Key("height", .number, default: "1", "How high a cell is."),
    ],
    example: "layouts: {strips: {cells: 16, x: bin * 10, width: 9, height: 100}}")
}
