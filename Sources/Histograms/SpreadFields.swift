import JSON

/// What a message says of a spread besides its count: each with a field of its own, or with a number for each bin.
enum SpreadFields {
  static let all: [(name: String, value: @Sendable (Spread) -> Double)] = [
    ("sum", { $0.sum.high }), ("sum_remainder", { $0.sum.low }), ("sum_of_squares", { $0.squares }),
    ("sum_of_squared_deviations", { $0.deviations }),
  ]

  /// A spread of what a message says. Messages of earlier versions have no `deviations`.
  static func spread(_ count: UInt64, sum: Double, rest: Double, squares: Double, deviations: Double?) -> Spread {
    let sum = WideNumber(sum, rest)
    guard let deviations else { return Spread(count: count, sum: sum, squares: squares) }
    return Spread(count: count, sum: sum, squares: squares, deviations: deviations)
  }
}
