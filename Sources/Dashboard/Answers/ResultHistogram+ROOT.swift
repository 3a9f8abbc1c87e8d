import Connectors
import Diagnostics
import ChainExecution
import JSON
import Results

extension ResultHistogram {
  /// Writes the object that ROOT has for it as ROOT itself writes it in JSON (TBufferJSON): TH1D, TH2D, TProfile or TGraph.
  ///
  /// Sums over values that ROOT takes when it fills are those of bin centres here, as after `TH1::ResetStats`.
  func writeROOT(name: String, to writer: inout JSONWriter) {
    writer.beginObject()
    switch content {
    case .bins(let bins): bins.writeROOT(name, title, to: &writer)
    case .map(let map): map.writeROOT(name, title, to: &writer)
    case .profile(let profile): profile.writeROOT(name, title, to: &writer)
    case .points(let points): points.writeROOT(name, title, to: &writer)
    }
    writer.endObject()
  }
}

/// Sums over the bins of an axis: of weights, of squared weights, and of those times the centres' powers.
private struct BinSums {
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
  func center(_ bin: Int) -> Double { edges[bin] / 2 + edges[bin + 1] / 2 }

  /// The axis' title as physicists write it: `drift [ns]`.
  fileprivate var rootTitle: String { unit.isEmpty ? label : "\(label) [\(unit)]" }

  /// ROOT keeps edges only where they are not evenly spaced.
  fileprivate var isEven: Bool {
    let width = (edges[count] - edges[0]) / Double(count)
    return edges.indices.allSatisfy { abs(edges[0] + width * Double($0) - edges[$0]) <= 1e-9 * width }
  }
}

/// ROOT reads numbers only: what does not exist is 0.
private func numeric(_ values: [Double]) -> [Double] { values.map { $0.isFinite ? $0 : 0 } }

extension JSONWriter {
  fileprivate mutating func begin(_ type: String, _ name: String, _ title: String) {
    field("_typename", type)
    field("fUniqueID", 0)
    field("fBits", 0)
    field("fName", name)
    field("fTitle", title)
  }

  fileprivate mutating func style() {
    field("fLineColor", 602)
    field("fLineStyle", 1)
    field("fLineWidth", 1)
    field("fFillColor", 0)
    field("fFillStyle", 1001)
    field("fMarkerColor", 1)
    field("fMarkerStyle", 1)
    field("fMarkerSize", 1)
  }

  fileprivate mutating func emptyList(_ key: String) {
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
    field("fXbins", axis.map { $0.isEven ? [] : $0.edges } ?? [])
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
  fileprivate mutating func histogram(
    x: ResultAxis, y: ResultAxis?, yTitle: String? = nil, cells: Int, entries: Double, _ sums: BinSums,
    squares: [Double]?
  ) {
    field("fNcells", cells)
    axis("fXaxis", x)
    axis("fYaxis", y, title: yTitle)
    axis("fZaxis", nil)
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
    field("fSumw2", squares.map(numeric) ?? [])
    field("fOption", "")
    emptyList("fFunctions")
    field("fBufferSize", 0)
    field("fBuffer", [Double]())
    field("fBinStatErrOpt", 0)
    field("fStatOverflows", 2)
  }
}

extension ResultHistogram.Bins {
  fileprivate func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let values = weights?.sums ?? entries.map { Double($0) }
    writer.begin("TH1D", name, title)
    writer.style()
    writer.histogram(
      x: axis, y: nil, cells: values.count, entries: Double(entries.reduce(0, &+)),
      BinSums(axis, numeric(values), squares: weights.map { numeric($0.squares) }), squares: weights?.squares)
    writer.field("fArray", numeric(values))
  }
}

extension ResultHistogram.Map {
  fileprivate func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let width = x.count + 2, height = y.count + 2
    let all = numeric(values), squares = numeric(weights?.squares ?? values)
    // ROOT counts along x first.
    func turned(_ values: [Double]) -> [Double] {
      (0..<(width * height)).map { values[$0 % width * height + $0 / width] }
    }
    let array = turned(all)
    func inside(_ column: Int, _ row: Int) -> Double { all[column * height + row] }
    let columns = (0..<width).map { column in (1...y.count).reduce(0) { $0 + inside(column, $1) } }
    let columnSquares = (0..<width).map { column in (1...y.count).reduce(0) { $0 + squares[column * height + $1] } }
    let entries = weights.map { Double($0.entries.reduce(0, &+)) } ?? all.reduce(0, +)
    let rows = (0..<height).map { row in (1...x.count).reduce(0) { $0 + inside($1, row) } }
    let ySums = BinSums(y, rows, squares: nil)
    var product = 0.0
    for column in 1...x.count {
      for row in 1...y.count { product += inside(column, row) * x.center(column - 1) * y.center(row - 1) }
    }
    writer.begin("TH2D", name, title)
    writer.style()
    writer.histogram(
      x: x, y: y, cells: array.count, entries: entries, BinSums(x, columns, squares: columnSquares),
      squares: weights == nil ? nil : turned(squares))
    writer.field("fScalefactor", 1)
    writer.field("fTsumwy", ySums.x)
    writer.field("fTsumwy2", ySums.xx)
    writer.field("fTsumwxy", product)
    writer.field("fArray", array)
  }
}

extension ResultHistogram.Profile {
  fileprivate func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
    let counts = entries.map { Double($0) }
    // ROOT knows a mean's error by sums of squares alone.
    let sums = numeric(spreads.map(\.sum.high)), squares = numeric(spreads.map(\.squares))
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

extension ResultHistogram.Points {
  fileprivate func writeROOT(_ name: String, _ title: String, to writer: inout JSONWriter) {
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
