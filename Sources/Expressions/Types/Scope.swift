import Columns

/// What a name stands for.
public enum Symbol: Sendable {
  case column(ValueType)
  case constant(Constant)
}

/// The names that an expression can use.
public protocol Scope: Sendable {
  func symbol(named name: String) -> Symbol?
  /// Every name, for "did you mean".
  var names: [String] { get }
}

/// A scope that is a table.
public struct DictionaryScope: Scope {
  /// What each name stands for.
  public var symbols: [String: Symbol]

  public init(_ symbols: [String: Symbol] = [:]) {
    self.symbols = symbols
  }

  public func symbol(named name: String) -> Symbol? { symbols[name] }
  public var names: [String] { symbols.keys.sorted() }
}
