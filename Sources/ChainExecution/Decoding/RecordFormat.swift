import CScan
import Columns

/// One field of a record, in the order of the record.
package struct RecordField: Sendable {
  package let name: String
  package let type: ValueType
  /// The type as it was declared, for `explain`.
  package let declared: String

  package init(name: String, type: ValueType, declared: String) {
    self.name = name
    self.type = type
    self.declared = declared
  }
}

/// How a stream of bytes is cut into rows.
package enum Framing: Sendable {
  /// A row ends at a newline. The first line of a file may be a header.
  case lines(HeaderPolicy)
  /// Rows of that many bytes, after a file header of `skip` bytes.
  case fixed(bytes: Int, skip: Int)

  package enum HeaderPolicy: String, Sendable, CaseIterable {
    /// A first line that names fields is a header.
    case auto
    case yes
    case no
  }
}

/// How the columns of a file stand to the fields of the record, where its header names them.
package struct FileColumns: Sendable, Equatable {
  /// A field that the file has in another unit than the record declares.
  package struct Factor: Sendable, Equatable {
    package let field: Int
    /// What leads to the declared unit.
    package let ratio: Ratio
  }

  /// For each column the number of the declared field, -1 for one that the record does not declare.
  package let fields: [Int]
  package let factors: [Factor]
}

/// What a file's header said of its columns. Nil means the declared fields, in their order and units.
package typealias FieldOrder = FileColumns?

/// Why a row could not be decoded.
package struct MalformedRow: Sendable {
  /// Bytes from the start of the chunk.
  package let offset: Int
  /// Lines or records of the chunk before it.
  package let line: Int
  /// One sentence: `TDC_CHANNEL is not a number`.
  package let reason: String
  /// The beginning of the row as it stands in the input.
  package let excerpt: String

  package init(offset: Int, line: Int, reason: String, excerpt: String) {
    self.offset = offset
    self.line = line
    self.reason = reason
    self.excerpt = excerpt
  }

  /// A line that is longer than rows are, of which only the first bytes were kept.
  package init(line: Int = 0, bytes: Int64, most: Int, beginning: UnsafeRawBufferPointer) {
    self.init(
      offset: 0, line: line, reason: "the line has \(bytes) bytes, more than the \(most) of the longest row",
      excerpt: ChainExecution.excerpt(beginning, isText: true))
  }
}

/// What decoding a stretch of bytes came to, besides the rows.
package struct DecodeReport: Sendable {
  /// The most malformed rows of a chunk that are described; all are counted.
  package static let sampleLimit = 5

  package var malformed = 0
  package var samples: [MalformedRow] = []
  /// Lines (or records) passed.
  package var lines = 0
  /// Why nothing can be decoded any more.
  package internal(set) var fault: ChainFault?

  package init() {}

  /// Counts a row that is in no chunk's bytes.
  package mutating func add(_ row: MalformedRow) {
    malformed += 1
    lines += 1
    if samples.count < Self.sampleLimit { samples.append(row) }
  }
}

