extension JSONWriter {
  /// An array of bin counts.
  package mutating func integers(_ values: UnsafeBufferPointer<UInt64>) {
    array(values.count) {
      (false, values[$0])
    } other: { _, _ in
    }
  }

  /// An array of signed integers.
  package mutating func integers(_ values: UnsafeBufferPointer<Int64>) {
    array(values.count) {
      (values[$0] < 0, values[$0].magnitude)
    } other: { _, _ in
    }
  }

  /// An array of numbers, each written as `number` writes it.
  package mutating func numbers(_ values: UnsafeBufferPointer<Double>) {
    numbers(values.count) { values[$0] }
  }

  /// An array of so many numbers, each written as `number` writes it.
  @inline(__always)
  package mutating func numbers(_ count: Int, _ value: (Int) -> Double) {
    array(count) { index in
      Self.whole(value(index)).map { ($0 < 0, $0.magnitude) }
    } other: {
      $0.decimal(value($1))
    }
  }

  /// Makes room for so many bytes more.
  package mutating func reserve(_ count: Int) {
    let wanted = bytes.count + count
    // At least double: room for one array after the other would copy everything each time.
    if wanted > bytes.capacity { bytes.reserveCapacity(max(wanted, 2 * bytes.capacity)) }
  }

  private static let blockBytes = 4096

  /// Writes integers a few thousand bytes at a time: `integer` gives the sign and the magnitude of a value, and nil for one
  /// that is left to `other`.
  @inline(__always)
  private mutating func array(
    _ count: Int, _ integer: (Int) -> (isNegative: Bool, magnitude: UInt64)?, other: (inout JSONWriter, Int) -> Void
  ) {
    beginArray()
    // Most bins of most histograms hold a digit or two.
    reserve(count * 3)
    // Not a temporary allocation: what runs inside one is a function of its own, and calls those that it was given.
    let start = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.blockBytes)
    defer { start.deallocate() }
    var place = start
    var long = LongNumber()
    for index in 0..<count {
      if place - start > Self.blockBytes - LongNumber.room {
        bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: place - start))
        place = start
        long = LongNumber()
      }
      if index > 0 {
        place.pointee = UInt8(ascii: ",")
        place += 1
      }
      guard let value = integer(index) else {
        bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: place - start))
        place = start
        long = LongNumber()
        other(&self, index)
        continue
      }
      if value.isNegative {
        place.pointee = UInt8(ascii: "-")
        place += 1
      }
      place +=
        value.magnitude < LongNumber.least
        ? Self.put(value.magnitude, at: place) : long.put(value.magnitude, at: place)
    }
    bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: place - start))
    endArray()
  }

  /// The last long number that was written: those of a counter, one after the other, mostly begin with the same digits.
  private struct LongNumber {
    /// Shorter ones are not worth it.
    static let least: UInt64 = 10_000_000
    /// The most bytes of a number with comma and sign, and those that are copied beyond its end.
    static let room = 40
    /// All but the last four digits.
    private var high = UInt64.max
    private var place: UnsafeMutablePointer<UInt8>?
    private var count = 0

    @inline(__always)
    mutating func put(_ value: UInt64, at here: UnsafeMutablePointer<UInt8>) -> Int {
      let (high, low) = value.quotientAndRemainder(dividingBy: 10_000)
      if high == self.high, let place {
        let (source, target) = (UnsafeRawPointer(place), UnsafeMutableRawPointer(here))
        target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        target.storeBytes(
          of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
      } else {
        self.high = high
        count = JSONWriter.put(high, at: here) + 4
      }
      place = here
      let (first, second) = low.quotientAndRemainder(dividingBy: 100)
      JSONWriter.putPair(first, at: here + count - 4)
      JSONWriter.putPair(second, at: here + count - 2)
      return count
    }
  }

  @inline(__always)
  private static func putPair(_ pair: UInt64, at place: UnsafeMutablePointer<UInt8>) {
    let pairs = Self.pairs.utf8Start
    place[0] = pairs[2 * Int(pair)]
    place[1] = pairs[2 * Int(pair) + 1]
  }

  mutating func digits(_ value: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: LongNumber.room) { buffer in
      bytes.append(contentsOf: buffer[..<Self.put(value, at: buffer.baseAddress!)])
    }
  }

  mutating func digits(_ value: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: LongNumber.room) { buffer in
      bytes.append(contentsOf: buffer[..<Self.put(value, at: buffer.baseAddress!)])
    }
  }

  @inline(__always)
  private static func put(_ value: Int64, at place: UnsafeMutablePointer<UInt8>) -> Int {
    guard value < 0 else { return put(UInt64(value), at: place) }
    place.pointee = UInt8(ascii: "-")
    return 1 + put(value.magnitude, at: place + 1)
  }

  /// Writes the digits of a number; gives how many there are, at most 20.
  private static func put(_ value: UInt64, at place: UnsafeMutablePointer<UInt8>) -> Int {
    if value < 10 {
      place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)
      return 1
    }
    var count = 2
    var limit: UInt64 = 100
    while count < 20, value >= limit {
      count += 1
      limit = limit &* 10
    }
    var rest = value
    var end = count
    while end >= 2 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      end -= 2
      putPair(pair, at: place + end)
      rest = quotient
    }
    if end > 0 { place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest) }
    return count
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
    if let whole = Self.whole(value) { return digits(whole) }
    bytes.append(contentsOf: value.description.utf8)
    if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
  }

  /// The integer that a number is, if it is one. Below 2^53 every integer is exact; minus zero is none, as it keeps its sign.
  @inline(__always)
  private static func whole(_ value: Double) -> Int64? {
    guard value.magnitude < 9_007_199_254_740_992 else { return nil }
    let integer = Int64(value)
    return Double(integer) == value && (integer != 0 || value.sign == .plus) ? integer : nil
  }
}
