import JSON

/// The mean of y in bins of x.
package struct ProfileContent: HistogramContent {
  package var axis: ResultAxis
  /// Label and unit of y.
  package var y: ResultAxis
  package var spreads: [Spread]
  package var unknown: UInt64

  package init(axis: ResultAxis, y: ResultAxis, spreads: [Spread], unknown: UInt64) {
    self.axis = axis
    self.y = y
    self.spreads = spreads
    self.unknown = unknown
  }

  package var entries: [UInt64] { spreads.map(\.count) }

  // MARK: Messages

  package static func fits(_ fields: ResultFields) -> Bool { fields.has("bin_edges") && fields.has("sum") }

  package init(reading fields: ResultFields) throws(JSONError) {
    axis = try fields.axis("axis", edges: "bin_edges")
    y = try fields.axis("y_axis")
    unknown = try fields.count("unknown")
    let counts = try fields.counts("bin_counts", count: axis.count)
    let sums = try fields.numbers("sum", count: axis.count)
    let squares = try fields.numbers("sum_of_squares", count: axis.count)
    let rests = try fields.laterNumbers("sum_remainder", count: axis.count)
    let deviations = try fields.laterNumbers("sum_of_squared_deviations", count: axis.count)
    spreads = [try Self.flow(fields, "underflow")]
    for bin in 0..<axis.count {
      spreads.append(
        SpreadFields.spread(
          counts[bin], sum: sums[bin], rest: rests?[bin] ?? 0, squares: squares[bin], deviations: deviations?[bin]))
    }
    spreads.append(try Self.flow(fields, "overflow"))
  }

  private static func flow(_ fields: ResultFields, _ name: String) throws(JSONError) -> Spread {
    SpreadFields.spread(
      try fields.count(name), sum: try fields.laterNumber("\(name)_sum"),
      rest: fields.has("\(name)_sum_remainder") ? try fields.number("\(name)_sum_remainder") : 0,
      squares: try fields.laterNumber("\(name)_sum_of_squares"),
      deviations: fields.has("\(name)_sum_of_squared_deviations")
        ? try fields.number("\(name)_sum_of_squared_deviations") : nil)
  }

  package func write(to writer: inout JSONWriter) {
    axis.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    writer.field("bin_edges", axis.edges)
    writer.field("bin_counts", inner(entries))
    let bins = inner(spreads)
    writer.field("mean", bins.map(\.mean))
    writer.field("error", bins.map(\.error))
    for (name, value) in SpreadFields.all { writer.field(name, bins.map(value)) }
    let ends = [("underflow", spreads[0]), ("overflow", spreads[axis.count + 1])]
    for (end, spread) in ends { writer.field(end, spread.count) }
    for (end, spread) in ends {
      for (name, value) in SpreadFields.all { writer.field("\(end)_\(name)", value(spread)) }
    }
    writer.field("unknown", unknown)
  }

  // MARK: Merging

  package mutating func add(_ other: Self, pointLimit: Int?) throws(ResultError) {
    let union = try AxisUnion(axis, other.axis)
    try union.check(overflows: spreads.last?.count != 0, other.spreads.last?.count != 0)
    guard y.unit == other.y.unit else {
      throw ResultError("its mean is in `\(y.unit)` in one message and in `\(other.y.unit)` in another")
    }
    spreads = try BinUnion(union).sum(spreads, other.spreads)
    unknown = try sumOfCounts(unknown, other.unknown)
    axis = union.axis
  }
}

extension ProfileContent: UHIHistogram {
  package var uhi: (any UHIHistogram)? { self }
  package var storage: String { "mean" }
  package var axes: [ResultAxis] { [axis] }
  package var mean: ResultAxis? { y }

  package func writeArrays(to writer: inout JSONWriter) {
    writer.uhi("counts", entries, over: axis)
    writer.uhi("values", spreads.map(\.mean), over: axis)
    // UHI's is the n - 1 variance of the values, not that of their mean.
    writer.uhi("variances", spreads.map(\.variance), over: axis)
  }
}
