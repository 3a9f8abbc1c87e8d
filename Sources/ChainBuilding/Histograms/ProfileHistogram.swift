import ChainExecution
import Columns
import Diagnostics
import Expressions
import Histograms
import Specifications

private enum ProfileKeys {
  static let profile = TypedKey.expression("profile", required: true, "The expression whose mean is plotted.")
}

extension HistogramComponent {
  static let profile = HistogramComponent(
    specification: Specification(
      kind: .histogram, name: "profile",
      summary: "The mean of one column in bins of one or two others, and its error.",
      details:
        "Published with the number of rows, the mean and the error of the mean, sqrt(variance / n), of every bin.",
      keys: [
        ProfileKeys.profile, HistogramKeys.against,
        HistogramKeys.bins.explained("The bins of the x axis; two of them for a map."),
      ] + HistogramKeys.common + [HistogramKeys.label],
      example: "drift_by_wire: {profile: drift, against: wire, bins: 64 from 0 to 64, per: chamber}"),
    check: { settings, builder in
      let value = builder.value(ProfileKeys.profile, of: settings)
      let axes = builder.axes(of: HistogramKeys.against, settings)
      guard let value, let axes else { return nil }
      guard value.type.isNumber else {
        builder.findings.error(
          .typeMismatch, "a profile takes the mean of a number, and this is \(value.type.words)", at: value.span,
          hint: value.type.kind == .boolean ? "take the mean of `if(\(value.label), 1, 0)`" : nil)
        return nil
      }
      let label = ChainBuilder.words(settings[ProfileKeys.profile])
      return CheckedProfile(value: value, label: label, axes: axes)
    })
}

private struct CheckedProfile: CheckedHistogram {
  /// Whose mean is taken, and how it is called.
  let value: TypedExpression
  let label: String
  /// One or two.
  let axes: [CheckedAxis]

  var values: [TypedExpression] { axes.map(\.expression) + [value] }

  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind {
    let mean = ResultAxis(label: label, unit: value.type.unit.symbol)
    if axes.count == 2 {
      let bins = stage.plane(axes[0], axes[1])
      return ProfileMap(bins, column: stage.slot(of: value), z: mean)
    }
    return Profile(
      axis: axes[0].axis, columns: (stage.slot(of: axes[0].expression), stage.slot(of: value)), y: mean)
  }
}
