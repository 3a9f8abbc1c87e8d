import Diagnostics

extension ResultHistogram {
  /// Reads a histogram in hitmon's own form. Throws where a field that its form needs is missing, or does not fit the
  /// others.
  public init(reading reader: inout JSONReader) throws(JSONError) {
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
    let columns = try fields.columns("bin_counts", count: x.count, height: y.count)
    let below = try fields.numbers("y_underflow", count: x.count)
    let above = try fields.numbers("y_overflow", count: x.count)
    values = try fields.numbers("x_underflow", count: y.count + 2)
    for (index, column) in columns.enumerated() {
      values.append(below[index])
      values += column
      values.append(above[index])
    }
    values += try fields.numbers("x_overflow", count: y.count + 2)
  }
}

extension ResultHistogram.Profile {
  fileprivate init(_ fields: ResultFields) throws(JSONError) {
    axis = try fields.axis("axis", edges: "bin_edges")
    y = try fields.axis("y_axis")
    unknown = try fields.count("unknown")
    entries = [try fields.count("underflow")]
    entries += try fields.counts("bin_counts", count: axis.count)
    entries.append(try fields.count("overflow"))
    var sums = [try fields.laterNumber("underflow_sum")]
    var squares = [try fields.laterNumber("underflow_sum_of_squares")]
    sums += try fields.numbers("sum", count: axis.count)
    squares += try fields.numbers("sum_of_squares", count: axis.count)
    sums.append(try fields.laterNumber("overflow_sum"))
    squares.append(try fields.laterNumber("overflow_sum_of_squares"))
    moments = ResultHistogram.Moments(sums: sums, squares: squares)
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
