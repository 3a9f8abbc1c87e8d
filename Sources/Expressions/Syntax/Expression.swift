import Diagnostics

/// A parsed expression with the text that it came from.
package struct Expression: Sendable {
  /// The text that the ranges of ``root`` index.
  package let source: LocatedText
  /// The whole tree.
  package let root: Syntax

  /// The identifiers used: columns and named constants, functions not included.
  package var names: Set<String> { root.names }
  /// The place of the whole expression.
  package var span: Span { source.span(root.range) }

  init(source: LocatedText, root: Syntax) {
    self.source = source
    self.root = root
  }
}

/// A parsed group function such as `min(time) where FPGA == 1`.
package struct GroupFunctionCall: Sendable {
  /// How the hits of a group are summed up.
  package let function: GroupFunction
  /// Nil for `count` alone.
  package let argument: Expression?
  /// What stands behind `where`.
  package let condition: Expression?
  /// The place of the whole call, its condition included.
  package let span: Span

  /// The identifiers used in the argument and the condition.
  package var names: Set<String> { (argument?.names ?? []).union(condition?.names ?? []) }
}
