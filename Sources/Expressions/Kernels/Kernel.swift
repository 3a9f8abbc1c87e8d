import Columns

/// A function of one value that a loop applies to a column. Constants that belong to it are its stored properties.
///
/// Kernels never trap, whatever the value: expressions are computed for every row of a batch, also for rows that
/// cleansing took out or that a condition excludes, where the ranges that the checker relied on need not hold.
protocol UnaryKernel: Sendable {
  associatedtype A: KernelValue
  associatedtype R: KernelValue
  func apply(_ a: A) -> R
}

/// A function of two values that a loop applies to two columns, or to a column and a constant.
protocol BinaryKernel: Sendable {
  associatedtype A: KernelValue
  associatedtype B: KernelValue
  associatedtype R: KernelValue
  static func apply(_ a: A, _ b: B) -> R
}

/// A value of a lane that constants can be turned into.
protocol KernelValue: LaneValue {
  init(_ operand: Operand)
}

/// What a kernel reads: a column, or a constant that never becomes one.
enum Operand: Hashable, Sendable {
  case column(Slot)
  /// A value of an integer lane; Int64.min is unknown in either.
  case integer(Int64)
  case float(Double)
  case flag(UInt8)
}

/// For the names of computations, which tell equal ones: written out, since printing by reflection is slow.
extension Operand: CustomStringConvertible {
  var description: String {
    switch self {
    case .column(let slot): "column \(slot.index)"
    case .integer(let value): "integer \(value)"
    case .float(let value): "float \(value)"
    case .flag(let value): "flag \(value)"
    }
  }
}

extension Int32: KernelValue {
  init(_ operand: Operand) {
    guard case .integer(let value) = operand else { preconditionFailure("an integer constant is expected") }
    self = value == .min ? .unknown : Int32(truncatingIfNeeded: value)
  }
}

extension Int64: KernelValue {
  init(_ operand: Operand) {
    guard case .integer(let value) = operand else { preconditionFailure("an integer constant is expected") }
    self = value
  }
}

extension Double: KernelValue {
  init(_ operand: Operand) {
    guard case .float(let value) = operand else { preconditionFailure("a float constant is expected") }
    self = value
  }
}

extension UInt8: KernelValue {
  init(_ operand: Operand) {
    guard case .flag(let value) = operand else { preconditionFailure("a boolean constant is expected") }
    self = value
  }
}

/// The two lanes of integers.
protocol IntegerLane: KernelValue, FixedWidthInteger, SignedInteger {}
extension Int32: IntegerLane {}
extension Int64: IntegerLane {}

/// `K` with its right operand fixed.
struct RightConstant<K: BinaryKernel>: UnaryKernel {
  let b: K.B
  @inline(__always) func apply(_ a: K.A) -> K.R { K.apply(a, b) }
}

/// `K` with its left operand fixed.
struct LeftConstant<K: BinaryKernel>: UnaryKernel {
  let a: K.A
  @inline(__always) func apply(_ b: K.B) -> K.R { K.apply(a, b) }
}

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
