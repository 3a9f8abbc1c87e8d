import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension HistogramComponent {
  static let profile = HistogramComponent(
    specification: Specification(
      kind: .histogram, name: "profile",
      summary: "The mean of one column in bins of another, and its error.",
      details:
        "Published with the number of rows, the mean and the error of the mean, sqrt(variance / n), of every bin.",
      keys: [
        Key("profile", .expression, required: true, "The expression whose mean is plotted."),
        Key("against", .expression, required: true, "The expression on the x axis."),
        Key("bins", .binning, required: true, "The bins of the x axis."),
      ] + commonKeys + [label],
      example: "drift_by_wire: {profile: drift, against: wire, bins: 64 from 0 to 64, per: chamber}"),
    check: { settings, builder in
      let y = builder.value("profile", of: settings), x = builder.value("against", of: settings)
      guard let y, let x, let binning = settings["bins"]?.binning,
        let (converted, axis) = builder.axis(x, binning, label: builder.xLabel(of: settings))
      else { return nil }
      guard y.type.isNumber else {
        builder.findings.error(
          "type-mismatch", "a profile takes the mean of a number, and this is \(y.type.words)", at: y.span,
          hint: y.type.kind == .boolean ? "take the mean of `if(\(y.label), 1, 0)`" : nil)
        return nil
      }
      return CheckedProfile(y: y, yLabel: ChainBuilder.words(settings["profile"]?.text), x: converted, axis: axis)
    })
}

private struct CheckedProfile: CheckedHistogram {
  let y: TypedExpression
  let yLabel: String
  let x: TypedExpression
  let axis: Axis

  var values: [TypedExpression] { [x, y] }
  var axes: [(expression: TypedExpression, axis: Axis)] { [(x, axis)] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    Profile(
      axis: axis, columns: (stage.slot(of: x), stage.slot(of: y)), yLabel: yLabel, yUnit: y.type.unit.symbol)
  }
}
