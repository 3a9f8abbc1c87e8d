import Diagnostics

extension ResultHistogram {
  /// Writes the histogram in hitmon's own form.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("title", title)
    switch content {
    case .bins(let bins): bins.write(to: &writer)
    case .map(let map): map.write(to: &writer)
    case .profile(let profile): profile.write(to: &writer)
    case .points(let points): points.write(to: &writer)
    }
    writer.endObject()
  }
}

/// The bins without those at either end.
func inner<T>(_ all: [T]) -> [T] { Array(all[1..<(all.count - 1)]) }

extension ResultHistogram.Bins {
  fileprivate func write(to writer: inout JSONWriter) {
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
}

extension ResultHistogram.Map {
  fileprivate func write(to writer: inout JSONWriter) {
    let height = y.count + 2
    x.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    writer.field("x_edges", x.edges)
    writer.field("y_edges", y.edges)
    writer.key("bin_counts")
    writer.beginArray()
    for column in 1...x.count { writer.array(Array(values[(column * height + 1)..<(column * height + 1 + y.count)])) }
    writer.endArray()
    // What lies outside, bin by bin: below and above in x for each bin of y with its flow bins, below and above in y for
    // each bin of x.
    writer.field("x_underflow", Array(values[0..<height]))
    writer.field("x_overflow", Array(values[((x.count + 1) * height)...]))
    writer.field("y_underflow", (1...x.count).map { values[$0 * height] })
    writer.field("y_overflow", (1...x.count).map { values[$0 * height + height - 1] })
    writer.field("unknown", unknown)
  }
}

extension ResultHistogram.Profile {
  fileprivate func write(to writer: inout JSONWriter) {
    let last = axis.count + 1
    axis.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    writer.field("bin_edges", axis.edges)
    writer.field("bin_counts", inner(entries))
    writer.field("mean", (1..<last).map(mean))
    // The error of a mean is the root of variance / n.
    writer.field("error", (1..<last).map { (spread($0) / (Double(entries[$0]) - 1)).squareRoot() })
    writer.field("sum", inner(moments.sums))
    writer.field("sum_of_squares", inner(moments.squares))
    writer.field("underflow", entries[0])
    writer.field("overflow", entries[last])
    for (name, bin) in [("underflow", 0), ("overflow", last)] {
      writer.field("\(name)_sum", moments.sums[bin])
      writer.field("\(name)_sum_of_squares", moments.squares[bin])
    }
    writer.field("unknown", unknown)
  }
}

extension ResultHistogram.Profile {
  /// NaN for a bin without rows.
  func mean(_ bin: Int) -> Double { moments.sums[bin] / Double(entries[bin]) }

  /// The mean square of y's distance from its mean; NaN for fewer than two rows, which say nothing of it.
  func spread(_ bin: Int) -> Double {
    guard entries[bin] >= 2 else { return .nan }
    let mean = mean(bin)
    return max(0, moments.squares[bin] / Double(entries[bin]) - mean * mean)
  }
}

extension ResultHistogram.Points {
  func write(to writer: inout JSONWriter) {
    axis.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    // Counters have some ten digits, and what is counted one or two.
    writer.reserve(points.count * 14)
    writer.key("x")
    writer.numbers(points.count) { points[$0].x }
    writer.key("y")
    writer.numbers(points.count) { points[$0].y }
    writer.field("omitted", omitted)
  }
}
