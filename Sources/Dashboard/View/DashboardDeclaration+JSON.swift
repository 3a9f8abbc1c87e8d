import Connectors
import Diagnostics
import Histograms
import JSON
import Results
import Specifications

extension DashboardDeclaration {
  /// An object of JSON: the field `dashboard` of result messages.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if let title { writer.field("title", title) }
    writer.key("histograms")
    writer.beginObject()
    for histogram in histograms {
      writer.key(histogram.name)
      writer.beginObject()
      if let per = histogram.per { writer.field("per", per) }
      if let description = histogram.description { writer.field("description", description) }
      writer.endObject()
    }
    writer.endObject()
    if let rows {
      writer.key("rows")
      writer.panels(rows, isBrief: true)
    }
    if !layouts.isEmpty { writer.layouts(layouts) }
    writer.endObject()
    return writer.bytes
  }

  /// Reads what ``json`` gave. What a later version may have added is passed over; throws where the rest has another form.
  package init(reading json: UnsafeRawBufferPointer) throws(JSONError) {
    self.init()
    var reader = JSONReader(json)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "title": title = try reader.string()
      case "histograms":
        try reader.beginObject()
        while let name = try reader.nextKey() { histograms.append(try .init(name: name, reading: &reader)) }
      case "rows":
        var rows: [[Panel]] = []
        try reader.beginArray()
        while try reader.nextItem() {
          var row: [Panel] = []
          try reader.beginArray()
          while try reader.nextItem() { row.append(try Panel(reading: &reader)) }
          rows.append(row)
        }
        self.rows = rows
      case "layouts":
        try reader.beginObject()
        while let name = try reader.nextKey() { layouts.append(try CellLayout(name: name, reading: &reader)) }
      default: try reader.skip()
      }
    }
    try reader.end()
  }
}

extension JSONWriter {
  /// Rows of panels; brief leaves out what is not said.
  mutating func panels(_ rows: [[Panel]], isBrief: Bool) {
    beginArray()
    for row in rows {
      beginArray()
      for panel in row { self.panel(panel, isBrief: isBrief) }
      endArray()
    }
    endArray()
  }

  private mutating func panel(_ panel: Panel, isBrief: Bool) {
    func text(_ key: String, _ value: String?, to writer: inout JSONWriter) {
      if let value { writer.field(key, value) } else if !isBrief { writer.nullField(key) }
    }
    beginObject()
    field("plot", panel.plot)
    text("as", panel.form?.rawValue, to: &self)
    text("per", panel.per, to: &self)
    text("overlay", panel.overlay, to: &self)
    if !isBrief || panel.scale != .linear { field("scale", panel.scale.rawValue) }
    if let last = panel.last { field("last", last) } else if !isBrief { nullField("last") }
    if let within = panel.flatWithin {
      key("expect")
      beginObject()
      field("kind", "flat")
      field("within", within)
      endObject()
    } else if !isBrief {
      nullField("expect")
    }
    text("layout", panel.layout, to: &self)
    text("title", panel.title, to: &self)
    text("description", panel.description, to: &self)
    endObject()
  }

  /// The key `layouts` with all of them.
  mutating func layouts(_ layouts: [CellLayout]) {
    key("layouts")
    beginObject()
    for layout in layouts {
      key(layout.name)
      beginObject()
      field("width", layout.width)
      field("height", layout.height)
      key("cells")
      beginArray()
      for cell in layout.cells {
        if let cell { array([cell.x, cell.y, cell.width, cell.height]) } else { null() }
      }
      endArray()
      endObject()
    }
    endObject()
  }

  mutating func nullField(_ name: String) {
    key(name)
    null()
  }

  /// A key with a text, or `null`.
  mutating func field(_ name: String, orNull value: String?) {
    if let value { field(name, value) } else { nullField(name) }
  }
}

extension DashboardDeclaration.Histogram {
  fileprivate init(name: String, reading reader: inout JSONReader) throws(JSONError) {
    self.init(name: name, per: nil, description: nil)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "per": per = try reader.text()
      case "description": description = try reader.text()
      default: try reader.skip()
      }
    }
  }
}

extension Panel {
  fileprivate init(reading reader: inout JSONReader) throws(JSONError) {
    self.init(plot: "")
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "plot": plot = try reader.string()
      case "as": form = try reader.text().flatMap { Form(rawValue: $0) }
      case "per": per = try reader.text()
      case "overlay": overlay = try reader.text()
      case "scale": scale = try reader.text().flatMap { Scale(rawValue: $0) } ?? .linear
      case "last": last = try reader.null() ? nil : try reader.number()
      case "expect":
        if try reader.null() { continue }
        try reader.beginObject()
        while let key = try reader.nextKey() {
          if key == "within" { flatWithin = try reader.number() } else { try reader.skip() }
        }
      case "layout": layout = try reader.text()
      case "title": title = try reader.text()
      case "description": description = try reader.text()
      default: try reader.skip()
      }
    }
  }
}

extension CellLayout {
  fileprivate init(name: String, reading reader: inout JSONReader) throws(JSONError) {
    self.init(name: name, cells: [])
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard key == "cells" else {
        try reader.skip()
        continue
      }
      try reader.beginArray()
      while try reader.nextItem() {
        if try reader.null() {
          cells.append(nil)
          continue
        }
        let place = reader.offset
        let numbers = try reader.numbers()
        guard numbers.count == 4, numbers.allSatisfy(\.isFinite) else {
          throw JSONError(offset: place, "expected four numbers")
        }
        cells.append(Cell(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]))
      }
    }
  }
}

extension JSONReader {
  /// A text, or nil for `null`.
  fileprivate mutating func text() throws(JSONError) -> String? { try null() ? nil : try string() }
}
