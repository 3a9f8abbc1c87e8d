import Diagnostics
import ChainExecution
import JSON

extension ResultHistogram {
  /// Whether it has a form in UHI; lists of points have none.
  package var hasUHI: Bool { if case .points = content { false } else { true } }

  /// Writes the histogram as a UHI object, schema 1 (https://uhi.readthedocs.io). Flow bins are part of the arrays; what
  /// UHI has no place for stands in `metadata`: the number of rows that are unknown, and what is averaged.
  package func writeUHI(name: String, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("uhi_schema", 1)
    writer.key("metadata")
    writer.beginObject()
    writer.field("name", name)
    writer.field("label", title)
    switch content {
    case .bins(let bins):
      writer.field("unknown", bins.unknown)
      writer.endObject()
      bins.writeUHI(to: &writer)
    case .map(let map):
      writer.field("unknown", map.unknown)
      writer.endObject()
      map.writeUHI(to: &writer)
    case .profile(let profile):
      writer.field("unknown", profile.unknown)
      writer.field("value_label", profile.y.label)
      writer.field("value_unit", profile.y.unit)
      writer.endObject()
      profile.writeUHI(to: &writer)
    case .points: writer.endObject()
    }
    writer.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func axes(_ axes: [ResultAxis]) {
    key("axes")
    beginArray()
    for axis in axes { axis.writeUHI(to: &self) }
    endArray()
  }

  /// Begins the storage; the caller writes its arrays and ends it.
  fileprivate mutating func storage(_ type: String) {
    key("storage")
    beginObject()
    field("type", type)
  }

  fileprivate mutating func numericField(_ key: String, _ values: [Double]) {
    field(key, values.map(numeric))
  }
}

/// UHI has numbers only: what does not exist, such as the mean of nothing, is 0, and what is beyond the doubles the
/// largest of them.
private func numeric(_ value: Double) -> Double {
  value.isNaN ? 0 : min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
}

extension ResultAxis {
  /// Bins of equal width, up to a rounding of edges that decides no value's bin.
  private var isRegular: Bool {
    let lower = edges[0], upper = edges[count]
    let width = (upper - lower) / Double(count)
    return edges.indices.allSatisfy {
      abs(lower + (upper - lower) * Double($0) / Double(count) - edges[$0]) <= 1e-9 * width
    }
  }

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

  /// The bins that UHI has: categories have no underflow.
  fileprivate func flow<T>(_ all: [T]) -> [T] { categories == nil ? all : Array(all.dropFirst()) }
}

extension ResultHistogram.Bins {
  fileprivate func writeUHI(to writer: inout JSONWriter) {
    writer.axes([axis])
    if let weights {
      writer.storage("weighted")
      writer.numericField("values", axis.flow(weights.sums))
      writer.numericField("variances", axis.flow(weights.squares))
    } else {
      writer.storage("int")
      writer.field("values", axis.flow(entries))
    }
    writer.endObject()
  }
}

extension ResultHistogram.Map {
  fileprivate func writeUHI(to writer: inout JSONWriter) {
    writer.axes([x, y])
    writer.storage(weights == nil ? "double" : "weighted")
    write("values", values, to: &writer)
    if let weights { write("variances", weights.squares, to: &writer) }
    writer.endObject()
  }

  private func write(_ key: String, _ values: [Double], to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    let height = y.count + 2
    for column in x.flow(Array(0..<(x.count + 2))) {
      writer.array(y.flow(Array(values[(column * height)..<((column + 1) * height)])).map(numeric))
    }
    writer.endArray()
  }
}

extension ResultHistogram.Profile {
  fileprivate func writeUHI(to writer: inout JSONWriter) {
    let bins = axis.flow(Array(entries.indices))
    writer.axes([axis])
    writer.storage("mean")
    writer.field("counts", axis.flow(entries))
    writer.numericField("values", bins.map { spreads[$0].mean })
    // UHI's is the n - 1 variance of the values, not that of their mean.
    writer.numericField("variances", bins.map { spreads[$0].variance })
    writer.endObject()
  }
}
