import ChainExecution
import Diagnostics
import Histograms
import JSON
import Support

extension ResultHead {
  /// Writes the fields of the head into an object that is open; `histograms` come next.
  package func write(to writer: inout JSONWriter) {
    writer.field("schema", Self.schema)
    if let claim { writer.claim(claim) }
    if format != .json { writer.field("format", format.rawValue) }
    writer.field("pipeline", pipeline)
    writer.field("run", run)
    if isPartial {
      writer.key("partial")
      writer.bool(true)
    }
    if let error { writer.field("error", error) }
    window.write(to: &writer)
    writer.key("counts")
    writer.beginObject()
    for count in counts { writer.field(count.name, count.value) }
    writer.endObject()
    source.write(to: &writer)
    if let dashboard {
      writer.key("dashboard")
      writer.raw(dashboard)
    }
  }
}

extension ResultHead.Window {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.key("window")
    writer.beginObject()
    writer.field("index", index)
    writer.field("kind", kind.rawValue)
    if let of { writer.field("of", of) }
    writer.field("start", start)
    writer.field("end", end)
    if let length {
      writer.key("length")
      writer.number(length)
    }
    writer.endObject()
  }
}

extension ResultHead.Source {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.key("source")
    writer.beginObject()
    writer.field("name", name)
    if let topic { writer.field("topic", topic) }
    if let partitions { writer.field("partitions", partitions) }
    writer.byName("offsets", offsets) { write($1, to: &$0) }
    writer.byName("resume", resume) { $0.integer($1) }
    if !read.isEmpty { writer.byName("read", read) { $0.integer($1) } }
    if !last.isEmpty { writer.byName("last", last) { $0.integer($1) } }
    if !marks.isEmpty { writer.byName("marks", marks) { $0.mark($1) } }
    if !gaps.isEmpty {
      writer.byName("gaps", gaps) { writer, ranges in
        writer.beginArray()
        for range in ranges { write(range, to: &writer) }
        writer.endArray()
      }
    }
    writer.endObject()
  }

  private func write(_ range: OffsetRange, to writer: inout JSONWriter) {
    writer.beginArray()
    writer.integer(range.start)
    writer.integer(range.end)
    writer.endArray()
  }
}
