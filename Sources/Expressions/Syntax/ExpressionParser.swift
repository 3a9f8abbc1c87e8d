import Diagnostics

/// From text to syntax tree. Precedences are those of Python.
package enum ExpressionParser {
  /// Words that cannot name a column or a constant.
  package static let reservedWords: [String] = Token.Word.allCases.map(\.rawValue) + ["if"]

  /// The expression that `text` is, or nil where a mistake was reported (`expression-syntax`, `unknown-unit`,
  /// `constant-overflow`).
  package static func parse(_ text: LocatedText, findings: Findings) -> Expression? {
    guard let tokens = Lexer.tokens(of: text, findings: findings) else { return nil }
    var parser = Parser(source: text, tokens: tokens, findings: findings)
    guard let root = parser.expression(), parser.expectEnd() else { return nil }
    return Expression(source: text, root: root)
  }

  /// The group function that `text` is, such as `count`, `min(time)` or `mean(drift) where chamber == 0`; nil where a
  /// mistake was reported (the codes of ``parse(_:findings:)``, `unknown-function`, `wrong-argument-count`).
  package static func parseGroupFunction(_ text: LocatedText, findings: Findings) -> GroupFunctionCall? {
    guard let tokens = Lexer.tokens(of: text, findings: findings) else { return nil }
    var parser = Parser(source: text, tokens: tokens, findings: findings)
    return parser.groupFunction()
  }
}

/// A cursor over the tokens of one text. A method that reports a mistake returns nil, and the parse ends.
struct Parser {
  let source: LocatedText
  let tokens: [Token]
  let findings: Findings
  var position = 0
  private var nesting = 0

  init(source: LocatedText, tokens: [Token], findings: Findings) {
    self.source = source
    self.tokens = tokens
    self.findings = findings
  }

  var current: Token { tokens[position] }
  var following: Token { tokens[min(position + 1, tokens.count - 1)] }

  mutating func advance() { position = min(position + 1, tokens.count - 1) }

  mutating func take(_ symbol: String) -> Bool {
    guard current.isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func take(_ word: Token.Word) -> Bool {
    guard current.isWord(word) else { return false }
    advance()
    return true
  }

  /// What was typed there, for messages: where a variable stands, its name and not its value.
  func written(_ range: Range<Int>) -> String { source[range].written }

  func fail<T>(_ message: String, _ range: Range<Int>, code: FindingCode = .expressionSyntax, hint: String? = nil) -> T?
  {
    findings.error(code, message, at: source.span(range), hint: hint)
    return nil
  }

  /// Reports the current token as out of place.
  func unexpected<T>(wanted: String, hint: String? = nil) -> T? {
    if current.kind == .end { return fail("\(wanted) is missing at the end", current.range, hint: hint) }
    return fail("\(wanted) is expected here, not \(written(current.range))", current.range, hint: hint)
  }

  /// A node, unless the tree would become too deep.
  func node(_ kind: Syntax.Kind, _ range: Range<Int>) -> Syntax? {
    let node = Syntax(kind, range: range)
    return node.depth > Syntax.maximumDepth ? tooDeep(range) : node
  }

  private func tooDeep<T>(_ range: Range<Int>) -> T? {
    fail("this expression is nested too deeply", range, hint: "compute parts of it in columns of their own")
  }

  func expectEnd() -> Bool {
    guard current.kind != .end else { return true }
    let found = written(current.range)
    var hint: String?
    switch current.kind {
    case .name where ["and", "or", "not", "in", "is"].contains(found.lowercased()): hint = "write \(found.lowercased())"
    case .name where Lexer.foreignWords[found.lowercased()] != nil: hint = Lexer.foreignWords[found.lowercased()]
    case .name, .literal: hint = "put an operator before \(found)"
    case .word(.not): hint = "write != to compare, or not in before a list or a range"
    case .word(.where): hint = "where belongs to group functions; here join conditions with and"
    case .symbol(")"): hint = "no parenthesis is open here"
    case .symbol("]"): hint = "no list is open here"
    case .symbol(".."): hint = "a range stands behind in, such as wire in 0..63"
    case .symbol(",") where isBetweenDigits: hint = "write numbers with a point and without commas, such as 0.5 or 1000"
    case .symbol(","): hint = "a list stands in brackets behind in, such as HEAD in [1, 2]"
    default: break
    }
    findings.error(
      .expressionSyntax, "the expression should end before \(found)", at: source.span(current.range), hint: hint)
    return false
  }

  /// Whether the current comma belongs to a number: `0,5` or `1,000`.
  private var isBetweenDigits: Bool {
    let comma = current.range
    func isDigit(_ index: Int) -> Bool { source.scalars.indices.contains(index) && source.scalars[index].isDigit }
    return isDigit(comma.lowerBound - 1) && isDigit(comma.upperBound)
  }

  /// An expression of operators that bind at least as tightly as `minimum`.
  mutating func expression(_ minimum: Int = Precedence.lowest) -> Syntax? {
    // Parentheses leave no trace in the depth of the tree, but they too take stack: with the operand in them two
    // levels.
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= 2 * Syntax.maximumDepth else { return tooDeep(current.range) }
    let start = current.range.lowerBound
    guard var left = prefixed(minimum) else { return nil }
    while true {
      if let operation = current.binaryOperator {
        guard operation.precedence >= minimum else { return left }
        let first = range(from: start)
        advance()
        let second = current.range.lowerBound
        guard let right = expression(operation.precedence + 1) else { return nil }
        if operation.isComparison, chains {
          return refuseChain(ComparisonChain(first), operation, WrittenOperand(right, range(from: second)))
        }
        guard let joined = node(.binary(operation, left, right), range(from: start)) else { return nil }
        left = joined
      } else if isPostfix {
        guard Precedence.comparison >= minimum else { return left }
        guard let tested = test(of: left, from: start) else { return nil }
        if chains {
          return fail("comparisons cannot be chained", current.range, hint: ComparisonChain.hint)
        }
        left = tested
      } else {
        return left
      }
    }
  }

  /// From `start` to the end of the last token taken, parentheses included.
  func range(from start: Int) -> Range<Int> { start..<tokens[max(position - 1, 0)].range.upperBound }

  var isPostfix: Bool {
    current.isWord(.in) || current.isWord(.is) || (current.isWord(.not) && following.isWord(.in))
  }

  private var chains: Bool { current.binaryOperator?.isComparison == true || isPostfix }

  private mutating func prefixed(_ minimum: Int) -> Syntax? {
    let start = current
    if take(.not) {
      guard minimum <= Precedence.not else {
        let follows = position >= 2 ? tokens[position - 2].binaryOperator : nil
        return fail(
          "not needs parentheses here", start.range,
          hint: follows == .equal ? "write != for what is not equal, (not ...) round a condition" : "write (not ...)")
      }
      guard let operand = expression(Precedence.not) else { return nil }
      return node(.unary(.not, operand), range(from: start.range.lowerBound))
    }
    if take("-") {
      guard let operand = expression(Precedence.unaryMinus) else { return nil }
      return node(.unary(.minus, operand), range(from: start.range.lowerBound))
    }
    if current.isSymbol("+") {
      return fail("a value is expected here, not +", start.range, hint: "leave the + out")
    }
    return primary()
  }
}