/// A record's format once checked: its fields, and who decodes them.
package protocol RecordFormat: Sendable {
  var fields: [RecordField] { get }
  var framing: Framing { get }
  /// What a line says as a file's header, where the format has header lines: nil where it names no field.
  func header(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader?
  /// What the line at a file's beginning is. `previous` is the header of the files before, which holds for those of the
  /// same columns that have none.
  func beginning(_ line: UnsafeRawBufferPointer, after previous: FileHeader?) throws(HeaderError) -> FileBeginning
  /// Whether a line among the rows is a header again: nil where it is none.
  func headerAgain(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader?
  /// The byte between the fields of a text row; nil for binary rows, 0 for blanks.
  var separator: UInt8? { get }
  /// What a line starts with that is no row; empty where there is no such thing.
  var commentPrefix: [UInt8] { get }
  /// A decoder that writes field i to `columns[i]`, and does not convert fields whose column is nil. The column of a whole
  /// number may be of 64 bits where the field's type takes 32.
  func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder
  /// The row that has these values, by the names of its fields; fields that are not given are 0. Nil where the format
  /// cannot.
  func encode(_ values: [String: String]) throws(EncodingError) -> [UInt8]?
  /// About how many bytes so many rows take, judged by the first ones of `bytes`: longer chunks are cut.
  func bytes(ofRows rows: Int, in bytes: UnsafeRawBufferPointer) -> Int
}

/// A header that fits the record.
package struct FileHeader: Sendable, Equatable {
  package let order: FieldOrder
  /// The names of all columns, as they stand in the file.
  package let names: [String]
  /// The line as it stands in the file.
  package let line: String
  /// The units in the header of fields that the record declares without one, by the number of the field.
  package let plainUnits: [Int: String]
}

/// What a line at the beginning of a file is.
package enum FileBeginning: Sendable {
  case header(FileHeader)
  /// A row; the columns go by the header of the files before, where that is not nil.
  case row(FieldOrder)
  /// Words and nothing else, where rows have numbers: it names columns, and none of the record's. With what to say where
  /// no header follows.
  case words(HeaderError)
  /// No row, and no header.
  case other
}

/// A line that names columns does not fit the record.
package struct HeaderError: Error, Sendable {
  /// What is wrong, and what to do.
  package let message: String

  package init(message: String) { self.message = message }
}

/// A value that its field cannot hold.
package struct EncodingError: Error, Sendable {
  /// The name of the field.
  package let field: String
  /// The whole numbers that it can hold; nil for a field of floats.
  package let range: ClosedRange<Int64>?
}

/// Decodes one batch after the other; each worker has its own.
package protocol RecordDecoder: AnyObject {
  /// Decodes rows of `bytes` from `offset` on until `frame` is full or the bytes end, sets `frame.count` and the row
  /// offsets, and gives the offset where the next call goes on. Malformed rows take no place in the frame.
  func decode(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, order: FieldOrder, into frame: Frame, report: inout DecodeReport
  ) -> Int
}

extension RecordFormat {
  package var commentPrefix: [UInt8] { [] }
  package var separator: UInt8? { nil }
  package func header(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? { nil }
  package func headerAgain(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? { nil }
  package func beginning(
    _ line: UnsafeRawBufferPointer, after previous: FileHeader?
  ) throws(HeaderError) -> FileBeginning { .row(nil) }

  package func bytes(ofRows rows: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    switch framing {
    case .fixed(let width, _): return rows * width
    case .lines:
      let sample = min(bytes.count, 4096)
      guard let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
      return rows * sample / max(1, scan_count_lines(text, sample))
    }
  }

  /// Where whole rows end that begin at `start`: at most `limit` bytes on, but at least one row on. `bytes` ends with a row.
  package func rowEnd(in bytes: UnsafeRawBufferPointer, from start: Int, within limit: Int) -> Int {
    let left = bytes.count - start
    guard limit < left else { return bytes.count }
    switch framing {
    case .fixed(let width, _):
      return start + min(max(limit / width, 1) * width, left)
    case .lines:
      let text = bytes.baseAddress!.advanced(by: start).assumingMemoryBound(to: CChar.self)
      let end = scan_last_line(text, limit)
      // A row longer than the limit: on to its end.
      return start + (end > 0 ? end : limit + scan_behind_line(text + limit, left - limit, 1))
    }
  }
}

/// The beginning of a row for a log line: printable characters only, at most 80.
package func excerpt(_ bytes: UnsafeRawBufferPointer, isText: Bool) -> String {
  if isText {
    let text = bytes.prefix(80).map { (0x20..<0x7F).contains($0) ? Character(Unicode.Scalar($0)) : "." as Character }
    return String(text) + (bytes.count > 80 ? "..." : "")
  }
  let digits = Array("0123456789abcdef")
  return bytes.prefix(24).map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: " ")
}
