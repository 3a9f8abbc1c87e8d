import Diagnostics
import ChainExecution
import JSON

extension ResultHistogram {
  /// Writes the histogram in hitmon's own form.
  package func write(to writer: inout JSONWriter) {
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
    for column in 1...x.count { writer.array(inside(values, column)) }
    writer.endArray()
    if let weights {
      writer.key("bin_variances")
      writer.beginArray()
      for column in 1...x.count { writer.array(inside(weights.squares, column)) }
      writer.endArray()
      writer.key("bin_entries")
      writer.beginArray()
      for column in 1...x.count { inside(weights.entries, column).withUnsafeBufferPointer { writer.integers($0) } }
      writer.endArray()
    }
    // What lies outside, bin by bin: below and above in x for each bin of y with its flow bins, below and above in y for
    // each bin of x.
    for (suffix, values) in [("", values)] + (weights.map { [("_variance", $0.squares)] } ?? []) {
      writer.field("x_underflow\(suffix)", Array(values[0..<height]))
      writer.field("x_overflow\(suffix)", Array(values[((x.count + 1) * height)...]))
      writer.field("y_underflow\(suffix)", (1...x.count).map { values[$0 * height] })
      writer.field("y_overflow\(suffix)", (1...x.count).map { values[$0 * height + height - 1] })
    }
    writer.field("unknown", unknown)
  }

  /// The bins of one x, without those below and above in y.
  private func inside<T>(_ values: [T], _ column: Int) -> [T] {
    let first = column * (y.count + 2) + 1
    return Array(values[first..<(first + y.count)])
  }
}

extension ResultHistogram.Profile {
  fileprivate func write(to writer: inout JSONWriter) {
    let last = axis.count + 1
    axis.write("axis", to: &writer)
    y.write("y_axis", to: &writer)
    writer.field("bin_edges", axis.edges)
    writer.field("bin_counts", inner(entries))
    let bins = inner(spreads)
    writer.field("mean", bins.map(\.mean))
    writer.field("error", bins.map(\.error))
    writer.field("sum", bins.map(\.sum.high))
    writer.field("sum_remainder", bins.map(\.sum.low))
    writer.field("sum_of_squares", bins.map(\.squares))
    writer.field("sum_of_squared_deviations", bins.map(\.deviations))
    writer.field("underflow", spreads[0].count)
    writer.field("overflow", spreads[last].count)
    for (name, spread) in [("underflow", spreads[0]), ("overflow", spreads[last])] {
      writer.field("\(name)_sum", spread.sum.high)
      writer.field("\(name)_sum_remainder", spread.sum.low)
      writer.field("\(name)_sum_of_squares", spread.squares)
      writer.field("\(name)_sum_of_squared_deviations", spread.deviations)
    }
    writer.field("unknown", unknown)
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
