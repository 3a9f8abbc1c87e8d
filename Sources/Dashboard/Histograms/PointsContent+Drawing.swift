import Histograms
import JSON
import Specifications

extension PointsContent: DrawnContent {
  static var kind: String { "points" }
  static var words: String { "has points" }
  static var panelForms: [Panel.Form] { [.points] }
  static func isDeclared(by settings: Settings) -> Bool { settings.specification.name == "points" }

  var view: ContentView { ContentView(x: axis, y: y, form: .points) }

  func picture() -> Drawing {
    .series(
      Series(x: axis, yLabel: Picture.label(y), points: points, statistics: "\(points.count) points"))
  }

  func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let sound = points.filter { $0.x.isFinite && $0.y.isFinite }
    writer.begin("TGraph", name, title)
    writer.style()
    writer.field("fNpoints", sound.count)
    writer.field("fX", sound.map(\.x))
    writer.field("fY", sound.map(\.y))
    writer.emptyList("fFunctions")
    writer.nullField("fHistogram")
    for key in ["fMinimum", "fMaximum"] { writer.field(key, -1111) }
  }
}
