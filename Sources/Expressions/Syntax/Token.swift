/// A word of the language with its place in the text.
struct Token {
  enum Kind: Equatable {
    case literal(Constant)
    case name(String)
    /// A reserved word.
    case word(Word)
    /// An operator or a bracket, as typed.
    case symbol(String)
    case end
  }

  enum Word: String, CaseIterable {
    case and, or, not, `in`, `is`, `true`, `false`, `where`
  }

  let kind: Kind
  let range: Range<Int>

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
  func isWord(_ word: Word) -> Bool { kind == .word(word) }
  func isName(_ name: String) -> Bool { kind == .name(name) }

  /// The operator that the token is between two operands, apart from `in` and `is`.
  var binaryOperator: BinaryOperator? {
    switch kind {
    case .symbol(let symbol): BinaryOperator(rawValue: symbol)
    case .word(.and): .and
    case .word(.or): .or
    default: nil
    }
  }
}

extension Unicode.Scalar {
  var isSpace: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" || self == "\u{a0}" }
  var isDigit: Bool { "0"..."9" ~= self }
  var startsName: Bool { self == "_" || properties.isAlphabetic }
  var continuesName: Bool { startsName || isDigit }
}
