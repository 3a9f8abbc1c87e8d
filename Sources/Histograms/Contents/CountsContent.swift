import JSON

/// How many rows are in each bin of one axis, or what their weights come to.
package struct CountsContent: HistogramContent {
  package var axis: ResultAxis
  /// How many rows each bin has. With weights, the flow bins' numbers are not published, and 0 here.
  package var entries: [UInt64]
  /// Nil where every row counts 1.
  package var weights: Weights?
  package var unknown: UInt64

  /// Sums of weights and of their squares, bin by bin; NaN where the message has none.
  package struct Weights: Sendable, Equatable {
    package var sums: [Double]
    package var squares: [Double]

    package init(sums: [Double], squares: [Double]) {
      self.sums = sums
      self.squares = squares
    }
  }

  package init(axis: ResultAxis, entries: [UInt64], weights: Weights?, unknown: UInt64) {
    self.axis = axis
    self.entries = entries
    self.weights = weights
    self.unknown = unknown
  }

  /// What each bin holds: its rows, or the sum of their weights.
  package var values: [Double] { weights?.sums ?? entries.map { Double($0) } }

  // MARK: Messages

  package static func fits(_ fields: ResultFields) -> Bool { fields.has("bin_edges") && !fields.has("sum") }

  package init(reading fields: ResultFields) throws(JSONError) {
    axis = try fields.axis("axis", edges: "bin_edges")
    unknown = try fields.count("unknown")
    guard fields.has("bin_variances") else {
      entries = [try fields.count("underflow")]
      entries += try fields.counts("bin_counts", count: axis.count)
      entries.append(try fields.count("overflow"))
      return
    }
    entries = [0]
    entries += try fields.counts("bin_entries", count: axis.count)
    entries.append(0)
    var sums = [try fields.number("underflow")], squares = [try fields.laterNumber("underflow_variance")]
    sums += try fields.numbers("bin_counts", count: axis.count)
    squares += try fields.numbers("bin_variances", count: axis.count)
    sums.append(try fields.number("overflow"))
    squares.append(try fields.laterNumber("overflow_variance"))
    weights = Weights(sums: sums, squares: squares)
  }

  package func write(to writer: inout JSONWriter) {
    let last = axis.count + 1
    axis.write("axis", to: &writer)
    writer.field("bin_edges", axis.edges)
    if let weights {
      writer.field("bin_counts", inner(weights.sums))
      writer.field("bin_variances", inner(weights.squares))
      writer.field("bin_entries", inner(entries))
      writer.field("underflow", weights.sums[0])
      writer.field("overflow", weights.sums[last])
      writer.field("underflow_variance", weights.squares[0])
      writer.field("overflow_variance", weights.squares[last])
    } else {
      writer.field("bin_counts", inner(entries))
      writer.field("underflow", entries[0])
      writer.field("overflow", entries[last])
    }
    writer.field("unknown", unknown)
  }

  // MARK: Merging

  package mutating func add(_ other: Self, pointLimit: Int?) throws(ResultError) {
    let union = try AxisUnion(axis, other.axis)
    try union.check(overflows: overflows, other.overflows)
    let bins = BinUnion(union)
    entries = try bins.sum(entries, other.entries)
    switch (weights, other.weights) {
    case (nil, nil): break
    case (let mine?, let theirs?):
      weights = Weights(sums: bins.sum(mine.sums, theirs.sums), squares: bins.sum(mine.squares, theirs.squares))
    default: throw ResultError("it has weights in one message and none in another")
    }
    unknown = try sumOfCounts(unknown, other.unknown)
    axis = union.axis
  }

  /// Whether anything was filled into the overflow. A message does not say how many rows with weights were.
  private var overflows: Bool {
    entries.last != 0 || weights.map { $0.sums.last != 0 || $0.squares.last != 0 } ?? false
  }
}

extension CountsContent: UHIHistogram {
  package var uhi: (any UHIHistogram)? { self }
  package var storage: String { weights == nil ? "int" : "weighted" }
  package var axes: [ResultAxis] { [axis] }

  package func writeArrays(to writer: inout JSONWriter) {
    guard let weights else { return writer.uhi("values", entries, over: axis) }
    writer.uhi("values", weights.sums, over: axis)
    writer.uhi("variances", weights.squares, over: axis)
  }
}
