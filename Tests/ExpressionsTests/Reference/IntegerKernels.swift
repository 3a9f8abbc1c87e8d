import Columns

// Wrapping operators throughout: where the checker proved that nothing can overflow they cost nothing, and rows outside
// the proven ranges must not trap.

enum Add<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a &+ b }
}

enum Subtract<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a &- b }
}

enum Multiply<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a &* b }
}

// The results of the next three may overflow, which gives unknown; results of exactly Int64.min are unknown by
// themselves.

enum CheckedAdd: BinaryKernel {
  @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow || a.isUnknown || b.isUnknown ? .unknown : sum
  }
}

enum CheckedSubtract: BinaryKernel {
  @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> Int64 {
    let (difference, overflow) = a.subtractingReportingOverflow(b)
    return overflow || a.isUnknown || b.isUnknown ? .unknown : difference
  }
}

enum CheckedMultiply: BinaryKernel {
  @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> Int64 {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow || a.isUnknown || b.isUnknown ? .unknown : product
  }
}

/// Division rounded towards minus infinity; unknown for a divisor of 0.
enum FloorDivide<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T {
    guard b != 0, !a.isUnknown, !b.isUnknown else { return .unknown }
    // The one quotient that does not fit, of the unknown by -1, is gone already.
    let quotient = a.quotient(by: b)
    return quotient &* b != a && (a < 0) != (b < 0) ? quotient &- 1 : quotient
  }
}

/// The remainder with the sign of the divisor; unknown for a divisor of 0.
enum FloorModulo<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T {
    guard b != 0, !a.isUnknown, !b.isUnknown else { return .unknown }
    let remainder = a &- a.quotient(by: b) &* b
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder &+ b : remainder
  }
}

extension IntegerLane {
  /// Truncated division; never a trap, not even for 0.
  @inline(__always) fileprivate func quotient(by divisor: Self) -> Self {
    dividedReportingOverflow(by: divisor).partialValue
  }
}

/// Floor division by a constant 2^shift.
struct DivideByPower<T: IntegerLane>: UnaryKernel {
  let shift: T
  @inline(__always) func apply(_ a: T) -> T { a &>> shift }
}

/// Remainder of a division by a constant 2^k; `mask` is 2^k - 1.
struct ModuloPower<T: IntegerLane>: UnaryKernel {
  let mask: T
  @inline(__always) func apply(_ a: T) -> T { a & mask }
}

enum BitAnd<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a & b }
}

enum BitOr<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a | b }
}

enum BitXor<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a ^ b }
}

/// For counts 0...63 and results that fit.
enum ShiftLeft<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ count: T) -> T { a &<< min(count, T(T.bitWidth - 1)) }
}

/// For counts 0...63.
enum ShiftRight<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ count: T) -> T { a &>> min(count, T(T.bitWidth - 1)) }
}

enum CheckedShiftLeft: BinaryKernel {
  @inline(__always) static func apply(_ a: Int64, _ count: Int64) -> Int64 {
    let shifted = a &<< count
    return count < 0 || count > 63 || a.isUnknown || shifted &>> count != a ? .unknown : shifted
  }
}

enum CheckedShiftRight<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ count: T) -> T {
    let shifted = a &>> min(count, T(T.bitWidth - 1))
    return count < 0 || count > 63 || a.isUnknown ? .unknown : shifted
  }
}

enum Minimum<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a < b ? a : b }
}

enum Maximum<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> T { a < b ? b : a }
}

/// The unknown value is its own negative.
struct Negate<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: T) -> T { 0 &- a }
}

/// The unknown value is its own magnitude.
struct Absolute<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: T) -> T { a < 0 ? 0 &- a : a }
}

/// For results that fit wherever the count is allowed.
enum CheckedNarrowShiftLeft<T: IntegerLane>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ count: T) -> T {
    let shifted = a &<< min(count, T(T.bitWidth - 1))
    return count < 0 || count > 63 ? .unknown : shifted
  }
}
