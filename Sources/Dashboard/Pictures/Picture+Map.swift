import Columns
import Histograms

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Bins of two axes, to be shown as colours.
struct ColorMap {
  let x: ResultAxis
  let y: ResultAxis
  /// For each bin of x those of y.
  let columns: [[Double]]
  /// What is said of it.
  let words: String
  /// Whether the values are means, not counts.
  let isMean: Bool
}

extension Picture {
  /// Bins of two axes as coloured cells, with the scale of colours beside it.
  func drawMap(_ map: ColorMap, _ svg: inout SVG) {
    var area = area
    area.top += 8
    let bar = (left: area.right - 60, right: area.right - 44)
    func scale(_ axis: ResultAxis, from: Double, to: Double) -> Scale {
      Scale(axis.edges[0], axis.edges[axis.count], from: from, to: to, isLog: axis.isLogarithmic)
    }
    let x = scale(map.x, from: area.left, to: bar.left - 24), y = scale(map.y, from: area.bottom, to: area.top)
    let color = colors(of: map)
    drawFrame(
      &svg, x, y, xLabel: Self.label(map.x), yLabel: Self.label(map.y), categories: map.x.categories)
    for (column, values) in map.columns.enumerated() {
      let (left, right) = (x(map.x.edges[column]), x(map.x.edges[column + 1]))
      // A bin without rows has no mean, and is no 0; what is not above 0 has no place on a logarithmic scale.
      for (row, value) in values.enumerated()
      where value.isFinite && (isLog ? value > 0 : map.isMean || value != 0) {
        let (top, bottom) = (y(map.y.edges[row + 1]), y(map.y.edges[row]))
        svg.rectangle(left, top, right - left, bottom - top, fill: Self.viridis(color(value)))
      }
    }
    for step in 0..<64 {
      let share = Double(step) / 64, size = (area.bottom - area.top) / 64
      svg.rectangle(
        bar.left, area.bottom - share * 64 * size - size, bar.right - bar.left, size + 0.5, fill: Self.viridis(share))
    }
    let side = Scale(color.low, color.high, from: area.bottom, to: area.top, isLog: isLog)
    for tick in side.ticks(6) { svg.words(shown(tick), bar.right + 6, side(tick) + 4) }
    svg.words(map.words, area.right, 44, anchor: .end)
  }

  /// Counts begin at 0, and means at the smallest of them.
  private func colors(of map: ColorMap) -> Scale {
    let values = map.columns.joined().filter(\.isFinite), positive = values.filter { $0 > 0 }
    if isLog { return Scale(positive.min() ?? 1, positive.max() ?? 1, from: 0, to: 1, isLog: true) }
    if map.isMean { return Scale(values.min() ?? 0, values.max() ?? 1, from: 0, to: 1) }
    return Scale(0, positive.max() ?? 1, from: 0, to: 1)
  }

  /// The colour scale viridis, between nine of its colours.
  static func viridis(_ share: Double) -> String {
    let stops: [(Double, Double, Double)] = [
      (68, 1, 84), (71, 45, 123), (59, 82, 139), (44, 114, 142), (33, 145, 140), (40, 174, 128), (94, 201, 98),
      (173, 220, 48), (253, 231, 37),
    ]
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(saturating: place), stops.count - 2), rest = place - Double(index)
    func channel(_ a: Double, _ b: Double) -> String {
      let value = Int(saturating: (a + (b - a) * rest).rounded())
      return (value < 16 ? "0" : "") + String(value, radix: 16)
    }
    let (a, b) = (stops[index], stops[index + 1])
    return "#" + channel(a.0, b.0) + channel(a.1, b.1) + channel(a.2, b.2)
  }
}
