import Columns

/// One loop over a batch: reads columns of the frame, fills one other column for the rows `0..<frame.count`.
typealias Step = @Sendable (Frame) -> Void

/// The kernel's type is known where the step is made, so that each step is one loop without calls.
@inline(__always)
func step<K: UnaryKernel>(_ kernel: K, _ a: Slot, into result: Slot) -> Step {
  { frame in
    let count = frame.count
    let kernel = kernel
    let x = frame.column(a, as: K.A.self)
    let r = frame.column(result, as: K.R.self)
    for row in 0..<count { r[row] = kernel.apply(x[row]) }
  }
}

@inline(__always)
private func columnStep<K: BinaryKernel>(_: K.Type, _ a: Slot, _ b: Slot, into result: Slot) -> Step {
  { frame in
    let count = frame.count
    let x = frame.column(a, as: K.A.self)
    let y = frame.column(b, as: K.B.self)
    let r = frame.column(result, as: K.R.self)
    for row in 0..<count { r[row] = K.apply(x[row], y[row]) }
  }
}

/// A constant operand is read once and not from a column.
@inline(__always)
func step<K: BinaryKernel>(_: K.Type, _ a: Operand, _ b: Operand, into result: Slot) -> Step {
  switch (a, b) {
  case (.column(let x), .column(let y)): columnStep(K.self, x, y, into: result)
  case (.column(let x), _): step(RightConstant<K>(b: K.B(b)), x, into: result)
  case (_, .column(let y)): step(LeftConstant<K>(a: K.A(a)), y, into: result)
  default: fillStep(K.apply(K.A(a), K.B(b)), into: result)
  }
}

/// As above, with a look for unknown operands where `checked`.
@inline(__always)
func step<K: BinaryKernel>(_: K.Type, checked: Bool, _ a: Operand, _ b: Operand, into result: Slot) -> Step {
  checked ? step(Propagating<K>.self, a, b, into: result) : step(K.self, a, b, into: result)
}

@inline(__always)
func step<K: UnaryKernel>(_ kernel: K, checked: Bool, _ a: Slot, into result: Slot) -> Step {
  checked ? step(PropagatingUnary(kernel: kernel), a, into: result) : step(kernel, a, into: result)
}

@inline(__always)
func fillStep<T: KernelValue>(_ value: T, into result: Slot) -> Step {
  { frame in frame.column(result, as: T.self).update(repeating: value, count: frame.count) }
}

/// `condition ? a : b`, with either branch a column or a constant.
@inline(__always)
func chooseStep<T: KernelValue>(
  _: T.Type, _ condition: Slot, _ a: Operand, _ b: Operand, into result: Slot
) -> Step {
  switch (a, b) {
  case (.column(let x), .column(let y)):
    return { frame in
      let count = frame.count
      let c = frame.flag(condition)
      let r = frame.column(result, as: T.self)
      let p = frame.column(x, as: T.self)
      let q = frame.column(y, as: T.self)
      for row in 0..<count { r[row] = choose(c[row], p[row], q[row]) }
    }
  case (.column(let x), _): return step(ChooseOr<T>(otherwise: T(b)), condition, x, into: result)
  case (_, .column(let y)): return step(ChooseFirst<T>(first: T(a)), condition, y, into: result)
  default:
    return step(ChooseConstants<T>(first: T(a), otherwise: T(b)), condition, into: result)
  }
}

/// A kernel of a flag and a value, with state.
protocol ChoosingKernel: Sendable {
  associatedtype T: KernelValue
  func apply(_ condition: UInt8, _ value: T) -> T
}

@inline(__always)
private func step<K: ChoosingKernel>(_ kernel: K, _ condition: Slot, _ value: Slot, into result: Slot) -> Step {
  { frame in
    let count = frame.count
    let kernel = kernel
    let c = frame.flag(condition)
    let x = frame.column(value, as: K.T.self)
    let r = frame.column(result, as: K.T.self)
    for row in 0..<count { r[row] = kernel.apply(c[row], x[row]) }
  }
}

@inline(__always)
private func choose<T: KernelValue>(_ condition: UInt8, _ a: T, _ b: T) -> T {
  let known = condition == 1 ? a : b
  return condition == 2 ? T.unknown : known
}

private struct ChooseOr<T: KernelValue>: ChoosingKernel {
  let otherwise: T
  @inline(__always) func apply(_ condition: UInt8, _ value: T) -> T { choose(condition, value, otherwise) }
}

private struct ChooseFirst<T: KernelValue>: ChoosingKernel {
  let first: T
  @inline(__always) func apply(_ condition: UInt8, _ value: T) -> T { choose(condition, first, value) }
}

private struct ChooseConstants<T: KernelValue>: UnaryKernel {
  let first: T
  let otherwise: T
  @inline(__always) func apply(_ condition: UInt8) -> T { choose(condition, first, otherwise) }
}
