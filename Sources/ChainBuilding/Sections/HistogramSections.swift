import Specifications

/// What the entries of `histograms:` declare of themselves.
package enum HistogramSections {
  static let commonKeys: [Key] = [
    Key(
      "per", .identifier,
      "A column: one set of counts for each of its values, published as NAME/VALUE. Rows without a value are in none."),
    Key("where", .condition, "Only rows that meet this condition count."),
    Key("title", .text, "What stands above the plot; the name if left out."),
    Key("description", .text, "What the shift should know of it; it stands beside the plot on the dashboard."),
  ]
  static let weight = Key(
    "weight", .expression, "What a row counts for, instead of 1. The sums of squared weights are published too.")
  static let label = Key("label", .text, "What stands at the x axis; the expression if left out.")

  package static let histogram = Specification(
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
    example: "occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber, title: Hits per wire}")

  package static let profile = Specification(
    kind: .histogram, name: "profile",
    summary: "The mean of one column in bins of another, and its error.",
    details: "Published with the number of rows, the mean and the error of the mean, sqrt(variance / n), of every bin.",
    keys: [
      Key("profile", .expression, required: true, "The expression whose mean is plotted."),
      Key("against", .expression, required: true, "The expression on the x axis."),
      Key("bins", .binning, required: true, "The bins of the x axis."),
    ] + commonKeys + [label],
    example: "drift_by_wire: {profile: drift, against: wire, bins: 64 from 0 to 64, per: chamber}")

  package static let points = Specification(
    kind: .histogram, name: "points",
    summary: "One value against another, point by point.",
    details: """
      A window keeps the points with the smallest x, up to `points` of them for each plot; the number of the others is
      published as `omitted`.
      """,
    keys: [
      Key("plot", .expression, required: true, "The expression on the y axis."),
      Key("against", .expression, required: true, "The expression on the x axis."),
      Key("points", .integer(1...10_000_000), default: "100000", "The most points of a window."),
    ] + commonKeys + [label],
    example: "active_vs_orbit: {plot: orbit.active, against: ORBIT_CNT, per: chamber}")

  package static let count = Specification(
    kind: .histogram, name: "count",
    summary: "The number of hits.",
    details: "Published as a histogram of one bin.",
    keys: [Key("count", .choice(["hits"]), required: true, "What is counted.")] + commonKeys + [weight],
    example: "chamber_hits: {count: hits, per: chamber}")

  package static let all = [histogram, profile, points, count]
}
