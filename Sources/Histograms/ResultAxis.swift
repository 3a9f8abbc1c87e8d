import JSON

/// One axis of a histogram as a result message has it.
package struct ResultAxis: Sendable, Equatable {
  package var label: String
  package var unit: String
  /// One more than bins, in the axis' unit; 0, 1, 2, ... for categories.
  package var edges: [Double]
  /// The categories' names; nil where the axis is a range of numbers.
  package var categories: [String]?

  package var count: Int { edges.count - 1 }

  package init(label: String, unit: String, edges: [Double], categories: [String]? = nil) {
    self.label = label
    self.unit = unit
    self.edges = edges
    self.categories = categories
  }

  /// An axis without bins: that of a mean, or of points.
  package init(label: String, unit: String) {
    self.init(label: label, unit: unit, edges: [])
  }

  /// The middle of a bin inside. Halves are added: the sum of two edges may be beyond the doubles.
  package func center(_ bin: Int) -> Double { edges[bin] / 2 + edges[bin + 1] / 2 }

  /// Bins of equal width, up to a rounding of edges that decides no value's bin.
  package var isRegular: Bool {
    let lower = edges[0], upper = edges[count]
    let width = (upper - lower) / Double(count)
    return edges.indices.allSatisfy {
      abs(lower + (upper - lower) * Double($0) / Double(count) - edges[$0]) <= 1e-9 * width
    }
  }

  /// Bins of equal width on a logarithmic scale, over a factor of ten or more: pictures have such an axis then.
  package var isLogarithmic: Bool {
    guard categories == nil, count > 1, edges[0] > 0, edges[count] >= 10 * edges[0] else { return false }
    let factor = edges[1] / edges[0]
    return zip(edges, edges.dropFirst()).allSatisfy { abs($1 / $0 - factor) <= 1e-6 * factor }
  }

  /// Writes all but the edges.
  func write(_ key: String, to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginObject()
    writer.field("label", label)
    writer.field("unit", unit)
    if let categories {
      writer.key("categories")
      writer.beginArray()
      for category in categories { writer.string(category) }
      writer.endArray()
    }
    writer.endObject()
  }

  /// Reads what ``write(_:to:)`` wrote; the edges stand elsewhere.
  init(reading reader: inout JSONReader) throws(JSONError) {
    self.init(label: "", unit: "")
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "label": label = try reader.string()
      case "unit": unit = try reader.string()
      case "categories":
        var names: [String] = []
        try reader.beginArray()
        while try reader.nextItem() { names.append(try reader.string()) }
        categories = names
      default: try reader.skip()
      }
    }
  }
}

/// How far below an edge a value counts as lying on it: 1e-9 of the narrower bin beside it. At either end of the axis, where
/// there is one bin, no more than that of the edge itself: bins of `2 log from 1 to 1e20` take nothing from below 0.
package func edgeTolerance(_ edges: [Double], at number: Int) -> Double {
  let edge = edges[number]
  let least = edge == 0 ? Double.infinity : abs(edge)
  let above = number + 1 < edges.count ? edges[number + 1] - edge : least
  let below = number > 0 ? edge - edges[number - 1] : least
  return 1e-9 * min(above, below)
}

/// The bins without those at either end.
func inner<T>(_ all: [T]) -> [T] { Array(all[1..<(all.count - 1)]) }
