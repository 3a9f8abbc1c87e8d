import Histograms
import JSON
import Specifications

extension ProfileMapContent: DrawnContent {
  static var kind: String { "profileMap" }
  static var words: String { "is a profile over two columns" }
  static var panelForms: [Panel.Form] { [.heat] }
  static func isDeclared(by settings: Settings) -> Bool { settings.declares("profile", axes: HistogramKeys.against, 2) }

  var view: ContentView { ContentView(x: x, y: y, form: .heat) }

  func picture() -> Drawing {
    .colors(
      ColorMap(
        x: x, y: y, columns: grid.columns(spreads.map(\.mean)),
        words: "mean \(Picture.label(z)), entries \(entries.reduce(0, &+))", isMean: true))
  }

  func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let counts = entries.map { Double($0) }, plane = RootPlane(x, y, counts, squares: counts)
    // ROOT knows a mean's error by sums of squares alone.
    let sums = rootNumbers(spreads.map(\.sum.high)), squares = rootNumbers(spreads.map(\.squares))
    writer.begin("TProfile2D", name, title)
    writer.style()
    writer.histogram(
      x: x, y: y, zTitle: z.rootTitle, cells: counts.count, entries: counts.reduce(0, +), plane.along,
      squares: plane.turned(squares))
    plane.writeSums(to: &writer)
    writer.field("fArray", plane.turned(sums))
    writer.field("fBinEntries", plane.turned(counts))
    writer.field("fErrorMode", 0)
    writer.field("fZmin", 0)
    writer.field("fZmax", 0)
    writer.field("fTsumwz", grid.columns(sums).joined().reduce(0, +))
    writer.field("fTsumwz2", grid.columns(squares).joined().reduce(0, +))
    writer.field("fBinSumw2", [Double]())
  }
}
