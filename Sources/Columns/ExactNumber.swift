/// A number as it was typed, or in another unit: a quotient of two integers, in lowest terms. Edges of times since 1970 in
/// ns need more digits than doubles have.
public struct ExactNumber: Hashable, Sendable {
  public let numerator: Int128
  public let denominator: Int128

  private init(lowest numerator: Int128, _ denominator: Int128) {
    var a = numerator.magnitude, b = denominator.magnitude
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int128(a)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// Nil where either needs more than 127 bits.
  private init?(_ numerator: (Int128, overflow: Bool), _ denominator: (Int128, overflow: Bool)) {
    guard !numerator.overflow, !denominator.overflow, numerator.0 != .min else { return nil }
    self.init(lowest: numerator.0, denominator.0)
  }

  public init(_ value: Int64) { self.init(lowest: Int128(value), 1) }

  /// Reads `-12.50e-3`; nil where that needs more than 127 bits.
  public init?(decimal text: String) {
    var mantissa: Int128 = 0
    var exponent = 0
    var isNegative = false, isFraction = false
    var rest = Substring(text)
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest.removeFirst()
    }
    while let character = rest.first, character != "e", character != "E" {
      rest.removeFirst()
      if character == "." {
        isFraction = true
        continue
      }
      guard let digit = character.wholeNumberValue else { return nil }
      let (product, tooMany) = mantissa.multipliedReportingOverflow(by: 10)
      let (sum, tooLarge) = product.addingReportingOverflow(Int128(digit))
      guard !tooMany, !tooLarge else { return nil }
      mantissa = sum
      if isFraction { exponent -= 1 }
    }
    if !rest.isEmpty {
      guard let power = Int(rest.dropFirst()), (-999...999).contains(power) else { return nil }
      exponent += power
    }
    var scale: Int128 = 1
    for _ in 0..<min(abs(exponent), 40) {
      let (product, overflow) = scale.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      scale = product
    }
    guard abs(exponent) <= 38 || mantissa == 0 else { return nil }
    let signed = isNegative ? -mantissa : mantissa
    self.init(
      exponent > 0 ? Self.product(signed, scale) : (signed, false), exponent > 0 ? (1, false) : (scale, false))
  }

  private static func product(_ a: Int128, _ b: Int128) -> (Int128, overflow: Bool) {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return (product, overflow)
  }

  /// Nil where the result needs more than 127 bits; so for differences.
  public func times(_ factor: Ratio) -> ExactNumber? {
    ExactNumber(
      Self.product(numerator, Int128(factor.numerator)), Self.product(denominator, Int128(factor.denominator)))
  }

  public func minus(_ other: ExactNumber) -> ExactNumber? {
    let (a, b) = (Self.product(numerator, other.denominator), Self.product(other.numerator, denominator))
    let (difference, overflow) = a.0.subtractingReportingOverflow(b.0)
    return ExactNumber(
      (difference, overflow || a.overflow || b.overflow), Self.product(denominator, other.denominator))
  }

  /// The largest integer that is not above it.
  public var floor: Int128 {
    let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    return rest < 0 ? quotient - 1 : quotient
  }

  /// What it has beyond ``floor``: at least 0, below 1.
  public var fraction: Double {
    let rest = numerator % denominator
    return Double(rest < 0 ? rest + denominator : rest) / Double(denominator)
  }

  public var value: Double { Double(floor) + fraction }
}
