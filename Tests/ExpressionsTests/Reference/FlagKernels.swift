import Columns

// Flags are 0 for false, 1 for true, 2 for unknown.

enum FlagAnd: BinaryKernel {
  @inline(__always) static func apply(_ a: UInt8, _ b: UInt8) -> UInt8 { a & b }
}

enum FlagOr: BinaryKernel {
  @inline(__always) static func apply(_ a: UInt8, _ b: UInt8) -> UInt8 { a | b }
}

/// Three-valued as Kleene has it: false and anything is false.
enum KleeneAnd: BinaryKernel {
  @inline(__always) static func apply(_ a: UInt8, _ b: UInt8) -> UInt8 {
    let known: UInt8 = a | b == 1 ? 1 : 2
    return a == 0 || b == 0 ? 0 : known
  }
}

/// Three-valued as Kleene has it: true or anything is true.
enum KleeneOr: BinaryKernel {
  @inline(__always) static func apply(_ a: UInt8, _ b: UInt8) -> UInt8 { a == 1 || b == 1 ? 1 : a | b }
}

struct FlagNot: UnaryKernel {
  @inline(__always) func apply(_ a: UInt8) -> UInt8 { a ^ 1 }
}

struct KnownFlag<T: KernelValue>: UnaryKernel {
  @inline(__always) func apply(_ a: T) -> UInt8 { a.isUnknown ? 0 : 1 }
}
