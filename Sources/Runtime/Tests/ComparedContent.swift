import Histograms

/// What a test can compare of a kind of content. Each kind has a conformance below.
protocol ComparedContent: HistogramContent {
  /// Entries in all bins, without those beside them.
  var total: Double { get }
  /// What a list is compared with; nil where no list can say it.
  var list: ComparedList? { get }
  /// One or two, with bins that a key can name; none for points.
  var comparedAxes: [ResultAxis] { get }
  /// The places beside the bins that a key can name.
  var placesBeside: [ComparedPlace] { get }
  var numbers: [ComparedPlace: ComparedNumber] { get }
  /// The unit of the bins' means; nil where bins hold counts.
  var meanUnit: String? { get }
}

extension ComparedContent {
  var list: ComparedList? { nil }
  var meanUnit: String? { nil }
}

enum ComparedList {
  case bins([ComparedNumber])
  case points([PlotPoint], units: (x: String, y: String))
}

/// One number of a histogram that is not 0, or that a test could name.
struct ComparedNumber {
  let words: String
  let value: Double
}

/// Where a number of a histogram is.
enum ComparedPlace: Hashable, Comparable {
  case underflow, overflow, outside, unknown
  /// The bin of each axis.
  case bin([Int])

  var words: String {
    switch self {
    case .underflow: "underflow"
    case .overflow: "overflow"
    case .outside: "outside"
    case .unknown: "unknown"
    case .bin: ""
    }
  }

  private var order: [Int] {
    switch self {
    case .underflow: [-4]
    case .overflow: [-3]
    case .outside: [-2]
    case .unknown: [-1]
    case .bin(let bins): bins
    }
  }

  static func < (a: ComparedPlace, b: ComparedPlace) -> Bool { a.order.lexicographicallyPrecedes(b.order) }
}

extension CountsContent: ComparedContent {
  var total: Double { values.dropFirst().dropLast().reduce(0, +) }
  var list: ComparedList? { .bins(axis.bins(values)) }
  var comparedAxes: [ResultAxis] { [axis] }
  var placesBeside: [ComparedPlace] { [.underflow, .overflow, .unknown] }
  var numbers: [ComparedPlace: ComparedNumber] { axis.numbers(axis.bins(values), beside: values, unknown) }
}

extension ProfileContent: ComparedContent {
  var total: Double { Double(entries.dropFirst().dropLast().reduce(0, +)) }
  var comparedAxes: [ResultAxis] { [axis] }
  var placesBeside: [ComparedPlace] { [.underflow, .overflow, .unknown] }
  var meanUnit: String? { y.unit }

  var numbers: [ComparedPlace: ComparedNumber] {
    axis.numbers(axis.bins(spreads.map(\.mean)), beside: entries.map { Double($0) }, unknown)
  }
}

extension MapContent: ComparedContent {
  var total: Double { grid.columns(values).joined().reduce(0, +) }
  var comparedAxes: [ResultAxis] { [x, y] }
  var placesBeside: [ComparedPlace] { [.outside, .unknown] }
  var numbers: [ComparedPlace: ComparedNumber] { grid.numbers(values, beside: values, unknown, x, y) }
}

extension ProfileMapContent: ComparedContent {
  private var counts: [Double] { entries.map { Double($0) } }

  var total: Double { grid.columns(counts).joined().reduce(0, +) }
  var comparedAxes: [ResultAxis] { [x, y] }
  var placesBeside: [ComparedPlace] { [.outside, .unknown] }
  var meanUnit: String? { z.unit }

  var numbers: [ComparedPlace: ComparedNumber] {
    grid.numbers(spreads.map(\.mean), beside: counts, unknown, x, y)
  }
}

extension PointsContent: ComparedContent {
  var total: Double { Double(points.count) }
  var list: ComparedList? { .points(points, units: (axis.unit, y.unit)) }
  var comparedAxes: [ResultAxis] { [] }
  var placesBeside: [ComparedPlace] { [] }
  var numbers: [ComparedPlace: ComparedNumber] { [:] }
}

extension ResultAxis {
  fileprivate func words(_ bin: Int) -> String {
    if let categories { return categories[bin] }
    return "bin \(short(edges[bin])) to \(short(edges[bin + 1]))\(unit.isEmpty ? "" : " \(unit)")"
  }

  /// The bins inside, of values with flow bins.
  fileprivate func bins(_ values: [Double]) -> [ComparedNumber] {
    (0..<count).map { ComparedNumber(words: words($0), value: values[$0 + 1]) }
  }

  fileprivate func numbers(
    _ bins: [ComparedNumber], beside flow: [Double], _ unknown: UInt64
  ) -> [ComparedPlace: ComparedNumber] {
    var numbers: [ComparedPlace: ComparedNumber] = [:]
    for (index, bin) in bins.enumerated() { numbers[.bin([index])] = bin }
    for (place, value) in [
      (ComparedPlace.underflow, flow[0]), (.overflow, flow[count + 1]), (.unknown, Double(unknown)),
    ] { numbers[place] = ComparedNumber(words: place.words, value: value) }
    return numbers
  }
}

extension BinGrid {
  /// - Parameter counts: of which those that lie outside are added up.
  fileprivate func numbers(
    _ values: [Double], beside counts: [Double], _ unknown: UInt64, _ x: ResultAxis, _ y: ResultAxis
  ) -> [ComparedPlace: ComparedNumber] {
    var numbers: [ComparedPlace: ComparedNumber] = [:]
    for (column, inside) in columns(values).enumerated() {
      for (row, value) in inside.enumerated() {
        numbers[.bin([column, row])] = ComparedNumber(words: "\(x.words(column)) and \(y.words(row))", value: value)
      }
    }
    let outside = counts.indices.reduce(0) { isInside($1) ? $0 : $0 + counts[$1] }
    numbers[.outside] = ComparedNumber(words: "outside", value: outside)
    numbers[.unknown] = ComparedNumber(words: "unknown", value: Double(unknown))
    return numbers
  }
}
