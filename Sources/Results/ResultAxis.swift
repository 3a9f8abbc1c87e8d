import Diagnostics
import ChainExecution
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

  init(_ axis: Axis) {
    self.init(label: axis.label, unit: axis.unit, edges: axis.edges, categories: axis.categories)
  }

  /// An axis without bins: that of a profile's mean, or of points.
  init(label: String, unit: String) {
    self.init(label: label, unit: unit, edges: [])
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
