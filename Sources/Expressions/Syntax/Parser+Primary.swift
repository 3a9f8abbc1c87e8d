import Diagnostics

extension Parser {
  /// The most members of a list.
  private static let longestList = 10_000

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
      // Each argument of min and max is one level more of what is computed.
      guard arguments.count <= Syntax.maximumDepth else {
        return fail(
          "this call has more than \(Syntax.maximumDepth) arguments", argument.range,
          hint: "compute parts of it in columns of their own")
      }
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
    if current.isSymbol("("), let list = listInParentheses() {
      return fail("a list stands in brackets", list.range, hint: "write in [\(list.members)]")
    }
    let place = current.range.lowerBound
    guard let lower = expression(Precedence.bitOr) else { return nil }
    guard take("..") else {
      let single = written(lower.range)
      if current.isSymbol(",") {
        while take(",") { guard expression(Precedence.bitOr) != nil else { return nil } }
        let list = range(from: place)
        return fail("a list stands in brackets", list, hint: "write in [\(written(list))]")
      }
      if case .call("range", _, let arguments) = lower.kind, let last = arguments.last {
        let first = arguments.count > 1 ? written(arguments[0].range) : "0"
        var end = "\(written(last.range)) - 1"
        if case .literal(let constant) = last.kind, let value = constant.integer { end = "\(value &- 1)" }
        return fail(
          "a range is written with two points", lower.range,
          hint: "write in \(first)..\(end), which includes both ends")
      }
      if case .binary(.subtract, let first, let last) = lower.kind {
        return fail(
          "a range is written with two points", lower.range,
          hint: "write in \(written(first.range))..\(written(last.range))")
      }
      return unexpected(
        wanted: "..",
        hint: "write in [\(single)] for \(single) alone, or both ends of a range, such as in \(single)..LAST")
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
    let comparison = negated ? "is not unknown, or != to compare" : "is unknown, or == to compare"
    return unexpected(wanted: "known or unknown", hint: "write is \(negated ? "not " : "")known, \(comparison)")
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
      guard members.count <= Self.longestList else {
        return fail(
          "this list has more than \(Self.longestList) members", member.range,
          hint: "write a range such as in 0..63, or join several lists with or")
      }
      if take("]") { break }
      if current.isSymbol("..") {
        let place = current.range
        let upper = following.range.lowerBound
        advance()
        guard expression(Precedence.bitOr) != nil else { return nil }
        let range = "\(written(member.range))..\(written(range(from: upper)))"
        guard members.count == 1, current.isSymbol("]") else {
          return fail(
            "a range stands without brackets", place,
            hint: "write in \(range), and join what else belongs to it with or")
        }
        return fail("a range stands without brackets", place, hint: "write in \(range)")
      }
      guard take(",") else {
        return unexpected(wanted: "a comma or ]", hint: "close the list of column \(column(of: open))")
      }
    }
    return node(.inList(value, members, negated: negated), range(from: start))
  }

  /// `(1, 2)`, where the current parenthesis holds a list; nil where it holds anything else.
  private func listInParentheses() -> (range: Range<Int>, members: String)? {
    var depth = 0
    var hasComma = false
    for token in tokens[position...] {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(","), depth == 1 { hasComma = true }
      guard token.isSymbol(")") else { continue }
      depth -= 1
      guard depth == 0 else { continue }
      let range = current.range.lowerBound..<token.range.upperBound
      return hasComma ? (range, written(current.range.upperBound..<token.range.lowerBound)) : nil
    }
    return nil
  }
}
