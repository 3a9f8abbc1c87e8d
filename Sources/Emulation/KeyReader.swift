import Columns
import Operators

/// The keys of the rows of a chunk, row by row: decimal text of the fields that the pipeline groups by, parted by commas
/// where they are several.
///
/// A row that cannot be decoded keeps the key of the row before it, or has that of the first row that can. One decoder for all formats: it converts the key's
/// fields and nothing else.
final class KeyReader {
  private let decoder: any RecordDecoder
  private let frame: Frame
  private let slots: [Slot]
  /// Which columns hold codes of texts.
  private let isText: [Bool]
  private let categories = Categories()
  // Kept over chunks: descriptions of malformed rows, which nobody reads here, are made for the first few only.
  private var report = DecodeReport()
  private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  private var order: FieldOrder = nil
  /// How far the frame reaches in the bytes, and its next row.
  private var decodedEnd = 0
  private var row = 0
  private var text: [UInt8] = []
  private var lastValue: Int64?

  /// The hash of the key at hand; nil before the first row that has one.
  private(set) var hash: UInt32?
  /// The key at hand.
  var key: [UInt8] { text }

  /// `fields` are numbers of the record's fields, at least one.
  init(_ format: any RecordFormat, fields: [Int]) {
    var layout = FrameLayout()
    var columns: [Slot?] = Array(repeating: nil, count: format.fields.count)
    for field in fields where columns[field] == nil { columns[field] = layout.add(format.fields[field].type.lane) }
    slots = fields.map { columns[$0]! }
    isText = fields.map { format.fields[$0].type.kind == .text }
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
    if slots.count == 1, !isText[0] {
      let slot = slots[0]
      let value = slot.lane == .int32 ? Int64(frame.int32(slot)[row]) : frame.int64(slot)[row]
      // Rows of a group come together: most have the key of the row before.
      if value != lastValue {
        lastValue = value
        text.removeAll(keepingCapacity: true)
        append(value)
        hash = text.withUnsafeBytes { murmur2($0) }
      }
    } else {
      takeGeneral()
    }
  }

  private func takeGeneral() {
    text.removeAll(keepingCapacity: true)
    for (index, slot) in slots.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      if isText[index] {
        text.append(contentsOf: (categories.text(of: frame.int32(slot)[row]) ?? "").utf8)
      } else {
        append(slot.lane == .int32 ? Int64(frame.int32(slot)[row]) : frame.int64(slot)[row])
      }
    }
    hash = text.withUnsafeBytes { murmur2($0) }
  }

  private func append(_ value: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = digits.count
      var rest = value.magnitude
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if value < 0 {
        start -= 1
        digits[start] = UInt8(ascii: "-")
      }
      text.append(contentsOf: digits[start...])
    }
  }
}
