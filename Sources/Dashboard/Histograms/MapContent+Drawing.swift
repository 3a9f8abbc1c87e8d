import Histograms
import JSON
import Specifications

extension MapContent: DrawnContent {
  static var kind: String { "map" }
  static var words: String { "is a histogram of two columns" }
  static var panelForms: [Panel.Form] { [.heat, .trend] }
  static func isDeclared(by settings: Settings) -> Bool { settings.declares("histogram", axes: HistogramKeys.of, 2) }

  var view: ContentView { ContentView(x: x, y: y, form: .heat) }

  func picture() -> Drawing {
    let all = values.filter(\.isFinite).reduce(0, +)
    return .colors(
      ColorMap(x: x, y: y, columns: grid.columns(values), words: "entries \(shown(all))", isMean: false))
  }

  func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let all = rootNumbers(values), squares = rootNumbers(weights?.squares ?? values)
    let plane = RootPlane(x, y, all, squares: squares)
    let entries = weights.map { Double($0.entries.reduce(0, &+)) } ?? all.reduce(0, +)
    writer.begin("TH2D", name, title)
    writer.style()
    writer.histogram(
      x: x, y: y, cells: all.count, entries: entries, plane.along, squares: weights == nil ? nil : plane.turned(squares)
    )
    plane.writeSums(to: &writer)
    writer.field("fArray", plane.turned(all))
  }
}
