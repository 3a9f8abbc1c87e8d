import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension HistogramComponent {
  static let binned = HistogramComponent(
    specification: Specification(
      kind: .histogram, name: "histogram",
      summary: "How often each value of one or two columns occurs.",
      details: """
        Underflow, overflow and unknown values are always counted. Bins are half open, `[lower edge, upper edge)`; a value
        nearer to an edge than 1e-9 of the narrower bin beside it counts as lying on it. A value over a group
        (`orbit.active`) counts once for each group, or for each group and chamber where it has a value for each chamber;
        with a column of the rows in it, it counts for every row.
        """,
      keys: [HistogramKeys.of, HistogramKeys.bins] + HistogramKeys.common + [
        HistogramKeys.weight, HistogramKeys.label,
      ],
      example: "occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber, title: Hits per wire}"),
    check: { settings, builder in
      guard let axes = builder.axes(of: HistogramKeys.of, settings) else { return nil }
      return axes.count == 1 ? OneAxis(axes[0]) : TwoAxes(x: axes[0], y: axes[1])
    })
}

/// How often each value of one expression occurs.
private struct OneAxis: CheckedHistogram {
  let x: CheckedAxis

  init(_ x: CheckedAxis) { self.x = x }

  var values: [TypedExpression] { [x.expression] }
  var axes: [CheckedAxis] { [x] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    Histogram1D(axis: x.axis, column: stage.slot(of: x.expression), weight: weight)
  }
}

/// The same of two expressions together.
private struct TwoAxes: CheckedHistogram {
  let x: CheckedAxis
  let y: CheckedAxis

  var values: [TypedExpression] { [x.expression, y.expression] }
  var axes: [CheckedAxis] { [x, y] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    Histogram2D(stage.plane(x, y), weight: weight)
  }
}
