import Histograms
import JSON
import Specifications

extension CountsContent: DrawnContent {
  static var kind: String { "counts" }
  static var words: String { "is a histogram of one column" }
  static var panelForms: [Panel.Form] { [.steps, .bars, .trend, .map] }

  static func isDeclared(by settings: Settings) -> Bool {
    settings.specification.name == "count" || settings.declares("histogram", axes: HistogramKeys.of, 1)
  }

  static func bins(of settings: Settings) -> Int? {
    settings.specification.name == "count" ? 1 : settings.binsOfFirstAxis
  }

  var view: ContentView {
    let hasWords = axis.count == 1 || axis.categories != nil
    return ContentView(
      x: axis, y: nil, form: hasWords ? .bars : .steps, hasWords: hasWords, isNumber: axis.count == 1)
  }

  func picture() -> Drawing {
    let inside = Array(values[1...axis.count])
    return .series(
      Series(
        x: axis, yLabel: weights == nil ? "entries" : "sum of weights", values: inside,
        statistics: statistics(inside)))
  }

  /// Entries, mean and RMS of what lies inside, and what does not.
  private func statistics(_ values: [Double]) -> String {
    var (weight, sum, square) = (0.0, 0.0, 0.0)
    // From the middle of the axis, so that large numbers with small differences keep their digits.
    let origin = axis.edges[0] / 2 + axis.edges[axis.count] / 2
    for (bin, value) in values.enumerated() {
      let center = axis.center(bin) - origin
      weight += value
      sum += value * center
      square += value * center * center
    }
    var words = ["entries \(entries.reduce(0, &+))"]
    if weight > 0, axis.categories == nil, axis.count > 1 {
      let mean = sum / weight
      words.append("mean \(shown(mean + origin))")
      words.append("RMS \(shown(max(0, square / weight - mean * mean).squareRoot()))")
    }
    let flow =
      weights.map { ($0.sums[0], $0.sums[axis.count + 1]) }
      ?? (Double(entries[0]), Double(entries[axis.count + 1]))
    if flow.0 != 0 { words.append("underflow \(shown(flow.0))") }
    if flow.1 != 0 { words.append("overflow \(shown(flow.1))") }
    return words.joined(separator: "  ")
  }

  func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    writer.begin("TH1D", name, title)
    writer.style()
    writer.histogram(
      x: axis, y: nil, cells: values.count, entries: Double(entries.reduce(0, &+)),
      BinSums(axis, rootNumbers(values), squares: weights.map { rootNumbers($0.squares) }), squares: weights?.squares)
    writer.field("fArray", rootNumbers(values))
  }
}
