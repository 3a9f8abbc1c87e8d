import Columns

/// What a name stands for.
package enum Symbol: Sendable {
  case column(ValueType)
  case constant(Constant)
}

/// The names that an expression can use.
package protocol Scope: Sendable {
  func symbol(named name: String) -> Symbol?
  /// Every name, for "did you mean".
  var names: [String] { get }
}

/// A scope that is a table.
package struct DictionaryScope: Scope {
  /// What each name stands for.
  package var symbols: [String: Symbol]

  package init(_ symbols: [String: Symbol] = [:]) {
    self.symbols = symbols
  }

  package func symbol(named name: String) -> Symbol? { symbols[name] }
  package var names: [String] { symbols.keys.sorted() }
}
