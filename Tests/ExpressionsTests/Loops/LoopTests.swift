import CKernels
import Columns
import Testing

@testable import Expressions

/// Every loop at every level, against the functions of Reference. One test, as the level belongs to the process.
@Suite(.serialized) struct LoopTests {
  @Test func everyLoopEqualsItsFunction() {
    var bench = LoopBench()
    integers(&bench)
    divisions(&bench)
    checkedIntegers(&bench)
    comparisons(&bench)
    floats(&bench)
    conversions(&bench)
    membership(&bench)
    flags(&bench)
    choices(&bench)
    fusions(&bench)
    #expect(bench.covered.count == Int(kernel_family_count.rawValue), "some families were not looked at")
  }

  private func integers(_ bench: inout LoopBench) {
    bench.checkBoth(kernel_add_int32, Add<Int32>.self)
    bench.checkBoth(kernel_add_int64, Add<Int64>.self)
    bench.checkBoth(kernel_subtract_int32, Subtract<Int32>.self)
    bench.checkBoth(kernel_subtract_int64, Subtract<Int64>.self)
    bench.checkBoth(kernel_multiply_int32, Multiply<Int32>.self)
    bench.checkBoth(kernel_multiply_int64, Multiply<Int64>.self)
    bench.checkBoth(kernel_bit_and_int32, BitAnd<Int32>.self)
    bench.checkBoth(kernel_bit_and_int64, BitAnd<Int64>.self)
    bench.checkBoth(kernel_bit_or_int32, BitOr<Int32>.self)
    bench.checkBoth(kernel_bit_or_int64, BitOr<Int64>.self)
    bench.checkBoth(kernel_bit_xor_int32, BitXor<Int32>.self)
    bench.checkBoth(kernel_bit_xor_int64, BitXor<Int64>.self)
    bench.checkBoth(kernel_minimum_int32, Minimum<Int32>.self)
    bench.checkBoth(kernel_minimum_int64, Minimum<Int64>.self)
    bench.checkBoth(kernel_maximum_int32, Maximum<Int32>.self)
    bench.checkBoth(kernel_maximum_int64, Maximum<Int64>.self)
    bench.check(kernel_shift_left_int32, ShiftLeft<Int32>.self)
    bench.check(kernel_shift_left_int64, ShiftLeft<Int64>.self)
    bench.check(kernel_shift_left_int32, careful: true, Propagating<CheckedNarrowShiftLeft<Int32>>.self)
    bench.check(kernel_shift_left_int64, careful: true, Propagating<CheckedNarrowShiftLeft<Int64>>.self)
    bench.check(kernel_shift_right_int32, ShiftRight<Int32>.self)
    bench.check(kernel_shift_right_int64, ShiftRight<Int64>.self)
    bench.check(kernel_shift_right_int32, careful: true, Propagating<CheckedShiftRight<Int32>>.self)
    bench.check(kernel_shift_right_int64, careful: true, Propagating<CheckedShiftRight<Int64>>.self)
    bench.check(kernel_negate_int32, Negate<Int32>())
    bench.check(kernel_negate_int64, Negate<Int64>())
    bench.check(kernel_absolute_int32, Absolute<Int32>())
    bench.check(kernel_absolute_int64, Absolute<Int64>())
  }

  private func checkedIntegers(_ bench: inout LoopBench) {
    bench.check(kernel_checked_add, careful: true, CheckedAdd.self)
    bench.check(kernel_checked_subtract, careful: true, CheckedSubtract.self)
    bench.check(kernel_checked_multiply, careful: true, CheckedMultiply.self)
    bench.check(kernel_checked_shift_left, careful: true, CheckedShiftLeft.self)
    // Where all products fit, another loop computes them.
    let short = Int64.samples.filter { Int32(exactly: $0) != nil }
    bench.check(kernel_checked_multiply, careful: true, CheckedMultiply.self, short, short)
  }

