import Columns

/// Rows from values, the other way round: for tests, which say what a row holds and not which bytes it is.
extension RecordFormat {
  package func encode(_ values: [String: String]) throws(EncodingError) -> [UInt8]? { nil }
}

extension CSVFormat {
  package func encode(_ values: [String: String]) throws(EncodingError) -> [UInt8]? {
    let sign = delimiter == 0 ? " " : String(Character(Unicode.Scalar(delimiter)))
    let texts = zip(fields, storage).map { field, storage in
      values[field.name] ?? storage.nothing
    }
    return Array((texts.joined(separator: sign) + "\n").utf8)
  }
}

extension FieldType.Storage {
  /// What a row has where nothing is said of the field.
  fileprivate var nothing: String {
    switch self {
    case .text: "-"
    case .date: "1970-01-01"
    case .time: "00:00"
    case .datetime: "1970-01-01T00:00"
    default: "0"
    }
  }
}

extension WordsFormat {
  package func encode(_ values: [String: String]) throws(EncodingError) -> [UInt8]? {
    var word: UInt64 = 0
    for (field, bits) in zip(fields, bits) {
      guard let text = values[field.name] else { continue }
      let value = try wholeNumber(text, of: field.name, within: field.type.range)
      let mask = bits.width == 64 ? UInt64.max : (UInt64(1) << UInt64(bits.width)) - 1
      word |= (UInt64(bitPattern: value) & mask) << UInt64(bits.shift)
    }
    return ordered((0..<bytes).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }, isBigEndian)
  }
}

extension BinaryRecordsFormat {
  package func encode(_ values: [String: String]) throws(EncodingError) -> [UInt8]? {
    var record = [UInt8](repeating: 0, count: bytes)
    for (field, place) in zip(fields, stored) {
      guard let text = values[field.name] else { continue }
      let pattern: UInt64
      switch place.storage {
      case .f32, .f64:
        guard let number = Double(text) else { throw EncodingError(field: field.name, range: nil) }
        pattern = place.storage == .f64 ? number.bitPattern : UInt64(Float(number).bitPattern)
      default:
        let value = try wholeNumber(text, of: field.name, within: place.storage.range ?? 0...0)
        pattern = UInt64(bitPattern: value)
      }
      let count = place.storage.byteCount
      let raw = ordered((0..<count).map { UInt8(truncatingIfNeeded: pattern >> UInt64(8 * $0)) }, isBigEndian)
      record.replaceSubrange(place.offset..<place.offset + count, with: raw)
    }
    return record
  }
}

private func ordered(_ bytes: [UInt8], _ isBigEndian: Bool) -> [UInt8] { isBigEndian ? bytes.reversed() : bytes }

private func wholeNumber(
  _ text: String, of field: String, within range: ClosedRange<Int64>
) throws(EncodingError) -> Int64 {
  let digits = text.filter { $0 != "_" }
  let value = digits.hasPrefix("0x") ? Int64(digits.dropFirst(2), radix: 16) : Int64(digits)
  guard let value, range.contains(value) else {
    throw EncodingError(field: field, range: range)
  }
  return value
}
