import ChainExecution
import Columns
import Diagnostics
import Expressions
import Histograms
import Specifications

private enum PointsKeys {
  static let plot = TypedKey.expression("plot", required: true, "The expression on the y axis.")
  static let against = TypedKey.expression("against", required: true, "The expression on the x axis.")
  static let points = DefaultKey.integer("points", 1...10_000_000, default: 100_000, "The most points of a window.")
}

extension HistogramComponent {
  package static let points = HistogramComponent(
    specification: Specification(
      kind: .histogram, name: "points",
      summary: "One value against another, point by point.",
      details: """
        A window keeps the points with the smallest x, up to `points` of them for each plot; the number of the others is
        published as `omitted`.
        """,
      keys: [PointsKeys.plot, PointsKeys.against, PointsKeys.points] + HistogramKeys.common + [HistogramKeys.label],
      example: "active_vs_orbit: {plot: orbit.active, against: ORBIT_CNT, per: chamber}"),
    check: { settings, builder in
      let y = builder.value(PointsKeys.plot, of: settings), x = builder.value(PointsKeys.against, of: settings)
      guard let y, let x else { return nil }
      for typed in [x, y] where !typed.type.isNumber {
        builder.findings.error(
          .typeMismatch, "a plot takes numbers, and this is \(typed.type.words)", at: typed.span,
          hint: typed.type.kind == .boolean ? "plot `if(\(typed.label), 1, 0)`" : nil)
        return nil
      }
      return CheckedPoints(
        y: y, yLabel: ChainBuilder.words(settings[PointsKeys.plot]), x: x,
        xLabel: settings[HistogramKeys.label]?.text ?? ChainBuilder.words(settings[PointsKeys.against]),
        limit: Int(settings[PointsKeys.points]))
    })
}

private struct CheckedPoints: CheckedHistogram {
  let y: TypedExpression
  let yLabel: String
  let x: TypedExpression
  let xLabel: String
  let limit: Int

  var values: [TypedExpression] { [x, y] }
  var axes: [CheckedAxis] { [] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    Points(
      columns: (stage.slot(of: x), stage.slot(of: y)), limit: limit,
      xAxis: ResultAxis(label: xLabel, unit: x.type.unit.symbol),
      yAxis: ResultAxis(label: yLabel, unit: y.type.unit.symbol))
  }
}
