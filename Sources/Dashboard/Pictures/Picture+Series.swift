import Histograms

/// One series of a plot, in the coordinates of its axes.
struct Series {
  var x: ResultAxis
  var yLabel: String
  /// What the bins hold.
  var values: [Double] = []
  var errors: [Double]?
  var points: [PlotPoint] = []
  /// Entries, mean and what else is said of it.
  var statistics: String
}

extension Picture {
  func drawSeries(_ all: [(label: String, series: Series)], _ svg: inout SVG) {
    guard let first = all.first?.series else { return }
    let isNamed = all.count > 1
    let labels = all.map(\.label), all = all.map(\.series)
    let xs = all.flatMap { $0.x.edges + $0.points.map(\.x) }.filter(\.isFinite)
    let heights = all.flatMap { one in
      zip(one.values, one.errors ?? one.values.map { _ in 0 }).map { $0 + $1 } + one.points.map(\.y)
    }.filter(\.isFinite)
    let depths = all.flatMap { one in
      zip(one.values, one.errors ?? one.values.map { _ in 0 }).map { $0 - $1 } + one.points.map(\.y)
    }.filter(\.isFinite)
    // What is said of each part stands above the plot, where it hides nothing.
    var area = area
    area.top += Double(max(0, all.count - 1)) * 18 + 8
    let x = Scale(
      xs.min() ?? 0, xs.max() ?? 1, from: area.left, to: area.right, isLog: all.allSatisfy(\.x.isLogarithmic))
    let top = heights.max() ?? 1
    let y: Scale
    if isLog {
      let least = heights.filter { $0 > 0 }.min() ?? 1
      y = Scale(least / 2, max(top, least) * 2, from: area.bottom, to: area.top, isLog: true)
    } else {
      y = Scale(min(0, depths.min() ?? 0), top > 0 ? top * 1.08 : max(top, 1), from: area.bottom, to: area.top)
    }
    drawFrame(&svg, x, y, xLabel: Self.label(first.x), yLabel: first.yLabel, categories: first.x.categories)
    for (index, one) in all.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      draw(one, color, x, y, &svg)
      let row = 48 + Double(index) * 18
      let words = [isNamed ? labels[index] : "", one.statistics].filter { !$0.isEmpty }
      svg.words(words.joined(separator: ":  "), area.right - 20, row, anchor: .end)
      if isNamed { svg.rectangle(area.right - 12, row - 9, 10, 10, fill: color) }
    }
  }

  private func draw(_ one: Series, _ color: String, _ x: Scale, _ y: Scale, _ svg: inout SVG) {
    if one.errors == nil, !one.x.edges.isEmpty {
      var steps = [(x: x(one.x.edges[0]), y: y.from)]
      for (bin, value) in one.values.enumerated() {
        steps.append((x(one.x.edges[bin]), y(value)))
        steps.append((x(one.x.edges[bin + 1]), y(value)))
      }
      steps.append((x(one.x.edges[one.x.edges.count - 1]), y.from))
      svg.line(steps, stroke: color, width: 1.5)
    }
    for (bin, error) in (one.errors ?? []).enumerated() where one.values[bin].isFinite {
      let center = (x(one.x.edges[bin]) + x(one.x.edges[bin + 1])) / 2, value = one.values[bin]
      if error.isFinite { svg.line([(center, y(value - error)), (center, y(value + error))], stroke: color) }
      svg.circle(center, y(value), radius: 2.5, fill: color)
    }
    for point in one.points where point.x.isFinite && point.y.isFinite {
      svg.circle(x(point.x), y(point.y), radius: 2, fill: color)
    }
  }
}
