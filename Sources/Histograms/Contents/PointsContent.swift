import JSON

/// Points, ascending in x, those of one x in y.
package struct PointsContent: HistogramContent {
  package var axis: ResultAxis
  package var y: ResultAxis
  package var points: [PlotPoint]
  /// Points beyond the limit.
  package var omitted: UInt64

  package init(axis: ResultAxis, y: ResultAxis, points: [PlotPoint], omitted: UInt64) {
    self.axis = axis
    self.y = y
    self.points = points
    self.omitted = omitted
  }

  /// Counters have some ten digits, and what is counted one or two.
  package var expectedBytes: Int { points.count * 14 }

  /// A list of points is no histogram.
  package var uhi: (any UHIHistogram)? { nil }

  // MARK: Messages

  package static func fits(_ fields: ResultFields) -> Bool { fields.has("x") && fields.has("y") }

  package init(reading fields: ResultFields) throws(JSONError) {
    axis = try fields.axis("axis")
    y = try fields.axis("y_axis")
    let x = try fields.numbers("x")
    let y = try fields.numbers("y", count: x.count)
    // JSON has no infinity; the place of the largest x is the last.
    points = zip(x, y).map { PlotPoint(x: $0.isNaN ? .infinity : $0, y: $1.isNaN ? .infinity : $1) }
    omitted = try fields.count("omitted")
  }

  package func write(to writer: inout JSONWriter) {
    axis.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    writer.reserve(expectedBytes)
    writer.key("x")
    writer.numbers(points.count) { points[$0].x }
    writer.key("y")
    writer.numbers(points.count) { points[$0].y }
    writer.field("omitted", omitted)
  }

  // MARK: Merging

  /// Points of one x in both stay two: a group lies in one partition, so they are points of two rows.
  package mutating func add(_ other: Self, pointLimit limit: Int?) throws(ResultError) {
    guard axis.unit == other.axis.unit, y.unit == other.y.unit else {
      throw ResultError("its points have other units in another message")
    }
    points = (points + other.points).sorted(by: PlotPoint.precedes)
    omitted = try sumOfCounts(omitted, other.omitted)
    if let limit, points.count > limit {
      omitted = try sumOfCounts(omitted, UInt64(points.count - limit))
      points.removeLast(points.count - limit)
    }
  }
}
