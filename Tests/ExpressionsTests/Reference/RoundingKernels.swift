import Columns

/// The rounding kernels give unknown for what does not fit in 63 bits, NaN included.
struct RoundDown<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: Double) -> T {
    a.magnitude < WholeFloat.fractionLimit ? T(truncatingIfNeeded: WholeFloat.floor(a)) : WholeFloat.large(a, .down)
  }
}

struct RoundUp<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: Double) -> T {
    a.magnitude < WholeFloat.fractionLimit ? T(truncatingIfNeeded: 0 &- WholeFloat.floor(-a)) : WholeFloat.large(a, .up)
  }
}

struct RoundNearest<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: Double) -> T {
    let magnitude = a.magnitude
    guard magnitude < WholeFloat.fractionLimit else { return WholeFloat.large(a, .toNearestOrAwayFromZero) }
    let whole = WholeFloat.floor(magnitude)
    // Exact: the float and its whole part are close.
    let rounded = magnitude - Double(whole) >= 0.5 ? whole &+ 1 : whole
    return T(truncatingIfNeeded: a < 0 ? 0 &- rounded : rounded)
  }
}

/// The integers in floats.
enum WholeFloat {
  /// 2^51: the sums of `floor` round to an integer only below.
  static let fractionLimit = 2_251_799_813_685_248.0

  /// Adding 1.5 * 2^52 leaves a float no bits for a fraction: it rounds to the nearest integer, which then stands in
  /// the low bits. That is faster than a conversion, which this instruction set has not for vectors of 64-bit integers.
  private static let shift = 6_755_399_441_055_744.0

  /// The floor of a float below ``fractionLimit``.
  @inline(__always) static func floor(_ a: Double) -> Int64 {
    let shifted = a + shift
    let nearest = Int64(bitPattern: shifted.bitPattern &- shift.bitPattern)
    return shifted - shift > a ? nearest &- 1 : nearest
  }

  /// Any float as an integer; unknown where it does not fit.
  @inline(never) static func large<T: IntegerLane>(_ a: Double, _ rule: FloatingPointRoundingRule) -> T {
    guard a.magnitude < 9_223_372_036_854_775_808 else { return .unknown }
    return T(truncatingIfNeeded: Int64(a.rounded(rule)))
  }
}
