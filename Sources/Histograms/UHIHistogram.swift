import JSON

/// A histogram as UHI has it, schema 1 (https://uhi.readthedocs.io). Flow bins are part of the arrays; what UHI has no
/// place for stands in `metadata`.
package protocol UHIHistogram {
  /// `int`, `double`, `weighted`, `mean`.
  var storage: String { get }
  var axes: [ResultAxis] { get }
  /// Writes the arrays of the storage.
  func writeArrays(to writer: inout JSONWriter)
  /// Rows that are unknown.
  var unknown: UInt64 { get }
  /// Label and unit of what is averaged; nil where nothing is.
  var mean: ResultAxis? { get }
}

extension UHIHistogram {
  package var mean: ResultAxis? { nil }
}

extension ResultHistogram {
  /// Writes the histogram as a UHI object, and nothing where it has no form in UHI.
  package func writeUHI(name: String, to writer: inout JSONWriter) {
    guard let form = content.uhi else { return }
    writer.beginObject()
    writer.field("uhi_schema", 1)
    writer.key("metadata")
    writer.beginObject()
    writer.field("name", name)
    writer.field("label", title)
    writer.field("unknown", form.unknown)
    if let mean = form.mean {
      writer.field("value_label", mean.label)
      writer.field("value_unit", mean.unit)
    }
    writer.endObject()
    writer.key("axes")
    writer.beginArray()
    for axis in form.axes { axis.writeUHI(to: &writer) }
    writer.endArray()
    writer.key("storage")
    writer.beginObject()
    writer.field("type", form.storage)
    form.writeArrays(to: &writer)
    writer.endObject()
    writer.endObject()
  }
}

extension JSONWriter {
  /// Bins of one axis.
  mutating func uhi(_ key: String, _ values: [Double], over axis: ResultAxis) {
    field(key, axis.uhiBins(values).map(uhiNumber))
  }

  /// Bins of one axis.
  mutating func uhi(_ key: String, _ counts: [UInt64], over axis: ResultAxis) {
    field(key, axis.uhiBins(counts))
  }

  /// Bins of two axes, in the order of ``BinGrid``.
  mutating func uhi(_ key: String, _ values: [Double], over x: ResultAxis, _ y: ResultAxis) {
    self.key(key)
    beginArray()
    let height = y.count + 2
    for column in x.uhiBins(Array(0..<(x.count + 2))) {
      array(y.uhiBins(Array(values[(column * height)..<((column + 1) * height)])).map(uhiNumber))
    }
    endArray()
  }
}

/// UHI has numbers only: what does not exist, such as the mean of nothing, is 0, and what is beyond the doubles the
/// largest of them.
private func uhiNumber(_ value: Double) -> Double {
  value.isNaN ? 0 : min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
}

extension ResultAxis {
  /// The bins that UHI has: categories have no underflow.
  fileprivate func uhiBins<T>(_ all: [T]) -> [T] { categories == nil ? all : Array(all.dropFirst()) }

  fileprivate func writeUHI(to writer: inout JSONWriter) {
    writer.beginObject()
    if let categories {
      writer.field("type", "category_str")
      writer.key("categories")
      writer.beginArray()
      for category in categories { writer.string(category) }
      writer.endArray()
      writer.key("flow")
      writer.bool(true)
    } else {
      if isRegular {
        writer.field("type", "regular")
        writer.field("lower", edges[0])
        writer.field("upper", edges[count])
        writer.field("bins", count)
      } else {
        writer.field("type", "variable")
        writer.field("edges", edges)
      }
      for (key, value) in [("underflow", true), ("overflow", true), ("circular", false)] {
        writer.key(key)
        writer.bool(value)
      }
    }
    writer.key("metadata")
    writer.beginObject()
    writer.field("label", label)
    writer.field("unit", unit)
    writer.endObject()
    writer.endObject()
  }
}
