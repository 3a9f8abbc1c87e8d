/// How some values lie: how many there are, their sum, and the sum of the squares of their distances from their mean.
///
/// Two of them merge by the parallel form (Chan, Golub and LeVeque, 1979). Nothing is subtracted in it, so that a mean
/// far from 0 costs the variance no digits, as it does where sums of squares are all that is known.
package struct Spread: Sendable, Equatable {
  package var count: UInt64
  package var sum: WideNumber
  /// The sum of the values' squares.
  package var squares: Double
  /// The sum of the squares of their distances from their mean.
  package var deviations: Double

  package init(count: UInt64 = 0, sum: WideNumber = WideNumber(0), squares: Double = 0, deviations: Double = 0) {
    self.count = count
    self.sum = sum
    self.squares = squares
    self.deviations = deviations
  }

  /// What sums alone say. Digits that sums of squares do not have are lost.
  package init(count: UInt64, sum: WideNumber, squares: Double) {
    let mean = sum / Double(count)
    self.init(
      count: count, sum: sum, squares: squares,
      deviations: count < 2 ? 0 : max(0, (WideNumber(squares) - sum * mean).high))
  }

  private var wideMean: WideNumber { sum / Double(count) }

  /// NaN where there are no values.
  package var mean: Double { wideMean.high }

  /// The variance with n - 1; NaN for fewer than two values, which say nothing of it.
  package var variance: Double { count < 2 ? .nan : deviations / (Double(count) - 1) }

  /// The error of the mean; NaN for fewer than two values.
  package var error: Double { (variance / Double(count)).squareRoot() }

  /// Adds other values. `total` is the sum of both counts.
  package mutating func add(_ other: Spread, total: UInt64) {
    guard other.count > 0 else { return }
    guard count > 0 else { return self = other }
    let distance = (other.wideMean - wideMean).high
    deviations += other.deviations + distance * distance * (Double(count) / Double(total) * Double(other.count))
    sum = sum + other.sum
    squares += other.squares
    count = total
    // Sums of integers are exact, in any order. Where they say the same, up to rounding, the result is theirs.
    let difference = (WideNumber(squares) - sum * wideMean).high
    if abs(difference - deviations) <= 1e-12 * deviations { deviations = difference }
  }
}
