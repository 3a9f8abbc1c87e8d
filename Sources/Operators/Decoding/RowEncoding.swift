import Columns
import Diagnostics

/// Rows from values, the other way round: for tests, which say what a row holds and not which bytes it is.
extension RecordFormat {
  /// What no format can say stays an error of whoever wants it.
  public func encode(_ values: [String: LocatedText], findings: Findings) -> [UInt8]? { nil }
}

extension CSVFormat {
  func encode(_ values: [String: LocatedText], findings: Findings) -> [UInt8]? {
    let sign = delimiter == 0 ? " " : String(Character(Unicode.Scalar(delimiter)))
    let texts = zip(fields, storage).map { field, storage in
      values[field.name.text]?.text ?? storage.nothing
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
  func encode(_ values: [String: LocatedText], findings: Findings) -> [UInt8]? {
    var word: UInt64 = 0
    for (field, bits) in zip(fields, bits) {
      guard let text = values[field.name.text] else { continue }
      guard let value = wholeNumber(text, within: field.type.range, findings) else { return nil }
      let mask = bits.width == 64 ? UInt64.max : (UInt64(1) << UInt64(bits.width)) - 1
      word |= (UInt64(bitPattern: value) & mask) << UInt64(bits.shift)
    }
    return ordered((0..<bytes).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }, isBigEndian)
  }
}

extension BinaryRecordsFormat {
  func encode(_ values: [String: LocatedText], findings: Findings) -> [UInt8]? {
    var record = [UInt8](repeating: 0, count: bytes)
    for (field, place) in zip(fields, stored) {
      guard let text = values[field.name.text] else { continue }
      let pattern: UInt64
      switch place.storage {
      case .f32, .f64:
        guard let number = Double(text.text) else {
          findings.error(
            "wrong-type", "`\(field.name.text)` takes a number, not `\(text.written)`", at: text.span)
          return nil
        }
        pattern = place.storage == .f64 ? number.bitPattern : UInt64(Float(number).bitPattern)
      default:
        guard let value = wholeNumber(text, within: place.storage.range ?? 0...0, findings) else { return nil }
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

private func wholeNumber(_ text: LocatedText, within range: ClosedRange<Int64>, _ findings: Findings) -> Int64? {
  let digits = text.text.filter { $0 != "_" }
  let value = digits.hasPrefix("0x") ? Int64(digits.dropFirst(2), radix: 16) : Int64(digits)
  guard let value, range.contains(value) else {
    findings.error(
      "wrong-type",
      "a field of \(range.lowerBound) to \(range.upperBound) cannot hold `\(text.written)`", at: text.span)
    return nil
  }
  return value
}
