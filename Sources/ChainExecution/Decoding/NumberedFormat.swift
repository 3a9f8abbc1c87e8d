import Columns

/// A format with one more field: where each row begins in its chunk, in bytes. It tells rows apart that are looked at one
/// by one.
package struct NumberedFormat: RecordFormat {
  let base: any RecordFormat
  let name: String

  package init(base: any RecordFormat, name: String) {
    self.base = base
    self.name = name
  }

  package var fields: [RecordField] {
    base.fields + [RecordField(name: name, type: .integer(0...Int64(UInt32.max)), declared: "u32")]
  }
  package var framing: Framing { base.framing }
  package var separator: UInt8? { base.separator }
  package var commentPrefix: [UInt8] { base.commentPrefix }

  package func header(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? { try base.header(line) }
  package func headerAgain(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? {
    try base.headerAgain(line)
  }
  package func beginning(
    _ line: UnsafeRawBufferPointer, after previous: FileHeader?
  ) throws(HeaderError) -> FileBeginning { try base.beginning(line, after: previous) }

  package func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
    NumberedDecoder(base.makeDecoder(columns: Array(columns.dropLast()), categories: categories), columns.last ?? nil)
  }

  /// Its rows are told apart by their place in a chunk, which so is not cut.
  package func bytes(ofRows rows: Int, in bytes: UnsafeRawBufferPointer) -> Int { bytes.count }

  package func encode(_ values: [String: String]) throws(EncodingError) -> [UInt8]? { try base.encode(values) }
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
