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
        nearer to an edge than 1e-9 of a bin's width counts as lying on it. A value over a group (`orbit.active`) counts once
        for each group, or for each group and chamber where it has a value for each chamber; with a column of the rows in it,
        it counts for every row.
        """,
      keys: [
        Key(
          "of", .oneOrMore(.expression), required: true,
          "The expression to plot; two of them make a 2D histogram, x then y."),
        Key(
          "bins", .oneOrMore(.binning), required: true,
          "`64 from 0 to 64`, `140 from -100 ns to 600 ns`, a list of edges, `integers 0..63`, `categories 2, 5`; two of them for a 2D histogram."
        ),
      ] + commonKeys + [weight, label],
      example: "occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber, title: Hits per wire}"),
    check: { settings, builder in builder.checkBinned(settings) })
}

/// How often each value of one expression occurs.
private struct OneAxis: CheckedHistogram {
  let x: TypedExpression
  let axis: Axis

  var values: [TypedExpression] { [x] }
  var axes: [(expression: TypedExpression, axis: Axis)] { [(x, axis)] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    Histogram1D(axis: axis, column: stage.slot(of: x), weight: weight)
  }
}

/// The same of two expressions together.
private struct TwoAxes: CheckedHistogram {
  let x: TypedExpression
  let xAxis: Axis
  let y: TypedExpression
  let yAxis: Axis

  var values: [TypedExpression] { [x, y] }
  var axes: [(expression: TypedExpression, axis: Axis)] { [(x, xAxis), (y, yAxis)] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    Histogram2D(x: xAxis, y: yAxis, columns: (stage.slot(of: x), stage.slot(of: y)), weight: weight)
  }
}

extension ChainBuilder {
  fileprivate func checkBinned(_ settings: Settings) -> (any CheckedHistogram)? {
    guard let of = settings["of"]?.list, let bins = settings["bins"]?.list else { return nil }
    guard (1...2).contains(of.count) else {
      findings.error(
        "wrong-argument-count", "`of` takes one expression, or two for a 2D histogram, not \(of.count)",
        at: settings["of"]!.span, hint: "make one histogram for each")
      return nil
    }
    guard bins.count == of.count else {
      findings.error(
        "wrong-argument-count",
        "`of` has \(of.count == 1 ? "one expression" : "two expressions"), but there \(bins.count == 1 ? "are bins for one axis" : "are bins for \(bins.count) axes")",
        at: settings["bins"]!.span,
        hint: of.count == 2
          ? "give bins for x and for y: `bins: [64 from 0 to 64, 100 from 0 to 10]`"
          : "give bins for one axis, or two expressions: `of: [x, y]`")
      return nil
    }
    let typed = of.map { $0.text.flatMap { names.check(ExpressionParser.parse($0, findings: findings)) } }
    let axes = zip(typed, bins).enumerated().map { index, pair -> (TypedExpression, Axis)? in
      guard let expression = pair.0, let binning = pair.1.binning else { return nil }
      return axis(
        expression, binning, label: (index == 0 ? settings["label"]?.text?.text : nil) ?? Self.words(of[index].text))
    }
    guard let x = axes[0] else { return nil }
    if axes.count == 1 { return OneAxis(x: x.0, axis: x.1) }
    guard let y = axes[1] else { return nil }
    let (cells, overflow) = (x.1.count + 2).multipliedReportingOverflow(by: y.1.count + 2)
    guard !overflow, cells <= Binning.mostBins else {
      findings.error(
        "bad-bins", "\(x.1.count) x \(y.1.count) bins are more than \(Binning.mostBins)", at: settings["bins"]!.span,
        hint: "take fewer bins; each takes 8 bytes")
      return nil
    }
    return TwoAxes(x: x.0, xAxis: x.1, y: y.0, yAxis: y.1)
  }
}
