import JSON

/// How many rows are in each bin of two axes, or what their weights come to.
package struct MapContent: HistogramContent {
  package var x: ResultAxis
  package var y: ResultAxis
  /// What each bin holds, in the order of ``grid``: its rows, or the sum of their weights.
  package var values: [Double]
  /// Nil where every row counts 1.
  package var weights: Weights?
  package var unknown: UInt64

  /// In the order of ``MapContent/grid``.
  package struct Weights: Sendable, Equatable {
    /// How many rows each bin has. The flow bins' numbers are not published, and 0 here.
    package var entries: [UInt64]
    /// Sums of squared weights.
    package var squares: [Double]
  }

  package var grid: BinGrid { BinGrid(x, y) }

  /// - Parameter weights: rows and sums of squared weights of every bin, in the order of ``grid``.
  package init(
    x: ResultAxis, y: ResultAxis, values: [Double], weights: (entries: [UInt64], squares: [Double])?, unknown: UInt64
  ) {
    self.x = x
    self.y = y
    self.values = values
    self.unknown = unknown
    guard let weights else { return }
    let grid = BinGrid(x, y)
    self.weights = Weights(
      entries: weights.entries.enumerated().map { grid.isInside($0.offset) ? $0.element : 0 },
      squares: weights.squares)
  }

  // MARK: Messages

  package static func fits(_ fields: ResultFields) -> Bool { fields.has("x_edges") && !fields.has("sum") }

  package init(reading fields: ResultFields) throws(JSONError) {
    x = try fields.axis("axis", edges: "x_edges")
    y = try fields.axis("y_axis", edges: "y_edges")
    unknown = try fields.count("unknown")
    let grid = BinGrid(x, y)
    values = try grid.read("bin_counts", flow: "", fields)
    // Messages of earlier versions have no errors of weighted bins.
    guard fields.has("bin_variances") else { return }
    let inside = try fields.columns("bin_entries", count: x.count, height: y.count)
    let none = [Double](repeating: 0, count: grid.height)
    let entries = none + inside.flatMap { [0] + $0 + [0] } + none
    weights = Weights(
      entries: try grid.counts("bin_entries", entries, fields),
      squares: try grid.read("bin_variances", flow: "_variance", fields))
  }

  package func write(to writer: inout JSONWriter) {
    let grid = grid
    x.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    writer.field("x_edges", x.edges)
    writer.field("y_edges", y.edges)
    grid.write("bin_counts", values, to: &writer)
    if let weights {
      grid.write("bin_variances", weights.squares, to: &writer)
      grid.write("bin_entries", weights.entries, to: &writer)
    }
    grid.writeFlow("", values, to: &writer)
    if let weights { grid.writeFlow("_variance", weights.squares, to: &writer) }
    writer.field("unknown", unknown)
  }

  // MARK: Merging

  package mutating func add(_ other: Self, pointLimit: Int?) throws(ResultError) {
    let xUnion = try AxisUnion(x, other.x), yUnion = try AxisUnion(y, other.y)
    try xUnion.check(overflows: overflowsX, other.overflowsX)
    try yUnion.check(overflows: overflowsY, other.overflowsY)
    let bins = BinUnion(xUnion, yUnion)
    switch (weights, other.weights) {
    case (nil, nil): break
    case (let a?, let b?):
      weights = Weights(entries: try bins.sum(a.entries, b.entries), squares: bins.sum(a.squares, b.squares))
    default: throw ResultError("it has weights in one message and none in another")
    }
    values = bins.sum(values, other.values)
    unknown = try sumOfCounts(unknown, other.unknown)
    (x, y) = (xUnion.axis, yUnion.axis)
  }

  private var overflowsX: Bool { isFilled(grid.overflowOfX) }
  private var overflowsY: Bool { isFilled(grid.overflowOfY) }

  private func isFilled(_ places: some Sequence<Int>) -> Bool {
    places.contains { place in
      values[place] != 0 || weights.map { $0.entries[place] != 0 || $0.squares[place] != 0 } ?? false
    }
  }
}

extension MapContent: UHIHistogram {
  package var uhi: (any UHIHistogram)? { self }
  package var storage: String { weights == nil ? "double" : "weighted" }
  package var axes: [ResultAxis] { [x, y] }

  package func writeArrays(to writer: inout JSONWriter) {
    writer.uhi("values", values, over: x, y)
    if let weights { writer.uhi("variances", weights.squares, over: x, y) }
  }
}
