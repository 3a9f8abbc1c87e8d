import Diagnostics

/// A piece of configuration with its place in the file: what YAML (or an option of the command line) gives, and what
/// specifications check.
public struct Node: Sendable {
  public struct Entry: Sendable {
    /// The key's text and the place of each of its characters.
    public let key: LocatedText
    public let value: Node

    public init(key: LocatedText, value: Node) {
      self.key = key
      self.value = value
    }

    public var name: String { key.text }
  }

  public indirect enum Content: Sendable {
    /// A scalar; `quoted` says that it stood in quotes, so that it is text whatever it looks like.
    case scalar(LocatedText, quoted: Bool)
    case list([Node])
    /// The entries in the order of the file; keys are unique.
    case mapping([Entry])
    /// A key with nothing behind it, `~`, or `null`.
    case empty
  }

  public let content: Content
  /// The whole of it. Where an alias stands for it, the place of the alias.
  public let span: Span

  public init(_ content: Content, span: Span) {
    self.content = content
    self.span = span
  }

  public var scalar: LocatedText? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  public var isQuoted: Bool {
    if case .scalar(_, let quoted) = content { quoted } else { false }
  }

  public var list: [Node]? {
    if case .list(let nodes) = content { nodes } else { nil }
  }

  public var mapping: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  public var isEmpty: Bool {
    if case .empty = content { true } else { false }
  }

  public subscript(key: String) -> Node? {
    mapping?.first { $0.name == key }?.value
  }

  /// What it is, for messages: "a list", "a block of keys", "a single value", "nothing".
  public var kindName: String {
    switch content {
    case .scalar: "a single value"
    case .list: "a list"
    case .mapping: "a block of keys"
    case .empty: "nothing"
    }
  }
}
