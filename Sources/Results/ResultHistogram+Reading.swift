import Diagnostics
import ChainExecution
import JSON

extension ResultHistogram {
  /// Reads a histogram in hitmon's own form. Throws where a field that its form needs is missing, or does not fit the
  /// others.
  package init(reading reader: inout JSONReader) throws(JSONError) {
    let fields = try ResultFields(&reader)
    title = try fields.text("title")
    if fields.has("x_edges") {
      content = .map(try Map(fields))
    } else if fields.has("sum") {
      content = .profile(try Profile(fields))
    } else if fields.has("bin_edges") {
      content = .bins(try Bins(fields))
    } else {
      content = .points(try Points(fields))
    }
  }
}

extension ResultHistogram.Bins {
  fileprivate init(_ fields: ResultFields) throws(JSONError) {
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
    weights = ResultHistogram.Moments(sums: sums, squares: squares)
  }
}

extension ResultHistogram.Map {
  fileprivate init(_ fields: ResultFields) throws(JSONError) {
    x = try fields.axis("axis", edges: "x_edges")
    y = try fields.axis("y_axis", edges: "y_edges")
    unknown = try fields.count("unknown")
    values = try Self.values(fields, "bin_counts", flow: "", x, y)
    // Messages of earlier versions have no errors of weighted bins.
    guard fields.has("bin_variances") else { return }
    let columns = try fields.columns("bin_entries", count: x.count, height: y.count)
    var entries = [UInt64](repeating: 0, count: y.count + 2)
    for column in columns {
      entries.append(0)
      for value in column {
        guard let count = UInt64(exactly: value) else {
          throw fields.error("bin_entries", "a count is no whole number")
        }
        entries.append(count)
      }
      entries.append(0)
    }
    entries += [UInt64](repeating: 0, count: y.count + 2)
    weights = ResultHistogram.Map.Weights(
      entries: entries, squares: try Self.values(fields, "bin_variances", flow: "_variance", x, y))
  }

  /// A number for each bin, with those that lie outside.
  private static func values(
    _ fields: ResultFields, _ bins: String, flow: String, _ x: ResultAxis, _ y: ResultAxis
  ) throws(JSONError) -> [Double] {
    let columns = try fields.columns(bins, count: x.count, height: y.count)
    let below = try fields.numbers("y_underflow\(flow)", count: x.count)
    let above = try fields.numbers("y_overflow\(flow)", count: x.count)
    var values = try fields.numbers("x_underflow\(flow)", count: y.count + 2)
    for (index, column) in columns.enumerated() {
      values.append(below[index])
      values += column
      values.append(above[index])
    }
    return values + (try fields.numbers("x_overflow\(flow)", count: y.count + 2))
  }
}

extension ResultHistogram.Profile {
  fileprivate init(_ fields: ResultFields) throws(JSONError) {
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
        Self.spread(counts[bin], sums[bin], rests?[bin] ?? 0, squares[bin], deviations?[bin]))
    }
    spreads.append(try Self.flow(fields, "overflow"))
  }

  private static func flow(_ fields: ResultFields, _ name: String) throws(JSONError) -> Spread {
    spread(
      try fields.count(name), try fields.laterNumber("\(name)_sum"),
      fields.has("\(name)_sum_remainder") ? try fields.number("\(name)_sum_remainder") : 0,
      try fields.laterNumber("\(name)_sum_of_squares"),
      fields.has("\(name)_sum_of_squared_deviations")
        ? try fields.number("\(name)_sum_of_squared_deviations") : nil)
  }

  /// Messages of earlier versions have no `deviations`.
  private static func spread(
    _ count: UInt64, _ sum: Double, _ rest: Double, _ squares: Double, _ deviations: Double?
  ) -> Spread {
    let sum = WideNumber(sum, rest)
    guard let deviations else { return Spread(count: count, sum: sum, squares: squares) }
    return Spread(count: count, sum: sum, squares: squares, deviations: deviations)
  }
}

extension ResultHistogram.Points {
  fileprivate init(_ fields: ResultFields) throws(JSONError) {
    axis = try fields.axis("axis")
    y = try fields.axis("y_axis")
    let x = try fields.numbers("x")
    let y = try fields.numbers("y", count: x.count)
    // JSON has no infinity; the place of the largest x is the last.
    points = zip(x, y).map { ResultHistogram.Point(x: $0.isNaN ? .infinity : $0, y: $1.isNaN ? .infinity : $1) }
    omitted = try fields.count("omitted")
  }
}
