import Diagnostics

extension Parser {
  /// A literal, a name, a call, or an expression in parentheses.
  mutating func primary() -> Syntax? {
    let start = current
    switch start.kind {
    case .literal(let constant):
      advance()
      return node(.literal(constant), start.range)
    case .name(let name):
      advance()
      if current.isSymbol("(") {
        guard let arguments = arguments() else { return nil }
        return node(
          .call(name, nameRange: start.range, arguments), range(from: start.range.lowerBound))
      }
      return node(.name(name), start.range)
    case .symbol("("):
      advance()
      guard let inner = expression() else { return nil }
      guard take(")") else {
        return unexpected(wanted: ")", hint: "close the parenthesis of column \(column(of: start))")
      }
      return inner
    case .symbol("["):
      return fail("a list stands only behind in", start.range, hint: "write HEAD in [1, 2]")
    default:
      guard tokens.count > 1 else { return fail("the expression is empty", 0..<source.scalars.count) }
      return unexpected(wanted: "a value")
    }
  }

  private func column(of token: Token) -> Int { source.span(token.range).start.column }

  /// The arguments of a call; the current token is the opening parenthesis.
  mutating func arguments() -> [Syntax]? {
    let open = current
    advance()
    var arguments: [Syntax] = []
    if take(")") { return arguments }
    while true {
      guard let argument = expression() else { return nil }
      arguments.append(argument)
      if take(")") { return arguments }
      guard take(",") else {
        return unexpected(wanted: "a comma or )", hint: "close the parenthesis of column \(column(of: open))")
      }
    }
  }

  /// `in ...`, `not in ...` or `is ...` behind `value`; the current token is the first of them.
  mutating func test(of value: Syntax, from start: Int) -> Syntax? {
    if take(.is) { return knownness(of: value, from: start) }
    let negated = take(.not)
    advance()
    if current.isSymbol("[") { return membership(of: value, from: start, negated: negated) }
    guard let lower = expression(Precedence.bitOr) else { return nil }
    guard take("..") else {
      let single = written(lower.range)
      if case .binary(.subtract, let first, let last) = lower.kind {
        return fail(
          "a range is written with two points", lower.range,
          hint: "write in \(written(first.range))..\(written(last.range))")
      }
      return unexpected(wanted: "..", hint: "write in \(single)..63 for a range or in [\(single)] for a list")
    }
    guard let upper = expression(Precedence.bitOr) else { return nil }
    return node(.inRange(value, lower: lower, upper: upper, negated: negated), range(from: start))
  }

  private mutating func knownness(of value: Syntax, from start: Int) -> Syntax? {
    let negated = take(.not)
    if current.isName("known") {
      advance()
      return node(.isKnown(value, negated: negated), range(from: start))
    }
    if current.isName("unknown") {
      advance()
      return node(.isKnown(value, negated: !negated), range(from: start))
    }
    return unexpected(wanted: "known or unknown", hint: "write is known, is unknown, or == to compare")
  }

  private mutating func membership(of value: Syntax, from start: Int, negated: Bool) -> Syntax? {
    let open = current
    advance()
    var members: [Syntax] = []
    if current.isSymbol("]") {
      return fail("this list is empty", open.range.lowerBound..<current.range.upperBound, hint: "write in [1, 2]")
    }
    while true {
      guard let member = expression(Precedence.bitOr) else { return nil }
      members.append(member)
      if take("]") { break }
      if current.isSymbol("..") {
        return fail("a range stands without brackets", current.range, hint: "write in \(written(member.range))..63")
      }
      guard take(",") else {
        return unexpected(wanted: "a comma or ]", hint: "close the list of column \(column(of: open))")
      }
    }
    return node(.inList(value, members, negated: negated), range(from: start))
  }
}
