import Connectors
import Diagnostics
import Histograms
import JSON
import Results

extension DashboardView {
  /// The object that the page asks for as `/api/pipeline`, docs/dashboard.md.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("title", title)
    writer.field("pipeline", pipeline)
    writer.field("run", run)
    writer.key("histograms")
    writer.beginObject()
    for histogram in histograms {
      writer.key(histogram.name)
      histogram.write(to: &writer)
    }
    writer.endObject()
    writer.key("rows")
    writer.panels(rows, isBrief: false)
    writer.layouts(layouts)
    writer.endObject()
    return writer.bytes
  }
}

extension DashboardView.Histogram {
  fileprivate func write(to writer: inout JSONWriter) {
    func axis(_ key: String, _ axis: Axis?) {
      guard let axis else { return writer.nullField(key) }
      writer.key(key)
      writer.beginObject()
      writer.field("label", axis.label)
      writer.field("unit", axis.unit)
      writer.endObject()
    }
    writer.beginObject()
    writer.field("title", title)
    writer.field("description", orNull: description)
    writer.field("kind", kind)
    axis("x", x)
    axis("y", y)
    writer.field("per", orNull: per)
    writer.key("values")
    writer.beginArray()
    for value in values { writer.string(value) }
    writer.endArray()
    writer.endObject()
  }
}
