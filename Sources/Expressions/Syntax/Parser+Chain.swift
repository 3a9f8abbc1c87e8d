import Diagnostics

/// An operand as it was typed: a syntax tree leaves no trace of the parentheses around it.
struct WrittenOperand {
  let syntax: Syntax
  /// With the parentheses around it.
  let range: Range<Int>

  init(_ syntax: Syntax, _ range: Range<Int>) {
    self.syntax = syntax
    self.range = range
  }

  var isInParentheses: Bool { range != syntax.range }
}

/// What to type for `a < b < c`.
struct ComparisonChain {
  static let hint = "join two comparisons with and"

  /// The comparisons so far, each joined to the one before it; the last one is still without its right side.
  private var text: [Range<Int>]
  private var parts: [String] = []

  init(_ first: Range<Int>) { text = [first] }

  /// Another operator with the operand to its right.
  mutating func add(_ operation: BinaryOperator, _ operand: WrittenOperand, isLast: Bool, in parser: Parser) {
    parts += [parser.written(text[text.count - 1]), operation.rawValue]
    guard !isLast, let (join, left, right) = parser.condition(joinedIn: operand) else {
      parts.append(parser.written(operand.range))
      if !isLast { parts.append("and") }
      text.append(operand.range)
      return
    }
    parts += [parser.written(left), join]
    text.append(right)
  }

  var words: String { parts.joined(separator: " ") }
}

extension Parser {
  /// Reports the comparison that follows another one, with all that follow it.
  mutating func refuseChain(_ start: ComparisonChain, _ operation: BinaryOperator, _ right: WrittenOperand) -> Syntax? {
    let place = current.range
    var chain = start
    var (last, operand) = (operation, right)
    while let next = current.binaryOperator, next.isComparison {
      chain.add(last, operand, isLast: false, in: self)
      advance()
      let start = current.range.lowerBound
      guard let syntax = expression(next.precedence + 1) else { return nil }
      (last, operand) = (next, WrittenOperand(syntax, range(from: start)))
    }
    // `in` and `is` follow: there is no short way to say what to type.
    guard current.binaryOperator != nil || !isPostfix else {
      return fail("comparisons cannot be chained", place, hint: ComparisonChain.hint)
    }
    chain.add(last, operand, isLast: true, in: self)
    return fail("comparisons cannot be chained", place, hint: "write \(chain.words)")
  }

  /// `a == 1 | b == 2` compares `1 | b`, as `|` binds more tightly than `==`. Its author means `or`.
  fileprivate func condition(joinedIn operand: WrittenOperand) -> (join: String, left: Range<Int>, right: Range<Int>)? {
    guard !operand.isInParentheses, case .binary(let operation, let left, let right) = operand.syntax.kind,
      operation == .bitOr || operation == .bitAnd,
      let sign = tokens.firstIndex(where: {
        $0.isSymbol(operation.rawValue) && $0.range.lowerBound >= left.range.upperBound
          && $0.range.upperBound <= right.range.lowerBound
      }), sign > 0
    else { return nil }
    return (
      operation == .bitOr ? "or" : "and", operand.range.lowerBound..<tokens[sign - 1].range.upperBound,
      tokens[sign + 1].range.lowerBound..<operand.range.upperBound
    )
  }
}
