import Columns

/// Floor division by a positive constant with the float unit, which has no slow integer division and works on vectors.
///
/// A quotient that is no integer differs from the nearest one by at least 1/divisor. For operands up to 2^50 the rounding
/// of the float division is smaller than that, so it never reaches or crosses an integer, and the floor is exact.
struct FloatQuotient: Sendable {
  static let limit: Int64 = 1 << 50

  let divisor: Double

  /// Adding 1.5 * 2^52 leaves a float no bits for a fraction: it rounds to the nearest integer, which then stands in the
  /// low bits. That is faster than a conversion, which this instruction set has not for vectors of 64-bit integers.
  @inline(__always) func floor<T: IntegerLane>(_ a: T) -> T {
    let shift = 6_755_399_441_055_744.0
    let quotient = Double(a) / divisor
    let shifted = quotient + shift
    let nearest = Int64(bitPattern: shifted.bitPattern &- shift.bitPattern)
    let correction: Int64 = shifted - shift > quotient ? 1 : 0
    return T(truncatingIfNeeded: nearest &- correction)
  }
}

struct DivideByConstant<T: IntegerLane>: UnaryKernel {
  let quotient: FloatQuotient
  @inline(__always) func apply(_ a: T) -> T { quotient.floor(a) }
}

struct ModuloConstant<T: IntegerLane>: UnaryKernel {
  let quotient: FloatQuotient
  let divisor: T
  @inline(__always) func apply(_ a: T) -> T { a &- quotient.floor(a) &* divisor }
}
