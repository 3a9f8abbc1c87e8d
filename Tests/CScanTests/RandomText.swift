import CScan

/// Random formats and rows in them: mostly plain ones, some with what decoders stumble over.
struct RandomText {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// A number from 0 up to and without `bound`.
  mutating func number(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return bound > 0 ? Int((state >> 11) % UInt64(bound)) : 0
  }

  private static let nasty = [
    "", "-", "+", "1.5", "12.000000", "-41.531250", "1e3", "1.2e1", "99999999999999999999", "2147483647", "2147483648",
    "-2147483648", "4294967295", "9223372036854775807", "9223372036854775808", "-9223372036854775808", " 7", "7 ",
    "\t8\t", "nan", "inf", "0x10", "1e400", "1e-400", "00000000000000000000012", "a", "12.", ".5", "1e", "1.0e0",
    "\"5\"", "\"5", "\"a,b\"", "\"a\"\"b\"", "\"5\"x", "123456789012345678", "0.1", "3.4e38", "3.5e38", "-0",
    "16777217", "12345678.12345678", "90071992.54740993", "1 2", "#", "\r",
  ]

  private mutating func plainField(digits: Int) -> String {
    let bound = (0..<number(digits + 1)).reduce(1) { product, _ in product * 10 }
    return "\(number(bound))"
  }

  private mutating func plainFloat() -> String {
    let part = "\(1_000_000 + number(1_000_000))".dropFirst()
    return (number(2) == 0 ? "-" : "") + "\(number(1000)).\(part)"
  }

  mutating func next() -> ([UInt8], [Field], Format) {
    let separators: [Unicode.Scalar?] = [",", ",", ",", ";", "\t", nil]
    let format = Format(
      separator: separators[number(separators.count)], quote: number(3) == 0 ? "\"" : nil,
      comment: number(2) == 0 ? "#" : nil)
    let fields = (0..<1 + number(number(5) == 0 ? 30 : 6)).map { _ in
      var field = [Field.skip, .int32, .int64, .float, .text][number(5)]
      if number(3) == 0 { field = field.within(Int64(-number(2000))...Int64(number(100_000))) }
      field.single = number(2) == 0
      return field
    }
    let rarity = [4, 40, 400, 1_000_000][number(4)], digits = 1 + number(17), hasFloats = number(2) == 0
    let lineEnd = number(4) == 0 ? "\r\n" : "\n"
    let separator = format.separator.map { String($0) } ?? " "
    var text = ""
    let rows = number(number(3) == 0 ? 700 : 40)
    for row in 0..<rows {
      if number(rarity) == 0 { text += ["# note,1,2\n", "\n", "  \n", "\r\n"][number(4)] }
      let count = number(rarity) == 0 ? number(fields.count + 2) : fields.count
      for index in 0..<count {
        if index > 0 { text += separator }
        if number(rarity) == 0 {
          text += Self.nasty[number(Self.nasty.count)]
        } else {
          text += hasFloats && index % 3 == 2 ? plainFloat() : plainField(digits: digits)
        }
      }
      if row < rows - 1 || number(2) == 0 { text += lineEnd }
    }
    return (Array(text.utf8), fields, format)
  }

  /// Rows of a detector, as the fast paths expect them, with hardly any exception: each column has numbers of one kind,
  /// and long runs of rows have nothing in them that stops a fast path.
  mutating func nextNearlyRegular() -> ([UInt8], [Field], Format) {
    let rarity = [30, 300, 3000, 1_000_000][number(4)]
    let columns = (0..<1 + number(9)).map { _ in (kind: number(5), digits: 1 + number(17), places: 1 + number(8)) }
    let fields = columns.map { column in
      var field =
        column.kind < 3
        ? [Field.skip, .int32, .int64, .int64, .float][number(5)] : [Field.skip, .float, .float, .text][number(4)]
      if number(4) == 0 {
        field = field.within(Int64(number(3))...Int64([9, 99, 9_999_999, 9_999_999_999][number(4)]))
      }
      field.single = number(2) == 0
      return field
    }
    let lineEnd = number(6) == 0 ? "\r\n" : "\n"
    var text = ""
    let rows = number(900)
    for row in 0..<rows {
      if number(rarity) == 0 { text += ["# note\n", "\n", "1,2\n", "\r\n"][number(4)] }
      for (index, column) in columns.enumerated() {
        if index > 0 { text += "," }
        if number(rarity) == 0 {
          text += Self.nasty[number(Self.nasty.count)]
        } else if column.kind < 3 || (column.kind == 3 && number(8) > 0) {
          text += plainField(digits: column.kind == 0 ? column.digits : min(column.digits, 4))
        } else {
          let part = "\(1_000_000_000 + number(1_000_000_000))".dropFirst(2).prefix(column.places)
          text += (number(2) == 0 ? "-" : "") + plainField(digits: min(column.digits, 9)) + ".\(part)"
        }
      }
      if row < rows - 1 || number(2) == 0 { text += number(rarity) == 0 ? "\r\n" : lineEnd }
    }
    return (Array(text.utf8), fields, Format(comment: number(2) == 0 ? "#" : nil))
  }
}
