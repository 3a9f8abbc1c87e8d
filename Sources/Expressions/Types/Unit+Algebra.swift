import Columns

/// Products and quotients as expressions need them: never a trap, and the shortest symbol.
extension Unit {
  /// Nil where the factor to base units needs more than 63 bits or an exponent leaves the sensible.
  func multiplying(by other: Unit) -> Unit? {
    guard exponentsAllow(other), let scale = scale.times(other.scale), let dimension = dimension * other.dimension
    else { return nil }
    let symbol = [self.symbol, other.symbol].filter { !$0.isEmpty }.joined(separator: " ")
    return Unit(dimension: dimension, scale: scale, symbol: symbol).canonical
  }

  /// Nil where the factor to base units needs more than 63 bits or an exponent leaves the sensible.
  func dividing(by other: Unit) -> Unit? {
    if other.symbol.isEmpty, other == .none { return self }
    guard exponentsAllow(other), let scale = scale.times(other.scale.inverse),
      let dimension = dimension * other.dimension.inverse
    else { return nil }
    let isCompound = other.symbol.contains("/") || other.symbol.contains(" ")
    let divisor = isCompound ? "(\(other.symbol))" : other.symbol
    return Unit(dimension: dimension, scale: scale, symbol: "\(symbol)/\(divisor)").canonical
  }

  /// The unit whose square this is; nil where an exponent is odd or the factor is not a square.
  var squareRoot: Unit? {
    let exponents = dimension.exponents
    guard exponents.allSatisfy({ $0 % 2 == 0 }), let numerator = scale.numerator.exactRoot,
      let denominator = scale.denominator.exactRoot
    else { return nil }
    let half = Dimension(
      time: exponents[0] / 2, length: exponents[1] / 2, voltage: exponents[2] / 2, temperature: exponents[3] / 2,
      angle: exponents[4] / 2)
    return Unit(dimension: half, scale: Ratio(numerator, denominator), symbol: "sqrt(\(symbol))").canonical
  }

  /// The unit of the same dimension whose factor is 1.
  var base: Unit { Unit(dimension: dimension, scale: .one, symbol: "base units of \(symbol)").canonical }

  /// The same unit under the symbol that is typed for it, where there is one.
  private var canonical: Unit {
    if self == .none { return .none }
    // The shorter way to write it wins only over a compound: `/s` and `Hz` are both typed.
    if symbol == "/s" { return self }
    return Unit.known.first { $0 == self } ?? self
  }

  /// Dimensions hold small exponents; products beyond ±30 of any are refused long before they overflow.
  private func exponentsAllow(_ other: Unit) -> Bool {
    zip(dimension.exponents, other.dimension.exponents).allSatisfy { abs(Int($0)) + abs(Int($1)) <= 30 }
  }
}

extension Dimension {
  var exponents: [Int8] { [time, length, voltage, temperature, angle] }
}

extension Ratio {
  static func isSmaller(_ a: Ratio, than b: Ratio) -> Bool {
    Int128(a.numerator) * Int128(b.denominator) < Int128(b.numerator) * Int128(a.denominator)
  }
}

extension Int64 {
  /// The integer whose square it is.
  fileprivate var exactRoot: Int64? {
    guard self >= 0 else { return nil }
    let root = Int64(Double(self).squareRoot())
    return [root - 1, root, root + 1].first { $0 >= 0 && $0.multipliedReportingOverflow(by: $0) == (self, false) }
  }
}
