import Diagnostics

/// A parsed expression with the text that it came from.
public struct Expression: Sendable {
  public let source: LocatedText
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
  public let function: AggregateFunction
  /// Nil for `count` alone.
  public let argument: Expression?
  /// What stands behind `where`.
  public let condition: Expression?
  public let span: Span

  /// The identifiers used in the argument and the condition.
  public var names: Set<String> { (argument?.names ?? []).union(condition?.names ?? []) }
}
