/// Numbers that users, files and messages give may be any: 1e300, nan, 2^63 - 1. Where they become integers, and where
/// integers of that kind are added up, these are used: they end at the limits of the type and never trap.
extension FixedWidthInteger {
  /// The whole part of a float; the smallest or largest integer where that is beyond them, and 0 for nan.
  @inlinable public init(saturating value: Double) {
    if value >= Double(Self.max) {
      self = .max
    } else if value <= Double(Self.min) {
      self = .min
    } else {
      self = value.isNaN ? 0 : Self(value)
    }
  }

  /// The sum, or the limit that it is beyond.
  @inlinable public func addingSaturated(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the limit that it is beyond.
  @inlinable public func subtractingSaturated(_ other: Self) -> Self {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}

extension Int64 {
  /// The largest offset, byte or number of a row that is believed where a user, a file or a message gives one: far
  /// beyond all that can be stored, and far enough from the end of the type that adding up what follows cannot trap.
  public static let farthestPlace: Int64 = 1 << 62
}
