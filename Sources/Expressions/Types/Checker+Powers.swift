import Columns
import Diagnostics

extension ExpressionTyper {
  /// `^`, which is exclusive or, where nothing looks like a power: many languages write powers so, and `x^2` of an
  /// integer would count quietly and wrongly.
  func exclusiveOr(_ left: Syntax, _ right: Syntax, _ builder: Builder) -> TypedExpression? {
    guard let power = power(left, right) else { return plainExclusiveOr(left, right, builder) }
    // `x^2 + y^2` is `x ^ (2 + y) ^ 2`: what does not fit there is a consequence, and fits once it is a product.
    let inner = Findings()
    let checker = reporting(to: inner)
    let a = checker.check(left)
    let b = checker.check(right)
    for finding in inner.all where ![FindingCode.typeMismatch, .unitMismatch].contains(finding.code) {
      findings.add(finding)
    }
    let place = source.span(power.range)
    guard let a, let b, [a, b].allSatisfy({ $0.type.kind == .integer && $0.type.unit.isNone }) else {
      return error(.powerSign, "^ is exclusive or of integers, not a power", at: place, hint: "write \(power.words)")
    }
    findings.warning(
      .powerSign, "^ is exclusive or, not a power", at: place,
      hint: "write \(power.words), and \(power.mask) for exclusive or")
    return binary(.bitXor, a, b, builder)
  }

  private func plainExclusiveOr(_ left: Syntax, _ right: Syntax, _ builder: Builder) -> TypedExpression? {
    let a = check(left)
    let b = check(right)
    guard let a, let b else { return nil }
    if let float = [a, b].first(where: { $0.type.kind == .float }), a.type.isNumber, b.type.isNumber {
      return error(
        .typeMismatch, "^ is exclusive or of integers, not a power, and \(float.label) is float", at: float.span,
        hint: "write x * x for the square, sqrt(x) for the root, 1 / x for the inverse")
    }
    return binary(.bitXor, a, b, builder)
  }

  /// A power that seems to be meant.
  private struct Power {
    let range: Range<Int>
    /// What to type for the power.
    let words: String
    /// What to type for exclusive or.
    let mask: String

    init(_ range: Range<Int>, _ words: String, mask: String) {
      (self.range, self.words, self.mask) = (range, words, mask)
    }
  }

  /// The largest exponent that is taken for one.
  private static let largestExponent: Int64 = 9

  /// What looks like a power on both sides of `^`, by what stands next to the sign: `y^2` in `x + y^2`, where the
  /// exclusive or takes the whole sum. Numbers in hexadecimal or binary digits are masks.
  private func power(_ left: Syntax, _ right: Syntax) -> Power? {
    let scalars = source.scalars
    guard let sign = (left.range.upperBound..<right.range.lowerBound).first(where: { scalars[$0] == "^" }) else {
      return nil
    }
    guard let base = factor(left, endsAt: sign), let exponent = exponent(right, startsAt: sign + 1) else { return nil }
    let range = base.lowerBound..<exponent.range.upperBound
    let typed = source[base].written
    if let ten = decimal(base), ten == 2 || ten == 10 {
      // `2^n` and `10^6`: powers of a number, and the exponent may be anything.
      if let value = exponent.value {
        guard let whole = Int(exactly: value), 0...18 ~= whole else { return nil }
        let power = (0..<whole).reduce(1) { result, _ in result * Int(ten) }
        return Power(range, "\(power) for the power", mask: "\(mask(ten)) ^ \(mask(Double(whole)))")
      }
      guard ten == 2 else { return nil }
      let shift = source[exponent.range].written
      return Power(range, "1 << \(shift) for the power", mask: "0x2 ^ \(shift)")
    }
    guard let value = exponent.value else { return nil }
    if value == 0.5 { return Power(range, "sqrt(\(typed)) for the root", mask: typed) }
    guard let whole = Int64(exactly: value), 2...Self.largestExponent ~= whole else { return nil }
    let product = Array(repeating: typed, count: Int(whole)).joined(separator: " * ")
    let name = whole == 2 ? "square" : "power"
    return Power(range, "\(product) for the \(name)", mask: "\(typed) ^ \(mask(value))")
  }

  private func mask(_ value: Double) -> String { "0x\(String(Int64(value), radix: 16, uppercase: true))" }

  /// The factor that stands in front of the sign, with its parentheses; nil where there is none.
  private func factor(_ syntax: Syntax, endsAt sign: Int) -> Range<Int>? {
    var end = sign
    while end > 0, source.scalars[end - 1].isSpace { end -= 1 }
    var node = syntax
    while true {
      if node.range.upperBound < end {
        // A parenthesis closes behind it: the other one is in front, with nothing but space between.
        var start = node.range.lowerBound
        while start > 0, source.scalars[start - 1] != "(" { start -= 1 }
        return start > 0 ? start - 1..<end : nil
      }
      switch node.kind {
      case .binary(_, _, let right): node = right
      case .unary(_, let operand): node = operand
      default: return node.range
      }
    }
  }

  /// What stands behind the sign: a decimal number with its value, or anything else.
  private func exponent(_ syntax: Syntax, startsAt sign: Int) -> (range: Range<Int>, value: Double?)? {
    var start = sign
    while start < source.scalars.count, source.scalars[start].isSpace { start += 1 }
    var node = syntax
    while node.range.lowerBound == start, case .binary(_, let left, _) = node.kind { node = left }
    guard node.range.lowerBound == start else { return (syntax.range, nil) }
    if case .literal = node.kind {
      guard let value = decimal(node.range) else { return nil }
      return (node.range, value)
    }
    return (node.range, nil)
  }

  /// The number that stands there in decimal digits.
  private func decimal(_ range: Range<Int>) -> Double? {
    let scalars = source.scalars[range]
    guard scalars.allSatisfy({ $0.isDigit || $0 == "." }) else { return nil }
    return Double(source[range].text)
  }
}
