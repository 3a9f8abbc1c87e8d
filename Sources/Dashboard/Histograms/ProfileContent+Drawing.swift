import Histograms
import JSON
import Specifications

extension ProfileContent: DrawnContent {
  static var kind: String { "profile" }
  static var words: String { "is a profile" }
  static var panelForms: [Panel.Form] { [.steps, .bars, .points, .map] }
  static func isDeclared(by settings: Settings) -> Bool { settings.declares("profile", axes: HistogramKeys.against, 1) }
  static func bins(of settings: Settings) -> Int? { settings.binsOfFirstAxis }

  var view: ContentView { ContentView(x: axis, y: y, form: .steps) }

  func picture() -> Drawing {
    let bins = spreads[1...axis.count]
    return .series(
      Series(
        x: axis, yLabel: "mean \(Picture.label(y))", values: bins.map(\.mean),
        errors: bins.map(\.error), statistics: "entries \(entries.reduce(0, &+))"))
  }

  func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let counts = entries.map { Double($0) }
    // ROOT knows a mean's error by sums of squares alone.
    let sums = rootNumbers(spreads.map(\.sum.high)), squares = rootNumbers(spreads.map(\.squares))
    let inner = 1..<(counts.count - 1)
    writer.begin("TProfile", name, title)
    writer.style()
    writer.histogram(
      x: axis, y: nil, yTitle: y.rootTitle, cells: counts.count, entries: counts.reduce(0, +),
      BinSums(axis, counts, squares: nil), squares: squares)
    writer.field("fArray", sums)
    writer.field("fBinEntries", counts)
    writer.field("fErrorMode", 0)
    writer.field("fYmin", 0)
    writer.field("fYmax", 0)
    writer.field("fTsumwy", sums[inner].reduce(0, +))
    writer.field("fTsumwy2", squares[inner].reduce(0, +))
    writer.field("fBinSumw2", [Double]())
  }
}
