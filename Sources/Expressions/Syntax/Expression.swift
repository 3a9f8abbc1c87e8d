import Diagnostics

/// A parsed expression with the text that it came from.
public struct Expression: Sendable {
  /// The text that the ranges of ``root`` index.
  public let source: LocatedText
  /// The whole tree.
  public let root: Syntax

  /// The identifiers used: columns and named constants, functions not included.
  public var names: Set<String> { root.names }
  /// The place of the whole expression.
  public var span: Span { source.span(root.range) }

  init(source: LocatedText, root: Syntax) {
    self.source = source
    self.root = root
  }
}

/// A parsed aggregate such as `min(time) where FPGA == 1`.
public struct AggregateCall: Sendable {
  /// How the hits of a group are summed up.
  public let function: AggregateFunction
  /// Nil for `count` alone.
  public let argument: Expression?
  /// What stands behind `where`.
  public let condition: Expression?
  /// The place of the whole call, its condition included.
  public let span: Span

  /// The identifiers used in the argument and the condition.
  public var names: Set<String> { (argument?.names ?? []).union(condition?.names ?? []) }
}