  private func divisions(_ bench: inout LoopBench) {
    bench.check(kernel_floor_divide_int32, FloorDivide<Int32>.self)
    bench.check(kernel_floor_divide_int64, FloorDivide<Int64>.self)
    bench.check(kernel_modulo_int32, FloorModulo<Int32>.self)
    bench.check(kernel_modulo_int64, FloorModulo<Int64>.self)
    for divisor: Int64 in [3, 7, 10, 100, 255, 3564, 65_537, 2_097_151, (1 << 31) - 1, (1 << 40) + 1, (1 << 50) - 1] {
      let constants = [kernel_value(float64: Double(divisor)), kernel_value(float64: 1 / Double(divisor))]
      let wide = dividends(divisor, limit: 1 << 50)
      division(&bench, (kernel_divide_constant_int64, kernel_modulo_constant_int64), divisor, wide, constants)
      guard let short = Int32(exactly: divisor) else { continue }
      let narrow = dividends(divisor, limit: .init(Int32.max)).map { Int32($0) } + [.unknown]
      division(&bench, (kernel_divide_constant_int32, kernel_modulo_constant_int32), short, narrow, constants)
      guard divisor <= 1 << 21 else { continue }
      let small = dividends(divisor, limit: 1 << 21).map { Int32($0) }
      division(&bench, (kernel_divide_small, kernel_modulo_small), short, small, constants)
    }
  }

  private func division<T: IntegerLane>(
    _ bench: inout LoopBench, _ families: (kernel_family, kernel_family), _ divisor: T, _ values: [T],
    _ constants: [kernel_value]
  ) {
    let quotient = FloatQuotient(divisor: Double(divisor))
    bench.checkBoth(families.0, DivideByConstant<T>(quotient: quotient), values, constants: constants)
    bench.checkBoth(
      families.1, ModuloConstant<T>(quotient: quotient, divisor: divisor), values, constants: constants)
    // Division proper says the same.
    let known = values.filter { !$0.isUnknown }
    bench.check(
      families.0, careful: false, left: known, right: [T](), constants: constants,
      expected: known.map { FloorDivide<T>.apply($0, divisor) })
  }

  /// Multiples, their neighbours, the ends, and values in between.
  private func dividends(_ divisor: Int64, limit: Int64) -> [Int64] {
    var random = SeededGenerator(state: UInt64(divisor))
    let edges = [-limit, limit, 0, -1, 1, divisor, -divisor, divisor - 1, 1 - divisor].filter { abs($0) <= limit }
    let multiples = (0..<1000).flatMap { _ -> [Int64] in
      let multiple = Int64.random(in: -limit...limit, using: &random) / divisor * divisor
      return [multiple - 1, multiple, multiple + 1].filter { abs($0) <= limit }
    }
    return edges + multiples + (0..<500).map { _ in Int64.random(in: -limit...limit, using: &random) }
  }

  private func comparisons(_ bench: inout LoopBench) {
    bench.checkBoth(kernel_equal_int32, Equal<Int32>.self)
    bench.checkBoth(kernel_equal_int64, Equal<Int64>.self)
    bench.checkBoth(kernel_equal_float64, Equal<Double>.self)
    bench.checkBoth(kernel_equal_flag, Equal<UInt8>.self)
    bench.checkBoth(kernel_not_equal_int32, NotEqual<Int32>.self)
    bench.checkBoth(kernel_not_equal_int64, NotEqual<Int64>.self)
    bench.checkBoth(kernel_not_equal_float64, NotEqual<Double>.self)
    bench.checkBoth(kernel_not_equal_flag, NotEqual<UInt8>.self)
    bench.checkBoth(kernel_less_int32, Less<Int32>.self)
    bench.checkBoth(kernel_less_int64, Less<Int64>.self)
    bench.checkBoth(kernel_less_float64, Less<Double>.self)
    bench.checkBoth(kernel_less_or_equal_int32, LessOrEqual<Int32>.self)
    bench.checkBoth(kernel_less_or_equal_int64, LessOrEqual<Int64>.self)
    bench.checkBoth(kernel_less_or_equal_float64, LessOrEqual<Double>.self)
    for (lower, upper) in [(0, 63), (-100, 100), (-2_147_483_647, 2_147_483_647)] as [(Int32, Int32)] {
      let width = upper &- lower
      bench.checkBoth(
        kernel_within_int32, IntegerWithin<Int32>(lower: lower, width: width),
        constants: [lower.laneValue, width.laneValue])
      let (low, span) = (Int64(lower), Int64(upper) - Int64(lower))
      bench.checkBoth(
        kernel_within_int64, IntegerWithin<Int64>(lower: low, width: span),
        constants: [low.laneValue, span.laneValue])
    }
    for (lower, upper) in [(-0.5, 1.5), (0, 0), (-.infinity, 25)] as [(Double, Double)] {
      bench.checkBoth(
        kernel_within_float64, FloatWithin(lower: lower, upper: upper),
        constants: [lower.laneValue, upper.laneValue])
    }
  }

