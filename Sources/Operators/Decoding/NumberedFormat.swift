import Columns
import Diagnostics

/// A format with one more field: where each row begins in its chunk, in bytes. It tells rows apart that are looked at one
/// by one.
struct NumberedFormat: RecordFormat {
  let base: any RecordFormat
  let name: LocatedText

  var fields: [RecordField] {
    base.fields + [RecordField(name: name, type: .integer(0...Int64(UInt32.max)), declared: "u32")]
  }
  var framing: Framing { base.framing }
  var separator: UInt8? { base.separator }
  var commentPrefix: [UInt8] { base.commentPrefix }

  func header(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? { try base.header(line) }
  func headerAgain(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? { try base.headerAgain(line) }
  func beginning(
    _ line: UnsafeRawBufferPointer, after previous: FileHeader?
  ) throws(HeaderError) -> FileBeginning { try base.beginning(line, after: previous) }

  func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
    NumberedDecoder(base.makeDecoder(columns: Array(columns.dropLast()), categories: categories), columns.last ?? nil)
  }

  func encode(_ values: [String: LocatedText], findings: Findings) -> [UInt8]? {
    base.encode(values, findings: findings)
  }
}

private final class NumberedDecoder: RecordDecoder {
  private let base: any RecordDecoder
  private let column: Slot?

  init(_ base: any RecordDecoder, _ column: Slot?) {
    self.base = base
    self.column = column
  }

  func decode(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, order: FieldOrder, into frame: Frame, report: inout DecodeReport
  ) -> Int {
    let end = base.decode(bytes, from: offset, order: order, into: frame, report: &report)
    guard let column else { return end }
    let numbers = frame.int64(column)
    for row in 0..<frame.count { numbers[row] = Int64(frame.rowOffsets[row]) }
    return end
  }
}
