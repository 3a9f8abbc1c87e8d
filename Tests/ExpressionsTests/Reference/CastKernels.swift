import Columns

struct Widen: UnaryKernel {
  @inline(__always) func apply(_ a: Int32) -> Int64 { Int64(a) }
}

/// For values that fit.
struct Narrow: UnaryKernel {
  @inline(__always) func apply(_ a: Int64) -> Int32 { Int32(truncatingIfNeeded: a) }
}

struct ToFloat<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: T) -> Double { Double(a) }
}
