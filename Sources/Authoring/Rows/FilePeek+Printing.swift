import Diagnostics
import JSON

extension FilePeek {
  /// Its rows, ranges and malformed rows for people.
  package func text(isText: Bool) -> String {
    var lines: [String] = []
    let first = ColumnHead(name: isText ? "line" : "record", type: "", unit: "")
    let table = TextTable(
      [first] + fields.map(\.head), rows: head.map { [.integer(Int64($0.number))] + $0.cells })
    if !head.isEmpty { lines += table.lines + [""] }
    let end = isComplete ? "" : ", and more that was not looked at (--rows)"
    lines.append("\(counted(rows, "row")), \(grouped(malformedCount)) malformed\(end)")
    if rows > 0 {
      let names = ["field", "type", "least", "greatest"].map { ColumnHead(name: $0, type: "", unit: "") }
      let ranges = fields.map { field -> [Cell] in
        let name = Cell.text(field.head.name), type = Cell.text(field.head.type)
        if !field.texts.isEmpty { return [name, type, .text(field.textsInWords), .text("")] }
        return [name, type, .text(field.least?.text ?? ""), .text(field.greatest?.text ?? "")]
      }
      lines += TextTable(names, rows: ranges).lines.map { "  \($0)" }
    }
    if !malformed.isEmpty {
      lines += ["", "malformed"]
      for row in malformed { lines += ["  \(row.place): \(row.reason)", "    \(row.excerpt)"] }
      if malformedCount > malformed.count {
        lines.append("  and \(grouped(malformedCount - malformed.count)) more (-n shows them)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The same as one object.
  package func json() -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("rows")
    writer.integer(rows)
    writer.key("malformed")
    writer.integer(malformedCount)
    writer.key("complete")
    writer.bool(isComplete)
    writer.key("fields")
    writer.beginArray()
    for field in fields {
      writer.beginObject()
      for (key, text) in [("name", field.head.name), ("type", field.head.type), ("unit", field.head.unit)] {
        writer.key(key)
        writer.string(text)
      }
      if let least = field.least, let greatest = field.greatest {
        writer.key("least")
        least.write(to: &writer)
        writer.key("greatest")
        greatest.write(to: &writer)
      }
      if !field.texts.isEmpty {
        writer.key("texts")
        writer.beginArray()
        for text in field.texts.sorted() { writer.string(text) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endArray()
    writer.key("head")
    writer.beginArray()
    for row in head {
      writer.beginObject()
      writer.key("place")
      writer.string(row.place)
      writer.key("values")
      writer.beginObject()
      for (field, cell) in zip(fields, row.cells) {
        writer.key(field.head.name)
        cell.write(to: &writer)
      }
      writer.endObject()
      writer.endObject()
    }
    writer.endArray()
    writer.key("bad")
    writer.beginArray()
    for row in malformed {
      writer.beginObject()
      for (key, text) in [("place", row.place), ("reason", row.reason), ("row", row.excerpt)] {
        writer.key(key)
        writer.string(text)
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.text
  }
}

extension FilePeek.FieldRange {
  fileprivate var textsInWords: String {
    let all = texts.sorted()
    return all.prefix(6).map { Cell.printable($0) }.joined(separator: ", ") + (all.count > 6 ? ", …" : "")
  }
}
