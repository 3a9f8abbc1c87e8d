import Columns

/// Bounds of the integers that an operation can give, computed with 128 bits so that they cannot overflow themselves.
struct Interval {
  let lower: Int128
  let upper: Int128

  init(_ lower: Int128, _ upper: Int128) {
    self.lower = lower
    self.upper = upper
  }

  init(_ range: ClosedRange<Int64>) {
    self.init(Int128(range.lowerBound), Int128(range.upperBound))
  }

  /// The smallest interval around all of `values`, of which there is at least one.
  init(hull values: [Int128]) {
    self.init(values.reduce(values[0], min), values.reduce(values[0], max))
  }

  /// Whether every value lies in 63 bits and a sign.
  var fits: Bool { lower >= Int128(ValueType.widest.lowerBound) && upper <= Int128(ValueType.widest.upperBound) }

  /// The values that do lie in 63 bits.
  var range: ClosedRange<Int64> {
    let widest = Interval(ValueType.widest)
    let low = min(max(lower, widest.lower), widest.upper)
    let high = max(min(upper, widest.upper), widest.lower)
    return Int64(low)...Int64(high)
  }

  func hull(_ other: Interval) -> Interval { Interval(min(lower, other.lower), max(upper, other.upper)) }

  static func + (a: Interval, b: Interval) -> Interval { Interval(a.lower + b.lower, a.upper + b.upper) }
  static func - (a: Interval, b: Interval) -> Interval { Interval(a.lower - b.upper, a.upper - b.lower) }

  static func * (a: Interval, b: Interval) -> Interval {
    Interval(hull: [a.lower * b.lower, a.lower * b.upper, a.upper * b.lower, a.upper * b.upper])
  }

  static prefix func - (a: Interval) -> Interval { Interval(-a.upper, -a.lower) }

  var absolute: Interval {
    if lower >= 0 { return self }
    return upper <= 0 ? -self : Interval(0, max(-lower, upper))
  }

  /// The divisors other than 0: those below and those above it.
  private var signedParts: [Interval] {
    var parts: [Interval] = []
    if lower < 0 { parts.append(Interval(lower, min(upper, -1))) }
    if upper > 0 { parts.append(Interval(max(lower, 1), upper)) }
    return parts
  }

  /// Floor division; nil where every divisor is 0.
  func floorDivided(by divisor: Interval) -> Interval? {
    // The quotient is monotonic in both operands as long as the divisor keeps its sign, so the corners bound it.
    let corners = divisor.signedParts.flatMap { part in
      [lower, upper].flatMap { dividend in [part.lower, part.upper].map { Self.floorQuotient(dividend, $0) } }
    }
    return corners.isEmpty ? nil : Interval(hull: corners)
  }

  /// The remainder with the divisor's sign; nil where every divisor is 0.
  func modulo(_ divisor: Interval) -> Interval? {
    let parts = divisor.signedParts.map { part -> Interval in
      // All dividends in one period of a single divisor: the remainder grows with the dividend.
      if part.lower == part.upper, Self.floorQuotient(lower, part.lower) == Self.floorQuotient(upper, part.lower) {
        let low = Self.remainder(lower, part.lower)
        let high = Self.remainder(upper, part.lower)
        return Interval(min(low, high), max(low, high))
      }
      if part.lower > 0 {
        if lower >= 0, upper < part.lower { return self }
        return Interval(0, lower >= 0 ? min(upper, part.upper - 1) : part.upper - 1)
      }
      if upper <= 0, lower > part.upper { return self }
      return Interval(upper <= 0 ? max(lower, part.lower + 1) : part.lower + 1, 0)
    }
    guard let first = parts.first else { return nil }
    return parts.dropFirst().reduce(first) { $0.hull($1) }
  }

  private static func floorQuotient(_ a: Int128, _ b: Int128) -> Int128 {
    let quotient = a / b
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
  }

  private static func remainder(_ a: Int128, _ b: Int128) -> Int128 { a - b * floorQuotient(a, b) }
}

extension Interval {
  /// 2^k for the least k such that every value lies in -2^k ..< 2^k.
  private static func power(_ a: Interval, _ b: Interval) -> Int128 {
    let greatest = [a.lower, a.upper, b.lower, b.upper].reduce(0) { max($0, $1 < 0 ? ~$1 : $1) }
    var power: Int128 = 1
    while power <= greatest { power <<= 1 }
    return power
  }

  static func & (a: Interval, b: Interval) -> Interval {
    if a.lower >= 0 || b.lower >= 0 {
      return Interval(0, [a, b].filter { $0.lower >= 0 }.map(\.upper).reduce(max(a.upper, b.upper), min))
    }
    return Interval(-power(a, b), max(a.upper, b.upper))
  }

  static func | (a: Interval, b: Interval) -> Interval {
    let top = power(a, b) - 1
    if a.lower >= 0, b.lower >= 0 { return Interval(max(a.lower, b.lower), min(top, a.upper + b.upper)) }
    return Interval(min(a.lower, b.lower), a.upper < 0 || b.upper < 0 ? -1 : top)
  }

  static func ^ (a: Interval, b: Interval) -> Interval {
    let power = power(a, b)
    if a.lower >= 0, b.lower >= 0 { return Interval(0, min(power - 1, a.upper + b.upper)) }
    return Interval(-power, power - 1)
  }

  /// The counts by which integers can be shifted.
  static let shiftCounts: ClosedRange<Int64> = 0...63

  /// Shifted by those counts that are allowed; nil where none is.
  func shifted(left: Bool, by counts: Interval) -> Interval? {
    let low = max(counts.lower, 0)
    let high = min(counts.upper, 63)
    guard low <= high else { return nil }
    return Interval(hull: [lower, upper].flatMap { value in [low, high].map { left ? value << $0 : value >> $0 } })
  }
}
