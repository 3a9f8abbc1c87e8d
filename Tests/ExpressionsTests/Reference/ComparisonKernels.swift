import Columns

enum Equal<T: KernelValue & Equatable>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { a == b ? 1 : 0 }
}

enum NotEqual<T: KernelValue & Equatable>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { a != b ? 1 : 0 }
}

enum Less<T: KernelValue & Comparable>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { a < b ? 1 : 0 }
}

enum LessOrEqual<T: KernelValue & Comparable>: BinaryKernel {
  @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { a <= b ? 1 : 0 }
}

/// `lower <= a <= upper` in one comparison of unsigned numbers.
struct IntegerWithin<T: IntegerLane>: UnaryKernel {
  let lower: T
  /// The bits of the unsigned difference of the bounds.
  let width: T

  @inline(__always) func apply(_ a: T) -> UInt8 {
    T.Magnitude(truncatingIfNeeded: a &- lower) <= T.Magnitude(truncatingIfNeeded: width) ? 1 : 0
  }
}

struct FloatWithin: UnaryKernel {
  let lower: Double
  let upper: Double
  @inline(__always) func apply(_ a: Double) -> UInt8 { (lower <= a ? 1 : 0) & (a <= upper ? 1 : 0) }
}
