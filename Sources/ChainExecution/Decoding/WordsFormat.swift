import CScan
import Columns

package struct WordsFormat: RecordFormat {
  package struct Bits: Sendable {
    let shift: Int
    let width: Int
    let isSigned: Bool

    package init(shift: Int, width: Int, isSigned: Bool) {
      self.shift = shift
      self.width = width
      self.isSigned = isSigned
    }
  }

  package let fields: [RecordField]
  let bits: [Bits]
  let bytes: Int
  let isBigEndian: Bool
  let skip: Int

  package init(fields: [RecordField], bits: [Bits], bytes: Int, isBigEndian: Bool, skip: Int) {
    self.fields = fields
    self.bits = bits
    self.bytes = bytes
    self.isBigEndian = isBigEndian
    self.skip = skip
  }

  package var framing: Framing { .fixed(bytes: bytes, skip: skip) }

  package func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
    WordsDecoder(format: self, columns: columns)
  }
}

final class WordsDecoder: RecordDecoder {
  private let format: WordsFormat
  private let columns: [Slot?]

  init(format: WordsFormat, columns: [Slot?]) {
    self.format = format
    self.columns = columns
  }

  func decode(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, order: FieldOrder, into frame: Frame, report: inout DecodeReport
  ) -> Int {
    let width = format.bytes
    let rows = min(frame.capacity, (bytes.count - offset) / width)
    let fields = zip(format.bits, columns).map { bits, slot in
      scan_bits(
        lane: slot.map { $0.lane == .int32 ? SCAN_INT32 : SCAN_INT64 } ?? SCAN_SKIP, shift: UInt8(bits.shift),
        bits: UInt8(bits.width), is_signed: bits.isSigned ? 1 : 0, column: slot.map { frame.raw($0) })
    }
    let words = bytes.baseAddress!.advanced(by: offset).assumingMemoryBound(to: UInt8.self)
    scan_words(words, rows, Int32(width), format.isBigEndian ? 1 : 0, fields, Int32(fields.count))
    // Read from the frame once, or the loop is no vector loop.
    let rowOffsets = frame.rowOffsets
    var rowOffset = UInt32(truncatingIfNeeded: offset)
    for row in 0..<rows {
      rowOffsets[row] = rowOffset
      rowOffset &+= UInt32(truncatingIfNeeded: width)
    }
    frame.count = rows
    let end = offset + rows * width
    report.lines += rows
    return reportRest(bytes, from: end, rows: rows, width: width, what: "word", report: &report)
  }
}

/// Counts bytes that are too few for a whole record: they can only be the end of a file.
func reportRest(
  _ bytes: UnsafeRawBufferPointer, from end: Int, rows: Int, width: Int, what: String, report: inout DecodeReport
) -> Int {
  let rest = bytes.count - end
  guard rest > 0, rest < width else { return end }
  if report.samples.count < DecodeReport.sampleLimit {
    report.samples.append(
      MalformedRow(
        offset: end, line: report.lines, reason: "the \(what) has \(rest) of \(width) bytes",
        excerpt: excerpt(UnsafeRawBufferPointer(rebasing: bytes[end...]), isText: false)))
  }
  report.malformed += 1
  report.lines += 1
  return bytes.count
}
