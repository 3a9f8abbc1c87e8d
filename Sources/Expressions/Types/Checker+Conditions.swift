import Columns
import Diagnostics

extension ExpressionTyper {
  func comparison(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ builder: Builder
  ) -> TypedExpression? {
    let isEquality = operation == .equal || operation == .notEqual
    guard let (x, y) = comparable(a, b, span: builder.span) else { return nil }
    guard x.type.isNumber || isEquality else {
      return error(
        .typeMismatch, "\(operation.rawValue) needs numbers, but \(a.label) is \(a.type.kind.name)", at: a.span,
        hint: "\(a.type.kind == .text ? "texts" : "booleans") can be compared by == and !=")
    }
    // `a > b` is `b < a`: one loop for both.
    let isSwapped = operation == .greater || operation == .greaterOrEqual
    let (left, right) = isSwapped ? (y, x) : (x, y)
    warn(Builder.verdict(operation.numeric, left, right), of: [a, b], builder)
    return builder.comparison(operation.numeric, left, right)
  }

  /// Two values of one kind and unit; reports where they cannot be.
  private func comparable(
    _ a: TypedExpression, _ b: TypedExpression, span: Span
  ) -> (TypedExpression, TypedExpression)? {
    if a.type.isNumber, b.type.isNumber {
      guard let (x, y) = aligned(a, b, span: span, { "cannot compare \($0) with \($1)" }) else { return nil }
      return unified(x, y)
    }
    guard a.type.kind == b.type.kind else {
      findings.error(
        .typeMismatch,
        "cannot compare \(a.label) (\(a.type.kind.name)) with \(b.label) (\(b.type.kind.name))", at: span,
        hint: quotesHint(a, b) ?? quotesHint(b, a))
      return nil
    }
    return (a, b)
  }

  /// A number in quotes, or a text without.
  private func quotesHint(_ a: TypedExpression, _ b: TypedExpression) -> String? {
    if a.type.kind == .text, b.type.isNumber, b.isLiteral { return "write '\(b.label)'" }
    if a.type.isNumber, let text = b.constant?.text, Double(text) != nil { return "write the number without quotes" }
    return nil
  }

  // MARK: in

  func range(
    _ value: TypedExpression, _ lower: TypedExpression, _ upper: TypedExpression, negated: Bool, _ builder: Builder
  ) -> TypedExpression? {
    guard number(value, "a range") else { return nil }
    let first = comparable(value, lower, span: lower.span)
    let last = comparable(value, upper, span: upper.span)
    guard let (x, low) = first, let (y, high) = last else { return nil }
    let isEmpty = isEmpty(low, high)
    let verdicts = [Builder.verdict(.lessOrEqual, low, x), Builder.verdict(.lessOrEqual, y, high)]
    let verdict = isEmpty || verdicts.contains(false) ? false : verdicts == [true, true] ? true : nil
    if isEmpty {
      findings.warning(
        .constantCondition,
        "the range \(lower.label)..\(upper.label) is empty, so this is \(negated ? "always" : "never") true",
        at: builder.span, hint: "write the smaller number first")
    } else {
      warn(verdict.map { $0 != negated }, of: [value], builder)
    }
    if let verdict, !value.type.mayBeUnknown, low.constant != nil, high.constant != nil {
      return builder.constant(.boolean(verdict != negated))
    }
    if verdict == nil, x.key == y.key, let first = low.constant, let last = high.constant {
      return negate(builder.within(x, first, last), negated, builder)
    }
    return negate(strictRange(x, low, y, high, builder), negated, builder)
  }

  /// Whether the bounds are constants in the wrong order. Bounds of different units were each aligned with the value,
  /// so only those of one unit can be compared.
  private func isEmpty(_ low: TypedExpression, _ high: TypedExpression) -> Bool {
    guard low.constant != nil, high.constant != nil, low.type.unit == high.type.unit else { return false }
    let (first, last) = unified(low, high)
    return Builder.verdict(.lessOrEqual, first, last) == false
  }

  private func strictRange(
    _ x: TypedExpression, _ low: TypedExpression, _ y: TypedExpression, _ high: TypedExpression, _ builder: Builder
  ) -> TypedExpression {
    builder.strict(.strictAnd, builder.comparison(.lessOrEqual, low, x), builder.comparison(.lessOrEqual, y, high))
  }

  private func negate(_ a: TypedExpression, _ negated: Bool, _ builder: Builder) -> TypedExpression {
    negated ? builder.not(a) : a
  }

  func list(
    _ value: TypedExpression, _ members: [TypedExpression], negated: Bool, _ builder: Builder
  ) -> TypedExpression? {
    let pairs = members.map { comparable(value, $0, span: $0.span) }
    guard pairs.allSatisfy({ $0 != nil }) else { return nil }
    let equalities = pairs.compactMap { $0 }
    let verdicts = equalities.map { Builder.verdict(.equal, $0, $1) }
    if verdicts.allSatisfy({ $0 == false }) {
      warn(negated, of: [value], builder)
    } else if verdicts.contains(true) {
      warn(!negated, of: [value], builder)
    } else if value.type.kind == .integer, !value.isFixed {
      for (member, verdict) in zip(members, verdicts) where verdict == false {
        findings.warning(
          .constantCondition, "\(value.label) is \(value.type.rangeText), so it is never \(member.label)",
          at: member.span)
      }
    }
    // One look-up serves all members that are constants of the value's own unit and kind.
    let isSimple = equalities.allSatisfy { $0.0.key == value.key && $0.1.constant != nil }
    if isSimple, value.type.kind == .integer || value.type.kind == .text, !value.isFixed,
      !verdicts.allSatisfy({ $0 == false }), !verdicts.contains(true)
    {
      let constants = equalities.compactMap { $0.1.constant }
      return negate(builder.among(value, constants), negated, builder)
    }
    let tests = equalities.map { builder.comparison(.equal, $0, $1) }
    return negate(tests.dropFirst().reduce(tests[0]) { builder.strict(.strictOr, $0, $1) }, negated, builder)
  }

  func knownness(_ value: TypedExpression, negated: Bool, _ builder: Builder) -> TypedExpression {
    let known = builder.isKnown(value)
    if !value.type.mayBeUnknown, !value.isFixed {
      findings.warning(
        .constantCondition, "\(value.label) is always known, so this is \(negated ? "never" : "always") true",
        at: builder.span)
    }
    return negated ? builder.not(known) : known
  }

  // MARK: Conditions that never change

  /// Warns where a test gives the same for all possible values. A test of constants alone is a setting, not a slip; one
  /// that is true wherever its values are known still tells known from unknown.
  private func warn(_ verdict: Bool?, of operands: [TypedExpression], _ builder: Builder) {
    guard let verdict, operands.contains(where: { !$0.columns.isEmpty }) else { return }
    if verdict, operands.contains(where: { $0.type.mayBeUnknown }) { return }
    let ranges = operands.filter { !$0.columns.isEmpty && $0.type.kind == .integer }
      .map { "\($0.label) is \($0.type.rangeText)" }
    let fractions = operands.contains { $0.constant.map { $0.integer == nil } == true }
    let reason =
      ranges.isEmpty
      ? "this" : "\(ranges.joined(separator: " and "))\(fractions ? " without fractions" : ""), so this"
    findings.warning(
      .constantCondition, "\(reason) is \(verdict ? "always" : "never") true", at: builder.span)
  }
}

extension ValueType {
  /// `0..255 ns`.
  var rangeText: String {
    let bounds =
      range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)..\(range.upperBound)"
    return unit.symbol.isEmpty ? bounds : "\(bounds) \(unit.symbol)"
  }
}
