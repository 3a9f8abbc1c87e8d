import CScan

/// What a field of a row can be read as.
enum FieldValue {
  case integer(Int64)
  case float(Double, decimals: Int)
  case date(Int64)
  case time(Int64)
  case datetime(Int64)
  case text

  /// Words for a value that is not there.
  private static let missing: Set<String> = ["", "-", "--", "nan", "na", "n/a", "null", "none", "inf", "-inf", "?"]

  static func isMissing(_ text: Substring) -> Bool { text.utf8.count < 6 && missing.contains(text.lowercased()) }

  /// The narrowest that it is.
  init(_ text: Substring) {
    var integer: Int64 = 0
    var float = 0.0
    var text = text
    self = text.withUTF8 { bytes -> FieldValue in
      guard let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), !bytes.isEmpty else {
        return .text
      }
      let length = bytes.count
      func hasOnlyDigits() -> Bool { bytes.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x2B } }
      if scan_number(start, length, SCAN_INT64, &integer, &float) != 0 {
        // `12.000` is a whole number to a whole-number field, and was written by somebody who has others.
        if hasOnlyDigits() { return .integer(integer) }
      }
      if scan_number(start, length, SCAN_FLOAT64, &integer, &float) != 0 {
        let point = bytes.firstIndex(of: 0x2E)
        let exponent = bytes.firstIndex { $0 == 0x65 || $0 == 0x45 }
        let decimals = exponent != nil ? 17 : point.map { length - $0 - 1 } ?? 0
        return .float(float, decimals: decimals)
      }
      if scan_number(start, length, SCAN_DATE, &integer, &float) != 0 { return .date(integer) }
      if scan_number(start, length, SCAN_TIME, &integer, &float) != 0 { return .time(integer) }
      if scan_number(start, length, SCAN_DATETIME, &integer, &float) != 0 { return .datetime(integer) }
      return .text
    }
  }

  var isText: Bool { if case .text = self { true } else { false } }
}
