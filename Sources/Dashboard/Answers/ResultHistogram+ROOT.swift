import Histograms
import JSON

extension ResultHistogram {
  /// Writes the object that ROOT has for it as ROOT itself writes it in JSON (TBufferJSON): TH1D, TH2D, TProfile,
  /// TProfile2D or TGraph.
  ///
  /// Sums over values that ROOT takes when it fills are those of bin centres here, as after `TH1::ResetStats`.
  func writeROOT(name: String, to writer: inout JSONWriter) {
    writer.beginObject()
    (content as? any DrawnContent)?.writeROOT(name, title, to: &writer)
    writer.endObject()
  }
}

/// Sums over the bins of an axis: of weights, of squared weights, and of those times the centres' powers.
struct BinSums {
  var weights = 0.0, squares = 0.0, x = 0.0, xx = 0.0

  init(_ axis: ResultAxis, _ values: [Double], squares all: [Double]?) {
    for bin in 0..<axis.count {
      let value = values[bin + 1], center = axis.center(bin)
      weights += value
      squares += all?[bin + 1] ?? value
      x += value * center
      xx += value * center * center
    }
  }
}

extension ResultAxis {
  /// The axis' title as physicists write it: `drift [ns]`.
  var rootTitle: String { unit.isEmpty ? label : "\(label) [\(unit)]" }
}

/// ROOT reads numbers only: what does not exist is 0.
func rootNumbers(_ values: [Double]) -> [Double] { values.map { $0.isFinite ? $0 : 0 } }

extension JSONWriter {
  mutating func begin(_ type: String, _ name: String, _ title: String) {
    field("_typename", type)
    field("fUniqueID", 0)
    field("fBits", 0)
    field("fName", name)
    field("fTitle", title)
  }

  mutating func style() {
    field("fLineColor", 602)
    field("fLineStyle", 1)
    field("fLineWidth", 1)
    field("fFillColor", 0)
    field("fFillStyle", 1001)
    field("fMarkerColor", 1)
    field("fMarkerStyle", 1)
    field("fMarkerSize", 1)
  }

  mutating func emptyList(_ key: String) {
    self.key(key)
    beginObject()
    field("_typename", "TList")
    field("name", "TList")
    for key in ["arr", "opt"] { field(key, [Double]()) }
    endObject()
  }

  /// `title` is nil for an axis that is there in name only: one bin from 0 to 1.
  fileprivate mutating func axis(_ key: String, _ axis: ResultAxis?, title: String? = nil) {
    self.key(key)
    beginObject()
    begin("TAxis", String(key.dropFirst().lowercased()), title ?? axis?.rootTitle ?? "")
    field("fNdivisions", 510)
    for key in ["fAxisColor", "fLabelColor"] { field(key, 1) }
    field("fLabelFont", 42)
    field("fLabelOffset", 0.005)
    field("fLabelSize", 0.035)
    field("fTickLength", 0.03)
    field("fTitleOffset", 1)
    field("fTitleSize", 0.035)
    field("fTitleColor", 1)
    field("fTitleFont", 42)
    field("fNbins", axis?.count ?? 1)
    field("fXmin", axis?.edges.first ?? 0)
    field("fXmax", axis?.edges.last ?? 1)
    // ROOT keeps edges only where they are not evenly spaced.
    field("fXbins", axis.map { $0.isRegular ? [] : $0.edges } ?? [])
    for key in ["fFirst", "fLast", "fBits2"] { field(key, 0) }
    self.key("fTimeDisplay")
    bool(false)
    field("fTimeFormat", "")
    labels(axis?.categories)
    nullField("fModLabs")
    endObject()
  }

  /// The names of bins: each says in its number which bin it is of.
  private mutating func labels(_ names: [String]?) {
    guard let names else { return nullField("fLabels") }
    key("fLabels")
    beginObject()
    field("_typename", "THashList")
    field("name", "THashList")
    key("arr")
    beginArray()
    for (index, name) in names.enumerated() {
      beginObject()
      field("_typename", "TObjString")
      field("fUniqueID", index + 1)
      field("fBits", 0)
      field("fString", name)
      endObject()
    }
    endArray()
    key("opt")
    beginArray()
    for _ in names { string("") }
    endArray()
    endObject()
  }

  /// What every histogram of ROOT has behind its style.
  mutating func histogram(
    x: ResultAxis, y: ResultAxis?, yTitle: String? = nil, zTitle: String? = nil, cells: Int, entries: Double,
    _ sums: BinSums,
    squares: [Double]?
  ) {
    field("fNcells", cells)
    axis("fXaxis", x)
    axis("fYaxis", y, title: yTitle)
    axis("fZaxis", nil, title: zTitle)
    field("fBarOffset", 0)
    field("fBarWidth", 1000)
    field("fEntries", entries)
    field("fTsumw", sums.weights)
    field("fTsumw2", sums.squares)
    field("fTsumwx", sums.x)
    field("fTsumwx2", sums.xx)
    // ROOT's mark for "none".
    for key in ["fMaximum", "fMinimum"] { field(key, -1111) }
    field("fNormFactor", 0)
    field("fContour", [Double]())
    field("fSumw2", squares.map(rootNumbers) ?? [])
    field("fOption", "")
    emptyList("fFunctions")
    field("fBufferSize", 0)
    field("fBuffer", [Double]())
    field("fBinStatErrOpt", 0)
    field("fStatOverflows", 2)
  }
}

/// What ROOT has of bins over two axes: it counts along x first.
struct RootPlane {
  private let x: ResultAxis
  private let y: ResultAxis
  private let grid: BinGrid
  let along: BinSums
  private let across: BinSums
  private let product: Double

  /// - Parameter values: what each bin weighs, and `squares` the squares of that, in the order of ``BinGrid``.
  init(_ x: ResultAxis, _ y: ResultAxis, _ values: [Double], squares: [Double]) {
    (self.x, self.y, grid) = (x, y, BinGrid(x, y))
    let inside = grid.columns(values)
    along = BinSums(
      x, [0] + inside.map { $0.reduce(0, +) } + [0], squares: [0] + grid.columns(squares).map { $0.reduce(0, +) } + [0])
    across = BinSums(y, [0] + (0..<y.count).map { row in inside.reduce(0) { $0 + $1[row] } } + [0], squares: nil)
    product = inside.enumerated().reduce(0) { total, column in
      column.element.enumerated().reduce(total) { $0 + $1.element * x.center(column.offset) * y.center($1.offset) }
    }
  }

  func turned(_ values: [Double]) -> [Double] {
    (0..<grid.size).map { values[$0 % grid.width * grid.height + $0 / grid.width] }
  }

  /// What TH2 has behind TH1.
  func writeSums(to writer: inout JSONWriter) {
    writer.field("fScalefactor", 1)
    writer.field("fTsumwy", across.x)
    writer.field("fTsumwy2", across.xx)
    writer.field("fTsumwxy", product)
  }
}
