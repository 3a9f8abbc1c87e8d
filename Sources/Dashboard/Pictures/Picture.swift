import Histograms

/// A plot as a picture, drawn without a browser.
package struct Picture {
  /// The histograms over one another, and what each is called in the legend.
  package var parts: [(label: String, histogram: ResultHistogram)]
  /// What stands above, and in grey behind it.
  package var title: String
  package var note: String
  package var isLog = false
  package var width = 800.0
  package var height = 500.0

  package init(title: String, note: String, parts: [(label: String, histogram: ResultHistogram)]) {
    (self.title, self.note) = (title, note)
    self.parts = Self.joined(parts).map { [("", $0)] } ?? parts
  }

  /// One number for each value is drawn over the values.
  private static func joined(_ parts: [(label: String, histogram: ResultHistogram)]) -> ResultHistogram? {
    guard parts.count > 1 else { return nil }
    var entries: [UInt64] = [0]
    for part in parts {
      guard let bins = part.histogram.content as? CountsContent, bins.axis.count == 1, bins.weights == nil else {
        return nil
      }
      entries.append(bins.entries[1])
    }
    guard var whole = parts[0].histogram.content as? CountsContent else { return nil }
    whole.axis = ResultAxis(
      label: "", unit: "", edges: (0...parts.count).map { Double($0) }, categories: parts.map(\.label))
    whole.entries = entries + [0]
    return ResultHistogram(title: parts[0].histogram.title, content: whole)
  }

  /// The colours of Okabe and Ito, which people who see colours otherwise can tell apart.
  static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8a00"]

  /// The picture in SVG.
  package func svg() -> String {
    var svg = SVG(width: width, height: height)
    svg.words(title, 70, 26, size: 16, isBold: true)
    svg.words(note, 70, height - 12, fill: "#666666")
    let drawings = parts.map { ($0.label, ($0.histogram.content as? any DrawnContent)?.picture()) }
    if drawings.count == 1, case .colors(let map)? = drawings[0].1 {
      drawMap(map, &svg)
    } else {
      let series = drawings.compactMap { label, drawing -> (String, Series)? in
        if case .series(let series)? = drawing { (label, series) } else { nil }
      }
      drawSeries(series, &svg)
    }
    svg.end()
    return svg.text
  }

  var area: (left: Double, top: Double, right: Double, bottom: Double) { (70, 48, width - 20, height - 52) }

  /// The frame with ticks, grid and labels.
  func drawFrame(_ svg: inout SVG, _ x: Scale, _ y: Scale, xLabel: String, yLabel: String, categories: [String]? = nil)
  {
    let grid = "#e4e4e4", ink = "#222222"
    for tick in y.ticks(6) {
      svg.line([(x.from, y(tick)), (x.to, y(tick))], stroke: grid)
      svg.words(shown(tick), x.from - 8, y(tick) + 4, anchor: .end)
    }
    if let categories {
      for (index, name) in categories.enumerated() {
        svg.words(name, x(Double(index) + 0.5), y.from + 18, anchor: .middle)
      }
    } else {
      for tick in x.ticks(8) {
        svg.line([(x(tick), y.from), (x(tick), y.from + 5)], stroke: ink)
        svg.words(shown(tick), x(tick), y.from + 18, anchor: .middle)
      }
    }
    svg.line([(x.from, y.to), (x.from, y.from), (x.to, y.from)], stroke: ink)
    svg.words(xLabel, x.to, y.from + 40, anchor: .end)
    svg.words(yLabel, 16, y.to, anchor: .end, isUpright: true)
  }

  static func label(_ axis: ResultAxis) -> String { axis.unit.isEmpty ? axis.label : "\(axis.label) [\(axis.unit)]" }
}
