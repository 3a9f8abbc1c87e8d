import Columns
import ChainExecution

/// The keys of the rows of a chunk, row by row: decimal text of the fields that the pipeline groups by, separated by commas
/// where they are several.
///
/// A row that cannot be decoded keeps the key of the row before it, or has that of the first row that can. It works for
/// every format: the record's own decoder converts the key's fields and nothing else.
final class KeyReader {
  private let decoder: any RecordDecoder
  private let frame: Frame
  /// The key's parts, and which of them are codes of texts.
  private let parts: [(slot: Slot, isText: Bool)]
  /// The column of a key that is one number.
  private let number: Slot?
  private let categories = Categories()
  // Kept over chunks: descriptions of malformed rows, which nobody reads here, are made for the first few only.
  private var report = DecodeReport()
  private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  private var order: FieldOrder = nil
  /// How far the frame reaches in the bytes, and its next row.
  private var decodedEnd = 0
  private var row = 0
  private let text = KeyText()
  /// The number that is the key at hand, where it is one number.
  private var lastValue: Int64 = .unknown

  /// The hash of the key at hand; nil before the first row that has one.
  private(set) var hash: UInt32?
  /// The key at hand; nil before the first row that has one. In place until the next row.
  var key: UnsafeRawBufferPointer? {
    hash == nil ? nil : text.bytes
  }

  /// `fields` are numbers of the record's fields, at least one.
  init(_ format: any RecordFormat, fields: [Int]) {
    var layout = FrameLayout()
    var columns: [Slot?] = Array(repeating: nil, count: format.fields.count)
    parts = fields.map { field in
      let type = format.fields[field].type, slot = columns[field] ?? layout.add(type.lane)
      columns[field] = slot
      return (slot, type.kind == .text)
    }
    number = parts.count == 1 && !parts[0].isText ? parts[0].slot : nil
    frame = Frame(layout: layout)
    decoder = format.makeDecoder(columns: columns, categories: categories)
  }

  /// Starts with whole rows, which stay in place while they are read.
  func begin(_ bytes: UnsafeRawBufferPointer, order: FieldOrder) {
    self.bytes = bytes
    self.order = order
    (decodedEnd, row, frame.count) = (0, 0, 0)
  }

  /// Takes the key of the row that ends at `end`; rows are asked for in their order, without gaps.
  func take(rowEnd end: Int) {
    while end > decodedEnd, decodedEnd < bytes.count {
      decodedEnd = decoder.decode(bytes, from: decodedEnd, order: order, into: frame, report: &report)
      row = 0
    }
    guard row < frame.count else { return }
    // The next row that could be decoded may lie further on.
    if frame.rowOffsets[row] >= end {
      // A row before the first key takes that: consumers rely on every message having one.
      if hash == nil { takeKey() }
      return
    }
    while row + 1 < frame.count, frame.rowOffsets[row + 1] < end { row += 1 }
    takeKey()
    row += 1
  }

  /// Takes the key of the frame's row.
  private func takeKey() {
    guard let number else { return takeGeneral() }
    let value = self.value(number)
    // Rows of a group come together: many have the key of the row before.
    if value == lastValue { return }
    lastValue = value
    text.removeAll()
    text.append(value)
    hash = murmur2(text.bytes)
  }

  private func takeGeneral() {
    text.removeAll()
    for (index, part) in parts.enumerated() {
      if index > 0 { text.append(",") }
      if part.isText {
        text.append(categories.text(of: frame.int32(part.slot)[row]) ?? "")
      } else {
        text.append(value(part.slot))
      }
    }
    hash = murmur2(text.bytes)
  }

  private func value(_ slot: Slot) -> Int64 {
    slot.lane == .int32 ? Int64(frame.int32(slot)[row]) : frame.int64(slot)[row]
  }
}
