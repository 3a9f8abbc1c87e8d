import Columns

/// Floor division by a positive constant with the float unit, which has no slow integer division and works on vectors.
///
/// A quotient that is no integer differs from the nearest one by at least 1/divisor. For operands up to 2^50 the
/// rounding of the float division is smaller than that, so it never reaches or crosses an integer, and the floor is
/// exact.
struct FloatQuotient: Sendable {
  static let limit: Int64 = 1 << 50

  let divisor: Double

  @inline(__always) func floor<T: IntegerLane>(_ a: T) -> T {
    T(truncatingIfNeeded: WholeFloat.floor(Double(a) / divisor))
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
