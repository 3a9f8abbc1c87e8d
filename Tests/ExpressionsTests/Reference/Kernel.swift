import Columns

// What the loops in C compute, as functions of values: written independently of them, one row at a time.

/// A function of one value. Constants that belong to it are its stored properties.
protocol UnaryKernel: Sendable {
  associatedtype A: KernelValue
  associatedtype R: KernelValue
  func apply(_ a: A) -> R
}

/// A function of two values.
protocol BinaryKernel: Sendable {
  associatedtype A: KernelValue
  associatedtype B: KernelValue
  associatedtype R: KernelValue
  static func apply(_ a: A, _ b: B) -> R
}

/// A value of a lane.
protocol KernelValue: LaneValue {}
extension Int32: KernelValue {}
extension Int64: KernelValue {}
extension Double: KernelValue {}
extension UInt8: KernelValue {}

/// The two lanes of integers.
protocol IntegerLane: KernelValue, FixedWidthInteger, SignedInteger {}
extension Int32: IntegerLane {}
extension Int64: IntegerLane {}

/// `K`, but unknown where an operand is.
enum Propagating<K: BinaryKernel>: BinaryKernel {
  @inline(__always) static func apply(_ a: K.A, _ b: K.B) -> K.R {
    let result = K.apply(a, b)
    return a.isUnknown || b.isUnknown ? K.R.unknown : result
  }
}

/// `K`, but unknown where the operand is.
struct PropagatingUnary<K: UnaryKernel>: UnaryKernel {
  let kernel: K
  @inline(__always) func apply(_ a: K.A) -> K.R {
    let result = kernel.apply(a)
    return a.isUnknown ? K.R.unknown : result
  }
}
