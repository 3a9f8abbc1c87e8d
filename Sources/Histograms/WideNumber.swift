/// A number of twice the digits of a double: the unevaluated sum of two, of which `high` is the double next to it.
///
/// Sums of squares lose all their digits where a mean lies far from 0, and so do differences of large sums. Operations are
/// those of Dekker (Numerische Mathematik 18, 1971), with fused multiplication.
package struct WideNumber: Sendable, Equatable {
  package let high: Double
  package let low: Double

  package init(_ value: Double) { self.init(exactly: value, 0) }

  /// The sum of two doubles, exactly.
  package init(_ a: Double, _ b: Double) {
    let sum = a + b
    let part = sum - a
    self.init(exactly: sum, (a - (sum - part)) + (b - part))
  }

  private init(exactly high: Double, _ low: Double) {
    self.high = high
    // Beyond the doubles there is nothing left over.
    self.low = high.isFinite ? low : 0
  }

  /// The product of two doubles, exactly.
  package static func product(_ a: Double, _ b: Double) -> WideNumber {
    let product = a * b
    return WideNumber(exactly: product, (-product).addingProduct(a, b))
  }

  package static func + (a: WideNumber, b: WideNumber) -> WideNumber {
    let high = WideNumber(a.high, b.high), low = WideNumber(a.low, b.low)
    let sum = WideNumber(high.high, high.low + low.high)
    return WideNumber(sum.high, sum.low + low.low)
  }

  package static prefix func - (a: WideNumber) -> WideNumber { WideNumber(exactly: -a.high, -a.low) }

  package static func - (a: WideNumber, b: WideNumber) -> WideNumber { a + -b }

  package static func * (a: WideNumber, b: WideNumber) -> WideNumber {
    let product = product(a.high, b.high)
    return WideNumber(product.high, product.low + (a.high * b.low + a.low * b.high))
  }

  package static func / (a: WideNumber, b: Double) -> WideNumber {
    let first = a.high / b
    let rest = a - product(first, b)
    return WideNumber(first, rest.high / b)
  }
}
