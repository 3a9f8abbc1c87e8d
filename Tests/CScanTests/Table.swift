import CScan

/// A field as a test declares it.
struct Field {
  var lane: scan_lane
  var lower = Int64.min
  var upper = Int64.max
  var single = false

  static let skip = Field(lane: SCAN_SKIP)
  static let int32 = Field(lane: SCAN_INT32)
  static let int64 = Field(lane: SCAN_INT64)
  static let float = Field(lane: SCAN_FLOAT64)
  static let text = Field(lane: SCAN_TEXT)

  func within(_ range: ClosedRange<Int64>) -> Field {
    var field = self
    (field.lower, field.upper) = (range.lowerBound, range.upperBound)
    return field
  }
}

struct Format {
  var separator: Unicode.Scalar? = ","
  var quote: Unicode.Scalar?
  var comment: String?
}

/// A decoded value. Floats compare by their bits, so that -0 differs from 0.
enum Value: Equatable, CustomStringConvertible {
  case integer(Int64)
  case bits(UInt64)
  case text([UInt8], quoted: Bool)

  static func float(_ value: Double) -> Value { .bits(value.bitPattern) }
  static func text(_ text: String, quoted: Bool = false) -> Value { .text(Array(text.utf8), quoted: quoted) }

  var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .bits(let bits): "\(Double(bitPattern: bits))"
    case .text(let bytes, let quoted): "\(String(decoding: bytes, as: UTF8.self))\(quoted ? " in quotes" : "")"
    }
  }
}

extension Value: ExpressibleByIntegerLiteral {
  init(integerLiteral value: Int64) { self = .integer(value) }
}

struct Bad: Equatable {
  var offset: Int
  var length: Int
  var line: Int
  var field: Int
  var reason: scan_reason
}

extension scan_reason: @retroactive CustomStringConvertible {
  public var description: String {
    switch self {
    case SCAN_SHORT: "short"
    case SCAN_LONG: "long"
    case SCAN_NOT_A_NUMBER: "not a number"
    case SCAN_NOT_AN_INTEGER: "not an integer"
    case SCAN_OUT_OF_RANGE: "out of range"
    case SCAN_BAD_QUOTE: "bad quote"
    default: "unknown \(rawValue)"
    }
  }
}

/// What decoding a text gave: rows of the values of all fields that are not skipped.
struct Table: Equatable {
  var rows: [[Value]] = []
  var offsets: [Int] = []
  var bad: [Bad] = []
  var badCount = 0
  var lines = 0
  var consumed = 0
}

/// Decodes a text with one call, from memory that begins or ends where pages may not be read.
func decode(
  _ bytes: [UInt8], _ fields: [Field], format: Format = Format(), maxRows: Int = 10_000, badCapacity: Int = 10_000,
  offsetBase: Int = 0, against border: FencedText.Border = .end
) -> Table {
  var columns: [UnsafeMutableRawPointer] = []
  defer { for column in columns { column.deallocate() } }
  let declared = fields.map { field in
    let column = UnsafeMutableRawPointer.allocate(byteCount: maxRows * 8 + 64, alignment: 64)
    columns.append(column)
    return scan_field(
      lane: field.lane, single: field.single ? 1 : 0, lower: field.lower, upper: field.upper,
      column: field.lane == SCAN_SKIP ? nil : column)
  }
  let comment = format.comment.map { Array($0.utf8CString) } ?? [0]
  var offsets = [UInt32](repeating: 0, count: maxRows + 16)
  var bads = [scan_bad](repeating: scan_bad(), count: badCapacity)
  let text = FencedText(bytes, against: border)
  let result = comment.withUnsafeBufferPointer { comment in
    var cFormat = scan_format(
      separator: format.separator.map { CChar($0.value) } ?? 0, quote: format.quote.map { CChar($0.value) } ?? 0,
      comment: comment.baseAddress)
    return scan_csv(
      text.base, bytes.count, &cFormat, declared, Int32(fields.count), maxRows, &offsets, &bads, badCapacity,
      UInt32(offsetBase))
  }
  var table = Table(badCount: result.bad, lines: result.lines, consumed: result.consumed)
  table.offsets = offsets.prefix(result.rows).map { Int($0) }
  table.bad = bads.prefix(min(result.bad, badCapacity)).map {
    Bad(
      offset: Int($0.offset), length: Int($0.length), line: Int($0.line), field: Int($0.field),
      reason: scan_reason(rawValue: UInt32($0.reason)))
  }
  table.rows = (0..<result.rows).map { row in
    zip(fields, columns).compactMap { field, column in
      switch field.lane {
      case SCAN_INT32: .integer(Int64(column.load(fromByteOffset: row * 4, as: Int32.self)))
      case SCAN_INT64: .integer(column.load(fromByteOffset: row * 8, as: Int64.self))
      case SCAN_FLOAT64: .bits(column.load(fromByteOffset: row * 8, as: UInt64.self))
      case SCAN_TEXT:
        {
          let slice = column.load(fromByteOffset: row * 8, as: scan_slice.self)
          let start = Int(slice.start) - offsetBase
          return .text(
            Array(bytes[start..<start + Int(slice.length & 0x7FFF_FFFF)]), quoted: slice.length & 0x8000_0000 != 0)
        }()
      default: nil
      }
    }
  }
  return table
}

func decode(_ text: String, _ fields: [Field], format: Format = Format()) -> Table {
  decode(Array(text.utf8), fields, format: format)
}

/// The value of a text as one field, or why it has none.
func value(_ text: String, _ field: Field) -> Result<Value, Reason> {
  // The first bytes of a text are always decoded row by row, so rows in front bring it to where the fast path begins.
  let table = decode("0,0\n0,0\n0,0\n0,0\n0,0\n1,\(text)\n", [.int32, field])
  if let bad = table.bad.last, bad.line == 5 { return .failure(Reason(bad.reason)) }
  return .success(table.rows.last![1])
}

struct Reason: Error, Equatable {
  let reason: scan_reason
  init(_ reason: scan_reason) { self.reason = reason }
}
