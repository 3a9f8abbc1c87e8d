import ChainExecution

/// One histogram of a result message.
///
/// Bins lie in arrays with the flow bins at their ends: underflow first, overflow last.
package struct ResultHistogram: Sendable, Equatable {
  package var title: String
  package var content: Content

  package init(title: String, content: Content) {
    self.title = title
    self.content = content
  }

  package enum Content: Sendable, Equatable {
    case bins(Bins)
    case map(Map)
    case profile(Profile)
    case points(Points)
  }

  /// A histogram of one column.
  package struct Bins: Sendable, Equatable {
    package var axis: ResultAxis
    /// How many rows each bin has. With weights, the flow bins' numbers are not published, and 0 here.
    package var entries: [UInt64]
    /// Sums of weights and of their squares; nil where every row counts 1.
    package var weights: Moments?
    package var unknown: UInt64
  }

  /// A histogram of two columns.
  package struct Map: Sendable, Equatable {
    package var x: ResultAxis
    package var y: ResultAxis
    /// For each x the row of y, flow bins of both included: that of x and y is at x * (y.count + 2) + y.
    package var values: [Double]
    /// Nil where every row counts 1.
    package var weights: Weights?
    package var unknown: UInt64

    /// In the order of ``values``.
    package struct Weights: Sendable, Equatable {
      /// How many rows each bin has. The flow bins' numbers are not published, and 0 here.
      package var entries: [UInt64]
      /// Sums of squared weights.
      package var squares: [Double]
    }
  }

  /// The mean of y in bins of x.
  package struct Profile: Sendable, Equatable {
    package var axis: ResultAxis
    /// Label and unit of y.
    package var y: ResultAxis
    package var spreads: [Spread]
    package var unknown: UInt64

    package var entries: [UInt64] { spreads.map(\.count) }
  }

  /// Sums of a number and of its squares, bin by bin; NaN where the message has none.
  package struct Moments: Sendable, Equatable {
    package var sums: [Double]
    package var squares: [Double]
  }

  /// Points, ascending in x, those of one x in y.
  package struct Points: Sendable, Equatable {
    package var axis: ResultAxis
    package var y: ResultAxis
    package var points: [Point]
    /// Points beyond the limit.
    package var omitted: UInt64
  }

  package typealias Point = PlotPoint
}

extension ResultHistogram {
  /// What a window counted.
  package init(_ result: HistogramResult, title: String) {
    self.title = title
    switch result {
    case .histogram(let axis, let bins):
      content = .bins(
        Bins(
          axis: ResultAxis(axis), entries: bins.counts,
          weights: bins.weights.map { Moments(sums: $0.sums, squares: $0.squares) }, unknown: bins.unknown))
    case .map(let x, let y, let values, let weights, let unknown):
      var counts = weights?.counts ?? []
      let width = x.count + 2, height = y.count + 2
      for place in counts.indices
      where [0, width - 1].contains(place / height) || [0, height - 1].contains(place % height) { counts[place] = 0 }
      content = .map(
        Map(
          x: ResultAxis(x), y: ResultAxis(y), values: values,
          weights: weights.map { .init(entries: counts, squares: $0.squares) }, unknown: unknown))
    case .profile(let axis, let spreads, let unit, let label, let unknown):
      content = .profile(
        Profile(
          axis: ResultAxis(axis), y: ResultAxis(label: label, unit: unit), spreads: spreads, unknown: unknown))
    case .points(let label, let unit, let points, let omitted, let yLabel, let yUnit):
      content = .points(
        Points(
          axis: ResultAxis(label: label, unit: unit), y: ResultAxis(label: yLabel, unit: yUnit),
          points: points, omitted: omitted))
    }
  }
}
