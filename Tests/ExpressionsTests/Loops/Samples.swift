import Columns

extension KernelValue {
  /// Edges first, then random values.
  static var samples: [Self] {
    switch lane {
    case .int32: Samples.shortIntegers.map { $0 as! Self }
    case .int64: Samples.longIntegers.map { $0 as! Self }
    case .float64: Samples.floats.map { $0 as! Self }
    case .flag: Samples.flags.map { $0 as! Self }
    }
  }
}

/// Values of each lane, in numbers that fill no whole vectors.
private enum Samples {
  static let shortIntegers: [Int32] = {
    let edges: [Int32] = [
      .min, .min + 1, .max, -1, 0, 1, 2, 31, 32, 63, 64, -64, 3564, 65_535, -2_097_152, 2_097_152,
    ]
    return edges + random(23, -3000...3000) + random(24, .min ... .max)
  }()

  static let longIntegers: [Int64] = {
    let powers: [Int64] = [31, 32, 50, 62].map { 1 << $0 }
    let edges: [Int64] = [.min, .min + 1, .max, -1, 0, 1, 2, 31, 63, 64, -64, 3_037_000_499, 3_037_000_500]
    return edges + powers + powers.map { -$0 } + powers.map { $0 - 1 } + powers.map { -$0 - 1 }
      + random(21, -3000...3000) + random(20, .min ... .max)
  }()

  static let floats: [Double] = {
    var generator = SeededGenerator(state: 7)
    let edges: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 0.5, -0.5, 1.5, -2.5, 1, -1, 0.49999999999999994,
      2_251_799_813_685_247.5, -2_251_799_813_685_248.5, 4_503_599_627_370_495.5, 9_007_199_254_740_994,
      9_223_372_036_854_774_784, 9_223_372_036_854_775_808, -9_223_372_036_854_775_808, 1e300, -1e300,
      .greatestFiniteMagnitude, .leastNonzeroMagnitude, 25, 30, 2_147_483_647.5, -2_147_483_648.5,
    ]
    return edges + (0..<34).map { _ in Double.random(in: -1e6...1e6, using: &generator) }
  }()

  static let flags: [UInt8] = {
    var generator = SeededGenerator(state: 7)
    return (0..<71).map { _ in UInt8.random(in: 0...2, using: &generator) }
  }()

  private static func random<T: FixedWidthInteger>(_ count: Int, _ range: ClosedRange<T>) -> [T] {
    var generator = SeededGenerator(state: UInt64(count))
    return (0..<count).map { _ in T.random(in: range, using: &generator) }
  }
}
