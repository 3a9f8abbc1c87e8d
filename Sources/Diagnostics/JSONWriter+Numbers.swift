extension JSONWriter {
  /// An array of bin counts.
  public mutating func integers(_ values: UnsafeBufferPointer<UInt64>) {
    array(values) { $0.digits($1) }
  }

  /// An array of signed integers.
  public mutating func integers(_ values: UnsafeBufferPointer<Int64>) {
    array(values) { $0.digits($1) }
  }

  /// An array of numbers, each written as `number` writes it.
  public mutating func numbers(_ values: UnsafeBufferPointer<Double>) {
    array(values) { $0.decimal($1) }
  }

  @inline(__always)
  private mutating func array<T>(_ values: UnsafeBufferPointer<T>, _ write: (inout JSONWriter, T) -> Void) {
    beginArray()
    // Most bins of most histograms hold a digit or two.
    let wanted = bytes.count + values.count * 3
    // At least double: room for one array after the other would copy everything each time.
    if wanted > bytes.capacity { bytes.reserveCapacity(max(wanted, 2 * bytes.capacity)) }
    var first = true
    for value in values {
      if !first { bytes.append(UInt8(ascii: ",")) }
      first = false
      write(&self, value)
    }
    endArray()
  }

  mutating func digits(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(value.magnitude)
  }

  mutating func digits(_ value: UInt64) {
    if value < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
      return
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
      let pairs = Self.pairs.utf8Start
      var rest = value
      var start = 20
      while rest >= 10 {
        let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
        start -= 2
        buffer[start] = pairs[2 * Int(pair)]
        buffer[start + 1] = pairs[2 * Int(pair) + 1]
        rest = quotient
      }
      if rest > 0 {
        start -= 1
        buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
      }
      bytes.append(contentsOf: buffer[start..<20])
    }
  }

  /// The digits of 0 to 99, two each.
  private static let pairs: StaticString = """
    0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
    5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
    """

  mutating func decimal(_ value: Double) {
    guard value.isFinite else {
      bytes.append(contentsOf: "null".utf8)
      return
    }
    // Below 2^53 every whole number is exact. Minus zero keeps its sign by the other way.
    if value.magnitude < 9_007_199_254_740_992, value == value.rounded(.towardZero), value != 0 || value.sign == .plus {
      digits(Int64(value))
      return
    }
    bytes.append(contentsOf: value.description.utf8)
    if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
  }
}
