import Columns
import Connectors
import ChainExecution

/// A look at a data file through a record: its first rows, the range of every field, and which rows are malformed.
package struct FilePeek: Sendable {
  /// A row as decoded, and where it stands.
  package struct Row: Sendable {
    /// `data.txt:17`, or the file and the number of the record.
    package let place: String
    /// The line, or the record, from 1.
    package let number: Int
    package let cells: [Cell]
  }

  /// A row that could not be decoded.
  package struct Malformed: Sendable {
    package let place: String
    package let number: Int
    package let reason: String
    /// The beginning of it as it stands in the file.
    package let excerpt: String
  }

  /// What the values of a field are.
  package struct FieldRange: Sendable {
    package let head: ColumnHead
    package fileprivate(set) var least: Cell?
    package fileprivate(set) var greatest: Cell?
    /// Different texts, in order, as far as they are few.
    package fileprivate(set) var texts: Set<String> = []
  }

  package private(set) var head: [Row] = []
  package private(set) var fields: [FieldRange]
  package private(set) var malformed: [Malformed] = []
  package private(set) var rows = 0
  package private(set) var malformedCount = 0
  /// What else should be known of the files, a sentence each.
  package private(set) var notes: [String] = []
  /// Whether all rows were looked at.
  package private(set) var isComplete = true

  private static let mostTexts = 20

  /// - Parameters:
  ///   - paths: files, directories, patterns or `-`.
  ///   - shown: how many rows, and how many malformed ones, are kept.
  ///   - limit: after how many rows it stops.
  /// - Throws: a sentence where a file cannot be read.
  package init(_ paths: [String], format: any RecordFormat, shown: Int, limit: Int) throws {
    let reader = FieldReader(format)
    fields = reader.heads.map { FieldRange(head: $0) }
    var isLines = false
    if case .lines = format.framing { isLines = true }
    let source = FileSource(inputs: try findInputs(paths), format: format)
    defer { source.close() }
    let buffer = ChunkBuffer(capacity: 1 << 16)
    var partition = -1
    var before = 0
    reading: while true {
      buffer.removeAll()
      switch try source.read(into: buffer, rowLimit: nil, deadline: .max) {
      case .end: break reading
      case .idle, .assigned: continue
      case .rows(let rows):
        guard self.rows + malformedCount < limit else {
          isComplete = false
          break reading
        }
        if rows.partition != partition { (partition, before) = (rows.partition, 0) }
        before += Int(rows.linesBefore)
        let file = source.partitions[partition]
        func place(_ number: Int) -> String { isLines ? "\(file):\(number)" : "\(file), record \(number)" }
        if let refused = rows.refused {
          malformedCount += 1
          before += 1
          if malformed.count < shown {
            malformed.append(
              Malformed(place: place(before), number: before, reason: refused.reason, excerpt: refused.excerpt))
          }
        }
        var line = Lines(bytes: buffer.bytes, isText: isLines)
        let lines = reader.read(buffer.bytes, order: rows.order) { row, offset in
          take(reader, row, shown) {
            let number = before + line.number(at: offset, format)
            return (place(number), number)
          }
        } malformed: { bad in
          malformedCount += 1
          guard malformed.count < shown else { return }
          let number = before + bad.line + 1
          malformed.append(
            Malformed(place: place(number), number: number, reason: bad.reason, excerpt: bad.excerpt))
        }
        if let fault = reader.fault {
          throw ConnectorError("\(place(before + (fault.row?.line ?? 0) + 1)): \(fault.message)")
        }
        before += lines
      }
    }
    notes = source.notes
  }

  private mutating func take(_ reader: FieldReader, _ row: Int, _ shown: Int, _ place: () -> (String, Int)) {
    rows += 1
    let isShown = head.count < shown
    var cells: [Cell] = []
    for index in fields.indices {
      let cell = reader.cell(index, of: row)
      fields[index].add(cell, limit: Self.mostTexts)
      if isShown { cells.append(cell) }
    }
    if isShown {
      let (place, number) = place()
      head.append(Row(place: place, number: number, cells: cells))
    }
  }
}

/// Counts lines up to places that are asked for in order.
private struct Lines {
  let bytes: UnsafeRawBufferPointer
  let isText: Bool
  private var counted = 0
  private var position = 0

  init(bytes: UnsafeRawBufferPointer, isText: Bool) {
    self.bytes = bytes
    self.isText = isText
  }

  /// The line or the record that begins there, from 1.
  mutating func number(at offset: Int, _ format: any RecordFormat) -> Int {
    if case .fixed(let width, _) = format.framing { return offset / width + 1 }
    while position < offset {
      if bytes[position] == 0x0A { counted += 1 }
      position += 1
    }
    return counted + 1
  }
}

extension FilePeek.FieldRange {
  fileprivate init(head: ColumnHead) { self.head = head }

  fileprivate mutating func add(_ cell: Cell, limit: Int) {
    switch (cell, least, greatest) {
    case (.text(let text), _, _): if texts.count <= limit { texts.insert(text) }
    case (.unknown, _, _): break
    case (_, let low?, let high?):
      if cell.isBelow(low) { least = cell }
      if high.isBelow(cell) { greatest = cell }
    default: (least, greatest) = (cell, cell)
    }
  }
}

extension Cell {
  /// The smaller of two values of one column. Dates and times are written so that their letters are in order.
  fileprivate func isBelow(_ other: Cell) -> Bool {
    switch (self, other) {
    case (.integer(let a), .integer(let b)): a < b
    case (.float(let a), .float(let b)): a < b
    case (.single(let a), .single(let b)): a < b
    case (.moment(let a), .moment(let b)): a < b
    default: false
    }
  }
}
