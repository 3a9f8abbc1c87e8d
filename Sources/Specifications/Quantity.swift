import Columns
import Diagnostics

/// A number with a unit, as a setting gives it.
package struct Quantity: Hashable, Sendable {
  package let value: Double
  package let unit: Unit
  /// The number as it was typed, with digits that a double does not have. Nil where it has too many of them.
  package let exact: ExactNumber?

  package init(_ value: Double, _ unit: Unit = .none) { self.init(value, unit, digits: value.description) }

  private init(_ value: Double, _ unit: Unit, digits: String) {
    self.value = value
    self.unit = unit
    exact = ExactNumber(decimal: digits)
  }

  /// The exact value in `unit`; nil where the two measure different things, or it needs too many digits.
  package func exact(in unit: Unit) -> ExactNumber? {
    self.unit.factor(to: unit).flatMap { exact?.times($0) }
  }

  /// The value in `unit`; nil where the two measure different things.
  package func value(in unit: Unit) -> Double? {
    guard let factor = self.unit.factor(to: unit) else { return nil }
    // Divide where the factor is a fraction: 500 ns to us is 0.5 exactly, not 500 * 0.001.
    return value * Double(factor.numerator) / Double(factor.denominator)
  }

  package enum ParseError: Error {
    case notANumber
    case unknownUnit(String)
  }

  /// Reads `2 s`, `-100ns`, `1000 /s`, `53.8 um/ns`, `12`.
  package static func parse(_ text: String) throws(ParseError) -> Quantity {
    let scalars = Array(text.unicodeScalars.drop { $0 == " " })
    var end = 0
    func isDigit(_ index: Int) -> Bool { index < scalars.count && ("0"..."9").contains(scalars[index]) }
    if end < scalars.count, scalars[end] == "-" || scalars[end] == "+" { end += 1 }
    var digits = 0
    while isDigit(end) || (end < scalars.count && scalars[end] == "_" && digits > 0) { end += 1; digits += 1 }
    if end < scalars.count, scalars[end] == ".", isDigit(end + 1) || digits > 0 {
      end += 1
      while isDigit(end) { end += 1; digits += 1 }
    }
    guard digits > 0 else { throw .notANumber }
    if end < scalars.count, scalars[end] == "e" || scalars[end] == "E" {
      var exponent = end + 1
      if exponent < scalars.count, scalars[exponent] == "-" || scalars[exponent] == "+" { exponent += 1 }
      if isDigit(exponent) {
        while isDigit(exponent) { exponent += 1 }
        end = exponent
      }
    }
    func string(_ part: ArraySlice<Unicode.Scalar>) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: part)
      return String(view)
    }
    let digitsText = string(scalars[..<end].filter { $0 != "_" }[...])
    guard let value = Double(digitsText), value.isFinite else { throw .notANumber }
    var rest = scalars[end...].drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    if rest.isEmpty { return Quantity(value, .none, digits: digitsText) }
    let symbol = string(rest)
    guard let unit = Unit.parse(symbol) else { throw .unknownUnit(symbol) }
    return Quantity(value, unit, digits: digitsText)
  }

  /// As one would type it.
  package var text: String {
    let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(saturating: value)) : String(value)
    return unit.symbol.isEmpty ? number : "\(number) \(unit.symbol)"
  }
}
