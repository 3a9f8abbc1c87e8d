extension JSONReader {
  /// A whole number of 64 bits, exactly; one with a point or an exponent is refused, whatever its value.
  package mutating func int64() throws(JSONError) -> Int64 {
    let number = try passNumber()
    guard number.isInteger, let value = Int64(exactly: number) else {
      throw JSONError(offset: number.range.lowerBound, "expected a whole number of 64 bits")
    }
    return value
  }

  /// A whole number from 0 on, exactly.
  package mutating func uint64() throws(JSONError) -> UInt64 {
    let number = try passNumber()
    guard number.isInteger, !number.isNegative || number.magnitude == 0, !number.overflows else {
      throw JSONError(offset: number.range.lowerBound, "expected a whole number from 0 to \(UInt64.max)")
    }
    return number.magnitude
  }

  /// The double nearest to the number.
  package mutating func number() throws(JSONError) -> Double {
    let number = try passNumber()
    // Below 2^53 every whole number is a double.
    if number.isInteger, !number.overflows, number.magnitude < 1 << 53 {
      return number.isNegative ? -Double(number.magnitude) : Double(number.magnitude)
    }
    guard let value = Double(String(decoding: bytes[number.range], as: UTF8.self)), value.isFinite else {
      throw JSONError(offset: number.range.lowerBound, "a number beyond the range of doubles")
    }
    return value
  }

  /// An array of whole numbers from 0 on, such as bin counts.
  package mutating func uint64s() throws(JSONError) -> [UInt64] {
    var values: [UInt64] = []
    try beginArray()
    while try nextItem() { values.append(try uint64()) }
    return values
  }

  /// An array of numbers; `null`, which stands for what is no number, is NaN.
  package mutating func numbers() throws(JSONError) -> [Double] {
    var values: [Double] = []
    try beginArray()
    while try nextItem() { values.append(try numberOrNull()) }
    return values
  }

  /// A number; `null`, which stands for what is no number, is NaN.
  package mutating func numberOrNull() throws(JSONError) -> Double { try null() ? .nan : try number() }

  /// A number as it stands in the text.
  struct Number {
    var range: Range<Int>
    var isNegative: Bool
    /// It has neither a point nor an exponent.
    var isInteger: Bool
    /// The digits before the point.
    var magnitude: UInt64
    /// They need more than 64 bits.
    var overflows: Bool
  }

  /// Passes over a number and checks its form.
  mutating func passNumber() throws(JSONError) -> Number {
    let first = nextByte()
    let start = offset
    var number = Number(
      range: start..<start, isNegative: first == UInt8(ascii: "-"), isInteger: true, magnitude: 0, overflows: false)
    if number.isNegative { offset += 1 }
    guard isDigit else {
      if !number.isNegative { throw expected("a number") }
      throw expected("a digit")
    }
    if bytes[offset] == UInt8(ascii: "0") {
      offset += 1
      if isDigit { throw expected("no digit behind a leading 0") }
    }
    passInteger(&number)
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try passDigits()
      number.isInteger = false
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
      try passDigits()
      number.isInteger = false
    }
    number.range = start..<offset
    return number
  }

  private mutating func passInteger(_ number: inout Number) {
    var place = offset
    var magnitude: UInt64 = 0
    while place < bytes.count {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      // 19 digits always fit.
      if place - offset < 19 {
        magnitude = magnitude &* 10 &+ UInt64(digit)
      } else {
        let (tens, tooMany) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, tooMuch) = tens.addingReportingOverflow(UInt64(digit))
        magnitude = sum
        number.overflows = number.overflows || tooMany || tooMuch
      }
      place += 1
    }
    number.magnitude = magnitude
    offset = place
  }

  private var isDigit: Bool {
    offset < bytes.count && UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[offset]
  }

  private mutating func passDigits() throws(JSONError) {
    guard isDigit else { throw expected("a digit") }
    while isDigit { offset += 1 }
  }
}

extension Int64 {
  /// The value of a whole number; nil where it does not fit.
  fileprivate init?(exactly number: JSONReader.Number) {
    guard !number.overflows else { return nil }
    if number.isNegative {
      guard number.magnitude <= Int64.min.magnitude else { return nil }
      self = number.magnitude == Int64.min.magnitude ? .min : -Int64(number.magnitude)
    } else {
      guard let value = Int64(exactly: number.magnitude) else { return nil }
      self = value
    }
  }
}
