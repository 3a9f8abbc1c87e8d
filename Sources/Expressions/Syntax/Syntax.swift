/// A node of the syntax tree: what was typed, before names and types are looked up.
package struct Syntax: Sendable {
  /// What the node is, with the nodes below it.
  package indirect enum Kind: Sendable {
    /// A number, a quantity, `true`, `false`, or a quoted text.
    case literal(Constant)
    /// A column or a named constant, dotted or not.
    case name(String)
    case unary(UnaryOperator, Syntax)
    case binary(BinaryOperator, Syntax, Syntax)
    /// A function by the name that was typed, the place of that name, and its arguments.
    case call(String, nameRange: Range<Int>, [Syntax])
    /// `value in lower..upper`, both ends included.
    case inRange(Syntax, lower: Syntax, upper: Syntax, negated: Bool)
    /// `value in [a, b]`.
    case inList(Syntax, [Syntax], negated: Bool)
    /// `value is known`; negated for `is unknown`.
    case isKnown(Syntax, negated: Bool)
  }

  /// What the node is.
  package let kind: Kind
  /// The scalars of the text that the node stands for, parentheses around it not included.
  package let range: Range<Int>
  /// Levels of the tree from here down; the parser refuses more than ``maximumDepth``.
  let depth: Int

  /// Deeper trees are refused, so that no input can exhaust the stack of the passes that walk the tree.
  static let maximumDepth = 200

  init(_ kind: Kind, range: Range<Int>) {
    self.kind = kind
    self.range = range
    depth = 1 + (kind.children.map(\.depth).max() ?? 0)
  }

  /// The names of columns and constants that occur in it.
  package var names: Set<String> {
    var names: Set<String> = []
    collectNames(into: &names)
    return names
  }

  private func collectNames(into names: inout Set<String>) {
    if case .name(let name) = kind { names.insert(name) }
    for child in kind.children { child.collectNames(into: &names) }
  }
}

extension Syntax.Kind {
  /// The nodes directly below, in the order of the text.
  package var children: [Syntax] {
    switch self {
    case .literal, .name: []
    case .unary(_, let operand): [operand]
    case .binary(_, let left, let right): [left, right]
    case .call(_, _, let arguments): arguments
    case .inRange(let value, let lower, let upper, _): [value, lower, upper]
    case .inList(let value, let members, _): [value] + members
    case .isKnown(let value, _): [value]
    }
  }
}
