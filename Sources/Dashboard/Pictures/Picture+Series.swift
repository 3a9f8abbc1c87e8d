import Connectors
import ChainExecution
import Results

/// One series of a plot, in the coordinates of its axes.
private struct Series {
  /// Bin edges; empty for points.
  var edges: [Double] = []
  /// Values of bins, or places of points.
  var values: [Double] = []
  var errors: [Double]?
  var points: [ResultHistogram.Point] = []
  var statistics = ""
}

extension Picture {
  func drawSeries(_ svg: inout SVG) {
    let all = parts.map { Self.series($0.histogram) }
    guard let first = parts.first?.histogram else { return }
    let (axis, yLabel) = Self.axes(first)
    let xs = all.flatMap { $0.edges + $0.points.map(\.x) }.filter(\.isFinite)
    let heights = all.flatMap { one in
      zip(one.values, one.errors ?? one.values.map { _ in 0 }).map { $0 + $1 } + one.points.map(\.y)
    }.filter(\.isFinite)
    let depths = all.flatMap { one in
      zip(one.values, one.errors ?? one.values.map { _ in 0 }).map { $0 - $1 } + one.points.map(\.y)
    }.filter(\.isFinite)
    // What is said of each part stands above the plot, where it hides nothing.
    var area = area
    area.top += Double(max(0, all.count - 1)) * 18 + 8
    let x = Scale(xs.min() ?? 0, xs.max() ?? 1, from: area.left, to: area.right)
    let top = heights.max() ?? 1
    let y: Scale
    if isLog {
      let least = heights.filter { $0 > 0 }.min() ?? 1
      y = Scale(least / 2, max(top, least) * 2, from: area.bottom, to: area.top, isLog: true)
    } else {
      y = Scale(min(0, depths.min() ?? 0), top > 0 ? top * 1.08 : max(top, 1), from: area.bottom, to: area.top)
    }
    drawFrame(&svg, x, y, xLabel: Self.label(axis), yLabel: yLabel, categories: axis.categories)
    for (index, one) in all.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      draw(one, color, x, y, &svg)
      let row = 48 + Double(index) * 18
      let words = [parts.count > 1 ? parts[index].label : "", one.statistics].filter { !$0.isEmpty }
      svg.words(words.joined(separator: ":  "), area.right - 20, row, anchor: .end)
      if parts.count > 1 { svg.rectangle(area.right - 12, row - 9, 10, 10, fill: color) }
    }
  }

  private func draw(_ one: Series, _ color: String, _ x: Scale, _ y: Scale, _ svg: inout SVG) {
    if one.errors == nil, !one.edges.isEmpty {
      var steps = [(x: x(one.edges[0]), y: y.from)]
      for (bin, value) in one.values.enumerated() {
        steps.append((x(one.edges[bin]), y(value)))
        steps.append((x(one.edges[bin + 1]), y(value)))
      }
      steps.append((x(one.edges[one.edges.count - 1]), y.from))
      svg.line(steps, stroke: color, width: 1.5)
    }
    for (bin, error) in (one.errors ?? []).enumerated() where one.values[bin].isFinite {
      let center = x((one.edges[bin] + one.edges[bin + 1]) / 2), value = one.values[bin]
      if error.isFinite { svg.line([(center, y(value - error)), (center, y(value + error))], stroke: color) }
      svg.circle(center, y(value), radius: 2.5, fill: color)
    }
    for point in one.points where point.x.isFinite && point.y.isFinite {
      svg.circle(x(point.x), y(point.y), radius: 2, fill: color)
    }
  }

  private static func axes(_ histogram: ResultHistogram) -> (ResultAxis, String) {
    switch histogram.content {
    case .bins(let bins): (bins.axis, bins.weights == nil ? "entries" : "sum of weights")
    case .map(let map): (map.x, label(map.y))
    case .profile(let profile): (profile.axis, "mean \(label(profile.y))")
    case .points(let points): (points.axis, label(points.y))
    }
  }

  private static func series(_ histogram: ResultHistogram) -> Series {
    var series = Series()
    switch histogram.content {
    case .bins(let bins):
      series.edges = bins.axis.edges
      series.values = Array((bins.weights?.sums ?? bins.entries.map { Double($0) })[1...bins.axis.count])
      series.statistics = statistics(bins, series.values)
    case .profile(let profile):
      series.edges = profile.axis.edges
      let bins = profile.spreads[1...profile.axis.count]
      series.values = bins.map(\.mean)
      series.errors = bins.map(\.error)
      series.statistics = "entries \(profile.entries.reduce(0, &+))"
    case .points(let points):
      series.points = points.points
      series.statistics = "\(points.points.count) points"
    case .map: break
    }
    return series
  }

  /// Entries, mean and RMS of what lies inside, and what does not.
  private static func statistics(_ bins: ResultHistogram.Bins, _ values: [Double]) -> String {
    var (weight, sum, square) = (0.0, 0.0, 0.0)
    // From the middle of the axis, so that large numbers with small differences keep their digits.
    let origin = bins.axis.edges[0] / 2 + bins.axis.edges[bins.axis.count] / 2
    for (bin, value) in values.enumerated() {
      let center = bins.axis.center(bin) - origin
      weight += value
      sum += value * center
      square += value * center * center
    }
    var words = ["entries \(bins.entries.reduce(0, &+))"]
    if weight > 0, bins.axis.categories == nil, bins.axis.count > 1 {
      let mean = sum / weight
      words.append("mean \(shown(mean + origin))")
      words.append("RMS \(shown(max(0, square / weight - mean * mean).squareRoot()))")
    }
    let flow =
      bins.weights.map { ($0.sums[0], $0.sums[bins.axis.count + 1]) }
      ?? (Double(bins.entries[0]), Double(bins.entries[bins.axis.count + 1]))
    if flow.0 != 0 { words.append("underflow \(shown(flow.0))") }
    if flow.1 != 0 { words.append("overflow \(shown(flow.1))") }
    return words.joined(separator: "  ")
  }
}
