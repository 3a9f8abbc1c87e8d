import CKernels
import Columns
import Testing

@testable import Expressions

extension LoopTests {
  func choices(_ bench: inout LoopBench) {
    choices(&bench, Int32.self, kernel_choose_int32, kernel_choose_constants_int32)
    choices(&bench, Int64.self, kernel_choose_int64, kernel_choose_constants_int64)
    choices(&bench, Double.self, kernel_choose_float64, kernel_choose_constants_float64)
    choices(&bench, UInt8.self, kernel_choose_flag, kernel_choose_constants_flag)
    choicesWithin(&bench, Int32.self, kernel_choose_within_int32, kernel_choose_constants_within_int32)
    choicesWithin(&bench, Int64.self, kernel_choose_within_int64, kernel_choose_constants_within_int64)
    choicesWithin(&bench, Double.self, kernel_choose_within_float64, kernel_choose_constants_within_float64)
    choicesWithin(&bench, UInt8.self, kernel_choose_within_flag, kernel_choose_constants_within_flag)
    fill(&bench, Int32.self, kernel_fill_int32)
    fill(&bench, Int64.self, kernel_fill_int64)
    fill(&bench, Double.self, kernel_fill_float64)
    fill(&bench, UInt8.self, kernel_fill_flag)
  }

  private func choices<T: KernelValue>(
    _ bench: inout LoopBench, _: T.Type, _ choose: kernel_family, _ constants: kernel_family
  ) {
    for careful in [false, true] {
      let chooser = (0..<5000).map { UInt8($0 * 7 % 13 % (careful ? 3 : 2)) }
      let chosen = chooser.map { $0 == 2 ? nil : $0 == 1 }
      choices(&bench, T.self, choose, constants, careful: careful, chooser, 0...0, chosen)
    }
  }

  private func choicesWithin<T: KernelValue>(
    _ bench: inout LoopBench, _: T.Type, _ choose: kernel_family, _ constants: kernel_family
  ) {
    let chooser = (0..<5000).map { Int32.samples[$0 * 7 % Int32.samples.count] }
    for bounds: ClosedRange<Int32> in [.min ... -1, 0...63, 5...5, 100 ... .max] {
      choices(&bench, T.self, choose, constants, careful: false, chooser, bounds, chooser.map(bounds.contains))
    }
  }

  /// `chosen` is whether the left is; nil is unknown.
  private func choices<T: KernelValue>(
    _ bench: inout LoopBench, _: T.Type, _ choose: kernel_family, _ constants: kernel_family, careful: Bool,
    _ chooser: [some KernelValue], _ bounds: ClosedRange<Int32>, _ chosen: [Bool?]
  ) {
    let a = chooser.indices.map { T.samples[$0 % T.samples.count] }
    let b = chooser.indices.map { T.samples[$0 / 2 % T.samples.count] }
    func expected(_ a: (Int) -> T, _ b: (Int) -> T) -> [T] {
      chosen.indices.map { row in chosen[row].map { $0 ? a(row) : b(row) } ?? T.unknown }
    }
    bench.check(
      choose, careful: careful, left: a, right: b, chooser: chooser, bounds: bounds,
      expected: expected({ a[$0] }, { b[$0] }))
    for value in T.samples.prefix(5) {
      bench.check(
        choose, kernel_right_constant, careful: careful, left: a, right: [T](), chooser: chooser, bounds: bounds,
        constants: [value.laneValue], expected: expected({ a[$0] }, { _ in value }))
      bench.check(
        choose, kernel_left_constant, careful: careful, left: [T](), right: b, chooser: chooser, bounds: bounds,
        constants: [value.laneValue], expected: expected({ _ in value }, { b[$0] }))
      bench.check(
        constants, careful: careful, left: [T](), right: [T](), chooser: chooser, bounds: bounds,
        constants: [value.laneValue, a[1].laneValue], expected: expected({ _ in value }, { _ in a[1] }))
    }
  }

  private func fill<T: KernelValue>(_ bench: inout LoopBench, _: T.Type, _ family: kernel_family) {
    for value in T.samples {
      bench.check(
        family, careful: false, left: [T](), right: [T](), constants: [value.laneValue],
        expected: (0..<1037).map { _ in value })
    }
  }

  func fusions(_ bench: inout LoopBench) {
    bench.check(kernel_integer_add_float, Mixed<FloatAdd>.self)
    bench.check(kernel_integer_subtract_float, Mixed<FloatSubtract>.self)
    bench.check(kernel_integer_multiply_float, Mixed<FloatMultiply>.self)
    bench.check(kernel_integer_divide_float, Mixed<FloatDivide>.self)
    bench.check(kernel_float_subtract_integer, MixedRight<FloatSubtract>.self)
    bench.check(kernel_float_divide_integer, MixedRight<FloatDivide>.self)
    products(&bench, kernel_multiply_add_int32, Int32.samples) {
      $0
    } add: {
      $0 &* $1 &+ $2
    }
    products(&bench, kernel_multiply_add_int64, Int64.samples) {
      $0
    } add: {
      $0 &* $1 &+ $2
    }
    products(&bench, kernel_multiply_add_float64, Double.samples) {
      $0
    } add: {
      rounded($0 * $1) + $2
    }
    products(&bench, kernel_integer_multiply_add, Int32.samples) {
      Double($0)
    } add: {
      rounded($0 * $1) + $2
    }
  }

  private func products<A: KernelValue, R: KernelValue>(
    _ bench: inout LoopBench, _ family: kernel_family, _ values: [A], _ convert: (A) -> R, add: (R, R, R) -> R
  ) {
    let (a, b) = bench.pairs(values, R.samples)
    for factor in R.samples.prefix(30) {
      bench.check(
        family, careful: false, left: a, right: b, constants: [factor.laneValue],
        expected: zip(a, b).map { add(convert($0), factor, $1) })
      bench.check(
        family, kernel_right_constant, careful: false, left: values, right: [R](),
        constants: [factor.laneValue, R.samples[5].laneValue],
        expected: values.map { add(convert($0), factor, R.samples[5]) })
    }
  }

  /// Keeps a product from being added without being rounded.
  @inline(never)
  private func rounded(_ product: Double) -> Double { product }
}

/// A float operation whose left operand is an integer.
private enum Mixed<K: BinaryKernel>: BinaryKernel where K.A == Double {
  static func apply(_ a: Int32, _ b: K.B) -> K.R { K.apply(Double(a), b) }
}

/// Whose right operand is one.
private enum MixedRight<K: BinaryKernel>: BinaryKernel where K.B == Double {
  static func apply(_ a: K.A, _ b: Int32) -> K.R { K.apply(a, Double(b)) }
}