  private func floats(_ bench: inout LoopBench) {
    bench.check(kernel_add_float64, FloatAdd.self)
    bench.check(kernel_subtract_float64, FloatSubtract.self)
    bench.check(kernel_multiply_float64, FloatMultiply.self)
    bench.check(kernel_divide_float64, FloatDivide.self)
    bench.check(kernel_add_float64, careful: true, Finite<FloatAdd>.self)
    bench.check(kernel_subtract_float64, careful: true, Finite<FloatSubtract>.self)
    bench.check(kernel_multiply_float64, careful: true, Finite<FloatMultiply>.self)
    bench.check(kernel_divide_float64, careful: true, Finite<FloatDivide>.self)
    bench.check(kernel_floor_divide_float64, FloatFloorDivide.self)
    bench.check(kernel_modulo_float64, FloatModulo.self)
    bench.checkBoth(kernel_minimum_float64, FloatMinimum.self)
    bench.checkBoth(kernel_maximum_float64, FloatMaximum.self)
    bench.check(kernel_negate_float64, FloatNegate())
    bench.check(kernel_absolute_float64, FloatAbsolute())
    bench.check(kernel_square_root, SquareRoot())
  }

  private func conversions(_ bench: inout LoopBench) {
    bench.checkBoth(kernel_widen, Widen())
    bench.checkBoth(kernel_narrow, Narrow())
    bench.checkBoth(kernel_to_float_int32, ToFloat<Int32>())
    bench.checkBoth(kernel_to_float_int64, ToFloat<Int64>())
    // With and without values that only long conversions round.
    for values in [Double.samples, Double.samples.filter { !(1e15..<9.3e18 ~= $0.magnitude) }] {
      bench.check(kernel_round_down_int32, RoundDown<Int32>(), values)
      bench.check(kernel_round_down_int64, RoundDown<Int64>(), values)
      bench.check(kernel_round_up_int32, RoundUp<Int32>(), values)
      bench.check(kernel_round_up_int64, RoundUp<Int64>(), values)
      bench.check(kernel_round_nearest_int32, RoundNearest<Int32>(), values)
      bench.check(kernel_round_nearest_int64, RoundNearest<Int64>(), values)
    }
  }

  private func membership(_ bench: inout LoopBench) {
    for members in [[0], [-64, -60, -33], [1, 2, 31, 63, 3564], [-64] + (0..<900).map { 3 * $0 }] as [[Int64]] {
      membership(&bench, Int64.self, (kernel_among_int64, kernel_search_int64), members)
      let short = members.map { Int32($0) }
      membership(&bench, Int32.self, (kernel_among_int32, kernel_search_int32), short)
    }
    membership(&bench, Int64.self, (nil, kernel_search_int64), [-.max, 5, 1 << 50, .max])
    membership(&bench, Int32.self, (nil, kernel_search_int32), [])
  }

  private func membership<T: IntegerLane>(
    _ bench: inout LoopBench, _: T.Type, _ families: (among: kernel_family?, search: kernel_family), _ members: [T]
  ) {
    let expected = T.samples.map { value -> UInt8 in members.contains(value) ? 1 : 0 }
    let careful = zip(T.samples, expected).map { $0.isUnknown ? .unknown : $1 }
    let values = LookupTable(members)
    for (isCareful, expected) in [(false, expected), (true, careful)] {
      bench.check(
        families.search, careful: isCareful, left: T.samples, right: [T](), table: values.values,
        tableCount: values.count, expected: expected)
      guard let among = families.among, let first = members.first, let last = members.last else { continue }
      let bits = LookupTable(bits: Int(last - first) + 1, setting: members.map { Int($0 - first) })
      bench.check(
        among, careful: isCareful, left: T.samples, right: [T](), constants: [first.laneValue], table: bits.values,
        tableCount: bits.count, expected: expected)
    }
  }

  private func flags(_ bench: inout LoopBench) {
    bench.checkBoth(kernel_flag_and, FlagAnd.self)
    bench.checkBoth(kernel_flag_or, FlagOr.self)
    bench.check(kernel_kleene_and, careful: true, KleeneAnd.self)
    bench.check(kernel_kleene_or, careful: true, KleeneOr.self)
    bench.checkBoth(kernel_flag_not, FlagNot())
    bench.check(kernel_known_int32, KnownFlag<Int32>())
    bench.check(kernel_known_int64, KnownFlag<Int64>())
    bench.check(kernel_known_float64, KnownFlag<Double>())
    bench.check(kernel_known_flag, KnownFlag<UInt8>())
  }
}
