import Foundation

/// A result message (schema hitmon.results/1) as a program that consumes it reads it.
struct Message: Decodable, Equatable {
  struct Window: Decodable, Equatable {
    var index: Int64
    var kind: String
    var of: String?
    var start: Mark?
    var end: Mark?
  }

  /// A window's end: a number, or a time as text.
  enum Mark: Decodable, Equatable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  struct Source: Decodable, Equatable {
    var name: String
    var topic: String?
    var partitions: Int?
    var offsets: [String: [Int64]]
    var resume: [String: Int64]
    var read: [String: Int64]?
    var gaps: [String: [[Int64]]]?
  }

  var schema: String
  var pipeline: String
  var run: String
  var partial: Bool?
  var window: Window
  var counts: [String: Int]
  var source: Source
  var histograms: [String: Histogram]
}

/// One histogram of a message, of any kind: what its kind does not have is nil.
struct Histogram: Decodable, Equatable {
  struct Axis: Decodable, Equatable {
    var label: String
    var unit: String
    var categories: [String]?
  }

  var title: String
  var axis: Axis?
  var yAxis: Axis?
  var edges: [Double]?
  var bins: [Double]?
  var variances: [Double]?
  var entries: [Double]?
  var underflow: Double?
  var overflow: Double?
  var unknown: Double?
  // 2D
  var map: [[Double]]?
  var mapVariances: [[Double]]?
  var mapEntries: [[Double]]?
  var xEdges: [Double]?
  var yEdges: [Double]?
  var xUnderflow: [Double]?
  var xOverflow: [Double]?
  var yUnderflow: [Double]?
  var yOverflow: [Double]?
  // Profiles of two axes
  var zAxis: Axis?
  var means: [[Double?]]?
  var errors: [[Double?]]?
  var xOverflowSum: [Double]?
  var yUnderflowDeviations: [Double]?
  // Profiles
  var mean: [Double?]?
  var error: [Double?]?
  var sum: [Double]?
  var sumRemainder: [Double]?
  var sumOfSquares: [Double]?
  var deviations: [Double]?
  // Points
  var x: [Double]?
  var y: [Double]?
  var omitted: Int?

  private enum Key: String, CodingKey {
    case title, axis, y_axis, z_axis, bin_edges, bin_counts, bin_variances, bin_entries, underflow, overflow, unknown
    case x_edges, y_edges, x_underflow, x_overflow, y_underflow, y_overflow, mean, error, sum, sum_remainder,
      sum_of_squares, sum_of_squared_deviations, x_overflow_sum, y_underflow_sum_of_squared_deviations, x, y, omitted
  }

  init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: Key.self)
    // JSON has no infinity: a sum that left the range of floats is null.
    func numbers(_ key: Key) throws -> [Double]? {
      try from.decodeIfPresent([Double?].self, forKey: key)?.map { $0 ?? .infinity }
    }
    func number(_ key: Key) throws -> Double? { try from.decodeIfPresent(Double.self, forKey: key) }
    title = try from.decode(String.self, forKey: .title)
    axis = try from.decodeIfPresent(Axis.self, forKey: .axis)
    yAxis = try from.decodeIfPresent(Axis.self, forKey: .y_axis)
    edges = try numbers(.bin_edges)
    xEdges = try numbers(.x_edges)
    yEdges = try numbers(.y_edges)
    if xEdges == nil {
      bins = try numbers(.bin_counts)
      variances = try numbers(.bin_variances)
      entries = try numbers(.bin_entries)
    } else {
      map = try from.decode([[Double]].self, forKey: .bin_counts)
      mapVariances = try from.decodeIfPresent([[Double]].self, forKey: .bin_variances)
      mapEntries = try from.decodeIfPresent([[Double]].self, forKey: .bin_entries)
    }
    underflow = try number(.underflow)
    overflow = try number(.overflow)
    unknown = try number(.unknown)
    xUnderflow = try numbers(.x_underflow)
    xOverflow = try numbers(.x_overflow)
    yUnderflow = try numbers(.y_underflow)
    yOverflow = try numbers(.y_overflow)
    if xEdges == nil {
      mean = try from.decodeIfPresent([Double?].self, forKey: .mean)
      error = try from.decodeIfPresent([Double?].self, forKey: .error)
      sum = try numbers(.sum)
      sumRemainder = try numbers(.sum_remainder)
      sumOfSquares = try numbers(.sum_of_squares)
      deviations = try numbers(.sum_of_squared_deviations)
    } else {
      zAxis = try from.decodeIfPresent(Axis.self, forKey: .z_axis)
      means = try from.decodeIfPresent([[Double?]].self, forKey: .mean)
      errors = try from.decodeIfPresent([[Double?]].self, forKey: .error)
      xOverflowSum = try numbers(.x_overflow_sum)
      yUnderflowDeviations = try numbers(.y_underflow_sum_of_squared_deviations)
    }
    x = try numbers(.x)
    y = try numbers(.y)
    omitted = try from.decodeIfPresent(Int.self, forKey: .omitted)
  }

  /// All that fell anywhere.
  var total: Double { (bins ?? []).reduce(0, +) + (underflow ?? 0) + (overflow ?? 0) }
}
