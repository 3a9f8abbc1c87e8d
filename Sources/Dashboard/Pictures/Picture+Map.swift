import Columns
import Connectors
import Results

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Picture {
  /// A 2D histogram as coloured cells, with the scale of colours beside it.
  func drawMap(_ map: ResultHistogram.Map, _ svg: inout SVG) {
    var area = area
    area.top += 8
    let bar = (left: area.right - 60, right: area.right - 44)
    let x = Scale(map.x.edges[0], map.x.edges[map.x.count], from: area.left, to: bar.left - 24)
    let y = Scale(map.y.edges[0], map.y.edges[map.y.count], from: area.bottom, to: area.top)
    let height = map.y.count + 2
    var inside: [Double] = []
    for column in 1...map.x.count { inside += map.values[(column * height + 1)..<(column * height + 1 + map.y.count)] }
    let positive = inside.filter { $0 > 0 && $0.isFinite }
    let most = positive.max() ?? 1
    let low = isLog ? positive.min() ?? 1 : 0
    let color = Scale(low, most, from: 0, to: 1, isLog: isLog)
    drawFrame(
      &svg, x, y, xLabel: Self.label(map.x), yLabel: Self.label(map.y), categories: map.x.categories)
    for (index, value) in inside.enumerated() where value != 0 && value.isFinite {
      let (column, row) = (index / map.y.count, index % map.y.count)
      let (left, right) = (x(map.x.edges[column]), x(map.x.edges[column + 1]))
      let (top, bottom) = (y(map.y.edges[row + 1]), y(map.y.edges[row]))
      svg.rectangle(left, top, right - left, bottom - top, fill: Self.viridis(color(value)))
    }
    for step in 0..<64 {
      let share = Double(step) / 64, size = (area.bottom - area.top) / 64
      svg.rectangle(
        bar.left, area.bottom - share * 64 * size - size, bar.right - bar.left, size + 0.5, fill: Self.viridis(share))
    }
    let side = Scale(color.low, color.high, from: area.bottom, to: area.top, isLog: isLog)
    for tick in side.ticks(6) { svg.words(shown(tick), bar.right + 6, side(tick) + 4) }
    let all = map.values.filter(\.isFinite).reduce(0, +)
    svg.words("entries \(shown(all))", area.right, 44, anchor: .end)
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
