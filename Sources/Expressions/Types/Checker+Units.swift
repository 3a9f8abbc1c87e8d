import Columns
import Diagnostics

extension ExpressionTyper {
  /// Both values in the finer of their units; reports where they measure different things. `message` tells what was
  /// tried.
  func aligned(
    _ a: TypedExpression, _ b: TypedExpression, span: Span, _ message: (String, String) -> String
  ) -> (TypedExpression, TypedExpression)? {
    guard a.type.unit.dimension == b.type.unit.dimension else {
      let (plain, other) = b.type.unit.isNone ? (b, a) : (a, b)
      findings.error(
        .unitMismatch, message(a.described, b.described), at: span, hint: plain.unitHint(toMatch: other.type.unit))
      return nil
    }
    let isFirstFiner = Ratio.isSmaller(a.type.unit.scale, than: b.type.unit.scale)
    let finer = isFirstFiner ? a.type.unit : b.type.unit
    guard let x = converted(a, to: finer), let y = converted(b, to: finer) else { return nil }
    return (x, y)
  }

  /// `a` in a unit of its own dimension.
  func converted(_ a: TypedExpression, to unit: Unit) -> TypedExpression? {
    guard let factor = a.type.unit.factor(to: unit) else {
      return error(
        .unitMismatch, "\(a.described) is too far from \(unit.symbol) to be converted exactly", at: a.span)
    }
    return Builder(words: a.words, span: a.span).convert(a, by: factor, to: unit)
  }

  /// Two numbers as one kind: integers, or floats where either is one.
  func unified(_ a: TypedExpression, _ b: TypedExpression) -> (TypedExpression, TypedExpression) {
    guard a.type.kind != b.type.kind else { return (a, b) }
    return (
      Builder(words: a.words, span: a.span).toFloat(a), Builder(words: b.words, span: b.span).toFloat(b)
    )
  }

  func unitTooLarge(_ builder: Builder) -> TypedExpression? {
    error(.unitMismatch, "the unit of \(builder.label) is too large or too small to compute with", at: builder.span)
  }
}

extension Builder {
  /// The value times `factor`, in `unit`. An integer where that is exact for every value, else a float.
  func convert(_ a: TypedExpression, by factor: Ratio, to unit: Unit) -> TypedExpression {
    if factor == .one { return relabelled(a, unit: unit) }
    if a.isAlwaysUnknown {
      return unknown(a.type.kind == .integer ? .integer(unit: unit) : .float(unit: unit))
    }
    let numerator = Int128(factor.numerator)
    let denominator = Int128(factor.denominator)
    if let value = a.integerConstant {
      let product = Int128(value) * numerator
      if product % denominator == 0, Interval(product / denominator, product / denominator).fits {
        return integer(Int64(product / denominator), unit: unit)
      }
    }
    if a.type.kind == .integer, denominator == 1 {
      let times = constant(.integer(factor.numerator))
      if (a.interval * times.interval).fits { return integers(.multiply, a, times, unit: unit) }
    }
    var result = toFloat(a)
    if numerator != 1 { result = floats(.multiply, result, constant(.float(Double(factor.numerator))), unit: unit) }
    if denominator != 1 { result = floats(.divide, result, constant(.float(Double(factor.denominator))), unit: unit) }
    return relabelled(result, unit: unit)
  }
}
