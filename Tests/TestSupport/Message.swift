import Foundation

/// A result message (schema hitmon.results/1) as a program that consumes it reads it.
package struct Message: Decodable, Equatable {
  package struct Window: Decodable, Equatable {
    package var index: Int64
    package var kind: String
    package var of: String?
    package var start: Mark?
    package var end: Mark?

    package init(index: Int64, kind: String, of: String? = nil, start: Mark? = nil, end: Mark? = nil) {
      self.index = index
      self.kind = kind
      self.of = of
      self.start = start
      self.end = end
    }
  }

  /// A window's end: a number, or a time as text.
  package enum Mark: Decodable, Equatable {
    case number(Double)
    case text(String)

    package init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  package struct Source: Decodable, Equatable {
    package var name: String
    package var topic: String?
    package var partitions: Int?
    package var offsets: [String: [Int64]]
    package var resume: [String: Int64]
    package var read: [String: Int64]?
    package var gaps: [String: [[Int64]]]?
  }

  package var schema: String
  package var pipeline: String
  package var run: String
  package var partial: Bool?
  package var window: Window
  package var counts: [String: Int]
  package var source: Source
  package var histograms: [String: Histogram]
}

/// One histogram of a message, of any kind: what its kind does not have is nil.
package struct Histogram: Decodable, Equatable {
  package struct Axis: Decodable, Equatable {
    package var label: String
    package var unit: String
    package var categories: [String]?

    package init(label: String, unit: String, categories: [String]? = nil) {
      self.label = label
      self.unit = unit
      self.categories = categories
    }
  }

  package var title: String
  package var axis: Axis?
  package var yAxis: Axis?
  package var edges: [Double]?
  package var bins: [Double]?
  package var variances: [Double]?
  package var entries: [Double]?
  package var underflow: Double?
  package var overflow: Double?
  package var unknown: Double?
  // 2D
  package var map: [[Double]]?
  package var mapVariances: [[Double]]?
  package var mapEntries: [[Double]]?
  package var xEdges: [Double]?
  package var yEdges: [Double]?
  package var xUnderflow: [Double]?
  package var xOverflow: [Double]?
  package var yUnderflow: [Double]?
  package var yOverflow: [Double]?
  // Profiles of two axes
  package var zAxis: Axis?
  package var means: [[Double?]]?
  package var errors: [[Double?]]?
  package var xOverflowSum: [Double]?
  package var yUnderflowDeviations: [Double]?
  // Profiles
  package var mean: [Double?]?
  package var error: [Double?]?
  package var sum: [Double]?
  package var sumRemainder: [Double]?
  package var sumOfSquares: [Double]?
  package var deviations: [Double]?
  // Points
  package var x: [Double]?
  package var y: [Double]?
  package var omitted: Int?

  private enum Key: String, CodingKey {
    case title, axis, y_axis, z_axis, bin_edges, bin_counts, bin_variances, bin_entries, underflow, overflow, unknown
    case x_edges, y_edges, x_underflow, x_overflow, y_underflow, y_overflow, mean, error, sum, sum_remainder,
      sum_of_squares, sum_of_squared_deviations, x_overflow_sum, y_underflow_sum_of_squared_deviations, x, y, omitted
  }

  package init(from decoder: any Decoder) throws {
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
  package var total: Double { (bins ?? []).reduce(0, +) + (underflow ?? 0) + (overflow ?? 0) }
}
