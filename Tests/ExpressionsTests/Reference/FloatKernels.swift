import Columns

extension Double {
  /// The value itself, or unknown where it is infinite: the difference of an infinity and itself is NaN, that of any
  /// other number is 0. Two instructions that vectorise, where a comparison needs three.
  @inline(__always) var finite: Double { self + (self - self) }
}

enum FloatAdd: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a + b }
}

enum FloatSubtract: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a - b }
}

enum FloatMultiply: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a * b }
}

enum FloatDivide: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a / b }
}

/// `K`, but unknown where its result is infinite. NaN needs no such care: it is unknown, and stays so in all
/// arithmetic.
enum Finite<K: BinaryKernel>: BinaryKernel where K.R == Double {
  @inline(__always) static func apply(_ a: K.A, _ b: K.B) -> Double { K.apply(a, b).finite }
}

/// Floor division as Python defines it for floats: from the exact remainder, so that `a == (a // b) * b + a % b` holds
/// as nearly as floats allow (CPython, Objects/floatobject.c, float_floor_div).
enum FloatFloorDivide: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double {
    guard b != 0 else { return .unknown }
    let quotient = (a - FloatModulo.apply(a, b)) / b
    let floor = quotient.rounded(.down)
    return (quotient - floor > 0.5 ? floor + 1 : floor).finite
  }
}

/// The remainder with the sign of the divisor, exact up to the last addition; unknown for a divisor of 0.
enum FloatModulo: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double {
    guard b != 0 else { return .unknown }
    let remainder = a.truncatingRemainder(dividingBy: b)
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
  }
}

enum FloatMinimum: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a < b ? a : b }
}

enum FloatMaximum: BinaryKernel {
  @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a < b ? b : a }
}

struct FloatNegate: UnaryKernel {
  @inline(__always) func apply(_ a: Double) -> Double { -a }
}

struct FloatAbsolute: UnaryKernel {
  @inline(__always) func apply(_ a: Double) -> Double { a.magnitude }
}

/// NaN, and so unknown, for negative numbers.
struct SquareRoot: UnaryKernel {
  @inline(__always) func apply(_ a: Double) -> Double { a.squareRoot() }
}
