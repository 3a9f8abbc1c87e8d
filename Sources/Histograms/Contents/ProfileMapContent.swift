import JSON

/// The mean of z in bins of x and y.
package struct ProfileMapContent: HistogramContent {
  package var x: ResultAxis
  package var y: ResultAxis
  /// Label and unit of z.
  package var z: ResultAxis
  /// In the order of ``grid``.
  package var spreads: [Spread]
  package var unknown: UInt64

  package init(x: ResultAxis, y: ResultAxis, z: ResultAxis, spreads: [Spread], unknown: UInt64) {
    self.x = x
    self.y = y
    self.z = z
    self.spreads = spreads
    self.unknown = unknown
  }

  package var grid: BinGrid { BinGrid(x, y) }
  package var entries: [UInt64] { spreads.map(\.count) }

  // MARK: Messages

  package static func fits(_ fields: ResultFields) -> Bool { fields.has("x_edges") && fields.has("sum") }

  package init(reading fields: ResultFields) throws(JSONError) {
    x = try fields.axis("axis", edges: "x_edges")
    y = try fields.axis("y_axis", edges: "y_edges")
    z = try fields.axis("z_axis")
    unknown = try fields.count("unknown")
    let grid = BinGrid(x, y)
    let counts = try grid.counts("bin_counts", try grid.read("bin_counts", flow: "", fields), fields)
    var numbers: [[Double]] = []
    for (name, _) in SpreadFields.all { numbers.append(try grid.read(name, flow: "_\(name)", fields)) }
    spreads = counts.indices.map { bin in
      SpreadFields.spread(
        counts[bin], sum: numbers[0][bin], rest: numbers[1][bin], squares: numbers[2][bin], deviations: numbers[3][bin])
    }
  }

  package func write(to writer: inout JSONWriter) {
    let grid = grid
    x.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    z.write("z_axis", to: &writer)
    writer.field("x_edges", x.edges)
    writer.field("y_edges", y.edges)
    grid.write("bin_counts", entries, to: &writer)
    grid.write("mean", spreads.map(\.mean), to: &writer)
    grid.write("error", spreads.map(\.error), to: &writer)
    let numbers = SpreadFields.all.map { (name: $0.name, values: spreads.map($0.value)) }
    for (name, values) in numbers { grid.write(name, values, to: &writer) }
    grid.writeFlow("", entries.map { Double($0) }, to: &writer)
    for (name, values) in numbers { grid.writeFlow("_\(name)", values, to: &writer) }
    writer.field("unknown", unknown)
  }

  // MARK: Merging

  package mutating func add(_ other: Self, pointLimit: Int?) throws(ResultError) {
    let xUnion = try AxisUnion(x, other.x), yUnion = try AxisUnion(y, other.y)
    func isFilled(_ content: Self, _ places: some Sequence<Int>) -> Bool {
      places.contains { content.spreads[$0].count != 0 }
    }
    try xUnion.check(overflows: isFilled(self, grid.overflowOfX), isFilled(other, other.grid.overflowOfX))
    try yUnion.check(overflows: isFilled(self, grid.overflowOfY), isFilled(other, other.grid.overflowOfY))
    guard z.unit == other.z.unit else {
      throw ResultError("its mean is in `\(z.unit)` in one message and in `\(other.z.unit)` in another")
    }
    spreads = try BinUnion(xUnion, yUnion).sum(spreads, other.spreads)
    unknown = try sumOfCounts(unknown, other.unknown)
    (x, y) = (xUnion.axis, yUnion.axis)
  }
}

extension ProfileMapContent: UHIHistogram {
  package var uhi: (any UHIHistogram)? { self }
  package var storage: String { "mean" }
  package var axes: [ResultAxis] { [x, y] }
  package var mean: ResultAxis? { z }

  package func writeArrays(to writer: inout JSONWriter) {
    writer.uhi("counts", entries.map { Double($0) }, over: x, y)
    writer.uhi("values", spreads.map(\.mean), over: x, y)
    writer.uhi("variances", spreads.map(\.variance), over: x, y)
  }
}
