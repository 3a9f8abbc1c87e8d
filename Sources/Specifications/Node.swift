import Diagnostics

/// A piece of configuration with its place in the file: what YAML (or an option of the command line) gives, and what
/// specifications check.
package struct Node: Sendable {
  package struct Entry: Sendable {
    /// The key's text and the place of each of its characters.
    package let key: LocatedText
    package let value: Node

    package init(key: LocatedText, value: Node) {
      self.key = key
      self.value = value
    }

    package var name: String { key.text }
  }

  package indirect enum Content: Sendable {
    /// A scalar; `quoted` says that it stood in quotes, so that it is text whatever it looks like.
    case scalar(LocatedText, quoted: Bool)
    case list([Node])
    /// The entries in the order of the file; keys are unique.
    case mapping([Entry])
    /// A key with nothing behind it, `~`, or `null`.
    case empty
  }

  package let content: Content
  /// The whole of it. Where an alias stands for it, the place of the alias.
  package let span: Span

  package init(_ content: Content, span: Span) {
    self.content = content
    self.span = span
  }

  package var scalar: LocatedText? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  package var isQuoted: Bool {
    if case .scalar(_, let quoted) = content { quoted } else { false }
  }

  package var list: [Node]? {
    if case .list(let nodes) = content { nodes } else { nil }
  }

  package var mapping: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  package var isEmpty: Bool {
    if case .empty = content { true } else { false }
  }

  package subscript(key: String) -> Node? {
    mapping?.first { $0.name == key }?.value
  }

  /// What it is, for messages: "a list", "a block of keys", "a single value", "nothing".
  package var kindName: String {
    switch content {
    case .scalar: "a single value"
    case .list: "a list"
    case .mapping: "a block of keys"
    case .empty: "nothing"
    }
  }
}
