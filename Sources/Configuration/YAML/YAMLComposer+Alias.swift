import Diagnostics
import Specifications

extension YAMLComposer {
  /// How much a node is.
  struct Size {
    var nodes = 0
    var characters = 0
    var depth = 0

    init() {}

    init(_ node: Node) {
      nodes = 1
      depth = 1
      switch node.content {
      case .empty: break
      case .scalar(let text, _): characters = text.scalars.count
      case .list(let items):
        for item in items { add(Size(item)) }
      case .mapping(let entries):
        for entry in entries {
          add(Size(entry.value))
          nodes += 1
          characters += entry.key.scalars.count
        }
      }
    }

    /// Takes in a child.
    private mutating func add(_ child: Size) {
      nodes += child.nodes
      characters += child.characters
      depth = max(depth, child.depth + 1)
    }
  }

  /// The node that an alias stands for, as if it had been typed at the alias' place.
  mutating func alias(_ name: String, at span: Span, depth: Int) throws(Stop) -> Node {
    if let open = openAnchors[name] {
      findings.error(
        .yamlAlias, "`*\(name)` stands inside of what it names", at: span,
        notes: [.init(message: "`&\(name)` starts here", span: open)])
      return Node(.empty, span: span)
    }
    guard let anchor = anchors[name] else {
      let near = suggestion(for: name, from: anchors.keys.sorted())
      findings.error(
        .yamlAlias, "nothing above is named `&\(name)`", at: span,
        hint: near.map { "did you mean `*\($0)`?" } ?? "put the text in quotes if the `*` belongs to it")
      return Node(.empty, span: span)
    }
    let note = Finding.Note(message: "`&\(name)` is here", span: anchor.span)
    if depth - 1 + anchor.size.depth > YAML.Limit.depth {
      findings.error(
        .yamlTooDeep, "with this alias, the file is nested more than \(YAML.Limit.depth) levels deep", at: span,
        notes: [note])
      throw Stop()
    }
    repeated.nodes += anchor.size.nodes
    repeated.characters += anchor.size.characters
    if repeated.nodes > YAML.Limit.nodes || repeated.characters > YAML.Limit.characters {
      findings.error(
        .yamlTooLarge, "aliases up to here repeat more than \(YAML.Limit.nodes) values", at: span,
        notes: [note])
      throw Stop()
    }
    return Self.moved(anchor.node, to: span)
  }

  /// The node with every place in it at the alias: that is where the user put it.
  private static func moved(_ node: Node, to span: Span) -> Node {
    switch node.content {
    case .empty: Node(.empty, span: span)
    case .scalar(let text, let quoted): Node(.scalar(moved(text, to: span), quoted: quoted), span: span)
    case .list(let items): Node(.list(items.map { moved($0, to: span) }), span: span)
    case .mapping(let entries):
      Node(
        .mapping(entries.map { Node.Entry(key: moved($0.key, to: span), value: moved($0.value, to: span)) }),
        span: span)
    }
  }

  private static func moved(_ text: LocatedText, to span: Span) -> LocatedText {
    LocatedText(
      scalars: text.scalars, source: span.source,
      positions: Array(repeating: span.start, count: text.scalars.count) + [span.end],
      ends: Array(repeating: span.end, count: text.scalars.count), replacements: text.replacements)
  }
}
