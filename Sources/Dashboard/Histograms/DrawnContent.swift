import Histograms
import JSON
import Specifications

/// What panels, pictures and ROOT make of a kind of content. Each kind has a file of its own beside this one.
protocol DrawnContent: HistogramContent {
  /// How the page calls it.
  static var kind: String { get }
  /// What a plot of this kind is, for messages: `is a profile`.
  static var words: String { get }
  /// How panels can draw it.
  static var panelForms: [Panel.Form] { get }
  /// Whether a histogram that is declared so has such content.
  static func isDeclared(by settings: Settings) -> Bool
  /// The bins of a row of bins; nil for what is none.
  static func bins(of settings: Settings) -> Int?

  var view: ContentView { get }
  func picture() -> Drawing
  /// Writes the fields of ROOT's object.
  func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter)
}

extension DrawnContent {
  static func bins(of settings: Settings) -> Int? { nil }
}

/// What the page has to know of a histogram before its numbers.
struct ContentView {
  let x: ResultAxis
  let y: ResultAxis?
  /// How it is drawn where nobody says.
  let form: Panel.Form
  /// Whether it has words, not ranges of numbers, on its axis: categories, or one number for each value.
  var hasWords = false
  /// Whether it has one bin only.
  var isNumber = false
}

/// What a picture shows.
enum Drawing {
  case series(Series)
  case colors(ColorMap)
}

enum DrawnContents {
  /// Every content that results can have: a test sees that each of them can be drawn.
  static let all = HistogramContents.all.compactMap { $0 as? any DrawnContent.Type }

  /// The kind that settings declare; nil where they have errors.
  static func declared(by settings: Settings) -> (any DrawnContent.Type)? {
    all.first { $0.isDeclared(by: settings) }
  }
}

extension Settings {
  /// Whether they declare a histogram of this kind, over as many axes as its key names.
  func declares(_ kind: String, axes key: TypedKey<[Setting]>, _ count: Int) -> Bool {
    specification.name == kind && self[key]?.count == count
  }

  var binsOfFirstAxis: Int? { self[HistogramKeys.bins]?.first?.binning?.count }
}

extension ResultHistogram {
  /// Whether a picture of it is made of colours, and cannot be drawn over another.
  package var isMap: Bool { (content as? any DrawnContent)?.view.form == .heat }
}
