import Columns
import Diagnostics

/// Cuts the text of an expression into tokens. The first mistake is reported and ends it.
struct Lexer {
  let source: LocatedText
  let scalars: [Unicode.Scalar]
  let findings: Findings
  var index = 0

  /// The tokens with an `end` behind the last, or nil where a mistake was reported.
  static func tokens(of source: LocatedText, findings: Findings) -> [Token]? {
    var lexer = Lexer(source: source, scalars: source.scalars, findings: findings)
    var tokens: [Token] = []
    while true {
      lexer.skipSpace()
      guard lexer.index < lexer.scalars.count else { break }
      guard let token = lexer.next() else { return nil }
      tokens.append(token)
    }
    // The end of the expression is behind its last word, not behind the space that may follow.
    let end = tokens.last?.range.upperBound ?? 0
    tokens.append(Token(kind: .end, range: end..<end))
    return tokens
  }

  func scalar(at index: Int) -> Unicode.Scalar? { scalars.indices.contains(index) ? scalars[index] : nil }

  func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  /// What was typed there, for messages: where a variable stands, its name and not its value.
  func written(_ range: Range<Int>) -> String { source[range].written }

  mutating func skipSpace() {
    while let scalar = scalar(at: index), scalar.isSpace { index += 1 }
  }

  /// Reports a mistake of form and ends the scan.
  func fail<T>(_ message: String, _ range: Range<Int>, code: FindingCode = .expressionSyntax, hint: String? = nil) -> T?
  {
    findings.error(code, message, at: source.span(range), hint: hint)
    return nil
  }

  private mutating func next() -> Token? {
    let start = scalars[index]
    if start.isDigit { return number() }
    if start.startsName { return name() }
    if start == "'" || start == "\"" { return quoted(by: start) }
    if start == ".", let digit = scalar(at: index + 1), digit.isDigit {
      let end = (index + 1..<scalars.count).first { !scalars[$0].isDigit } ?? scalars.count
      return fail("a number starts with a digit", index..<(index + 2), hint: "write 0\(written(index..<end))")
    }
    return symbol()
  }

  /// Where the name that starts at `start` ends, dots not included.
  func nameEnd(from start: Int) -> Int {
    var end = start
    while let scalar = scalar(at: end), scalar.continuesName { end += 1 }
    return end
  }

  private mutating func name() -> Token {
    let start = index
    index = nameEnd(from: index)
    while scalar(at: index) == ".", let following = scalar(at: index + 1), following.startsName {
      index = nameEnd(from: index + 1)
    }
    let text = text(start..<index)
    let kind: Token.Kind =
      switch Token.Word(rawValue: text) {
      case .true: .literal(.boolean(true))
      case .false: .literal(.boolean(false))
      case let word?: .word(word)
      case nil: .name(text)
      }
    return Token(kind: kind, range: start..<index)
  }

  private mutating func quoted(by quote: Unicode.Scalar) -> Token? {
    let start = index
    guard let end = scalars[(start + 1)...].firstIndex(of: quote) else {
      return fail("this text has no closing quote", start..<scalars.count, hint: "end it with \(quote)")
    }
    index = end + 1
    return Token(kind: .literal(.text(text((start + 1)..<end))), range: start..<index)
  }

  private static let symbols = [
    "==", "!=", "<=", ">=", "<<", ">>", "//", "..", "+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "(", ")", "[",
    "]",
    ",",
  ]

  /// What other languages write, and what to type here.
  private static let foreign: [(symbol: String, hint: String)] = [
    ("===", "write =="), ("!==", "write !="), ("..<", "write a..b, which includes both ends"),
    ("...", "write a..b, which includes both ends"), ("&&", "write and"), ("||", "write or"),
    ("**", "write x * x for the square, sqrt(x) for the root"), ("<>", "write !="), ("<=>", "write =="),
    ("!", "write not"), ("=", "write == to compare"), ("=>", "write >="), ("=<", "write <="),
    ("~", "write not before a condition, and x ^ -1 for the complement of an integer"),
    ("?", "write if(condition, a, b)"), ("{", "write a list as [1, 2]"), ("\\", "write / or //"), ("≤", "write <="),
    ("≥", "write >="), ("≠", "write !="),
    ("×", "write *"), ("·", "write *"), ("−", "write -, the minus of the keyboard"), ("÷", "write /"),
  ]

  /// Operators that are words in other languages, and what to type here.
  static let foreignWords = [
    "xor": "write ^ between integers, != between conditions", "mod": "write %", "div": "write //",
    "if": "write if(condition, a, b)", "between": "write in a..b, which includes both ends",
  ]

  private func matches(_ symbol: String) -> Bool {
    var position = index
    for expected in symbol.unicodeScalars {
      guard scalar(at: position) == expected else { return false }
      position += 1
    }
    return true
  }

  private mutating func symbol() -> Token? {
    let start = index
    let known = Self.symbols.first { matches($0) }
    let foreign = Self.foreign.filter { matches($0.symbol) }.max { $0.symbol.count < $1.symbol.count }
    // The longer of the two is meant: `&&` is not two `&`, and `!=` is not a `!`.
    if let foreign, foreign.symbol.count > (known?.count ?? 0) {
      let end = start + foreign.symbol.unicodeScalars.count
      return fail("\(foreign.symbol) is not an operator of this language", start..<end, hint: foreign.hint)
    }
    guard let known else {
      let character = printable(scalars[start]) ?? written(start..<(start + 1))
      return fail("\(character) has no meaning here", start..<(start + 1))
    }
    index += known.unicodeScalars.count
    return Token(kind: .symbol(known), range: start..<index)
  }

  /// A name for what would not show in a message.
  private func printable(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      "the character U+\(String(scalar.value, radix: 16, uppercase: true))"
    default: nil
    }
  }
}
