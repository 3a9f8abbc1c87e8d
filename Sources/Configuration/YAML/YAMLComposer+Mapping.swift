import Diagnostics
import Specifications

extension YAMLComposer {
  /// What a mapping is made of before merged keys find their place.
  private enum Part {
    case entry(Node.Entry)
    case merge([Node.Entry])
  }

  mutating func mapping(_ event: YAMLEvent, start: Int, depth: Int) throws(Stop) -> Node {
    var parts: [Part] = []
    var places: [String: Span] = [:]
    var mergePlace: Span?
    var last: Span?
    while true {
      let event = try next()
      if case .mappingEnd = event.kind {
        return Node(
          .mapping(merged(parts, own: places)), span: span(from: start, last: last, closedBy: event))
      }
      let isMerge = isMergeKey(event)
      let key = try key(event)
      let value = try node(try next(), depth: depth + 1)
      last = value.span
      guard let key else { continue }
      if case .scalar(_, .plain) = event.kind { checkPlainKey(key, value) }
      if let first = isMerge ? mergePlace : places[key.text] {
        findings.error(
          .duplicateKey, "the key `\(key.written)` is given twice", at: key.span,
          hint: isMerge ? "merge several with one list: `<<: [*a, *b]`" : nil,
          notes: [.init(message: "it is first given here", span: first)])
        continue
      }
      if isMerge {
        mergePlace = key.span
        parts.append(.merge(mergedEntries(value)))
      } else {
        places[key.text] = key.span
        parts.append(.entry(Node.Entry(key: key, value: value)))
      }
    }
  }

  /// `key:[1, 2]` and `{of:wire}` make keys of the whole, and a no-break space is part of a key: that is never meant.
  private func checkPlainKey(_ key: LocatedText, _ value: Node) {
    if let first = key.scalars.first, YAMLSource.isOddSpace(first) {
      findings.error(
        .yamlSyntax, "what looks like a space here is another character, \(YAMLSource.name(first))",
        at: key.span(0..<1), hint: "type a plain space")
      return
    }
    guard let colon = key.scalars.firstIndex(of: ":"), colon + 1 < key.scalars.count else { return }
    let next = key.scalars[colon + 1]
    guard next == "[" || next == "{" || value.isEmpty else { return }
    // Of `key:[1, 2]` the key is only `key:[1`.
    let place = key.positions[colon]
    let rest =
      value.isEmpty
      ? key[colon + 1..<key.scalars.count].written
      : String(key.source.line(place.line).unicodeScalars.dropFirst(place.column))
    findings.error(
      .yamlSyntax, "a space is missing after this `:`", at: key.span(colon..<colon + 1),
      hint: rest.count > 60 ? nil : "write `\(key[0..<colon].written): \(rest)`")
  }

  /// The text of a key; nil, with a finding, if it has none.
  private mutating func key(_ event: YAMLEvent) throws(Stop) -> LocatedText? {
    switch event.kind {
    case .scalar(let value, let style):
      let node = try keyNode(event, value, style)
      if style == .plain, value.isEmpty {
        findings.error(.yamlKey, "a key is missing before this `:`", at: source.span(at: event.range.lowerBound))
        return nil
      }
      return node
    case .alias(let name):
      let span = source.span(event.range)
      let node = try alias(name, at: span, depth: 1)
      if node.isEmpty { return nil }
      if let text = node.scalar { return text }
      findings.error(.yamlKey, "`*\(name)` is \(node.kindName), and a key must be text", at: span)
      return nil
    default:
      let start = contentStart(event)
      let what = if case .listStart = event.kind { "a list" } else { "a mapping" }
      let isTemplate = source[start] == "{" && source[start - 1] == "{"
      findings.error(
        .yamlKey, "\(what) cannot be a key", at: source.span(at: start),
        hint: isTemplate
          ? "write \"${NAME}\" for a variable of the environment"
          : "a key is a name; put a text that starts with `[` or `{` in quotes")
      try skipRest()
      return nil
    }
  }

  /// Variables are not put into keys, so that a key can be found by searching for it.
  private mutating func keyNode(
    _ event: YAMLEvent, _ value: [Unicode.Scalar], _ style: YAMLEvent.Style
  ) throws(Stop) -> LocatedText {
    let start = contentStart(event)
    if event.hasTag { reportTag(event) }
    let text = text(value, style, start..<max(start, event.range.upperBound))
    if let anchor = event.anchor {
      let node = Node(.scalar(text, quoted: style != .plain), span: text.span)
      anchors[anchor] = Anchor(node: node, size: Size(node), span: text.span)
    }
    return text
  }

  /// Skips to the end of the list or mapping that just started.
  private mutating func skipRest() throws(Stop) {
    var open = 1
    while open > 0 {
      switch try next().kind {
      case .listStart, .mappingStart: open += 1
      case .listEnd, .mappingEnd: open -= 1
      default: break
      }
    }
  }

  private func isMergeKey(_ event: YAMLEvent) -> Bool {
    if case .scalar(let value, .plain) = event.kind { value == ["<", "<"] } else { false }
  }

  /// The entries that `<<` brings in: those of a mapping, or of several, of which the first wins.
  private func mergedEntries(_ value: Node) -> [Node.Entry] {
    var result: [Node.Entry] = []
    for node in value.list ?? [value] {
      if let entries = node.mapping {
        result += entries
      } else if !(node.isEmpty && hasError(at: node.span)) {
        findings.error(
          .yamlMerge, "`<<` takes in the keys of a mapping, and this is \(node.kindName)", at: node.span,
          hint: "write `<<: *name`, and `&name` before the mapping")
      }
    }
    return result
  }

  /// Whether something was said about the place already, such as that it is an undefined alias.
  private func hasError(at span: Span) -> Bool {
    findings.all.contains { $0.span?.start == span.start && $0.span?.source === span.source }
  }

  /// Merged entries stand where the `<<` stood, without the keys that the mapping has itself.
  private func merged(_ parts: [Part], own: [String: Span]) -> [Node.Entry] {
    var taken = Set(own.keys)
    return parts.flatMap { part in
      switch part {
      case .entry(let entry): [entry]
      case .merge(let entries): entries.filter { taken.insert($0.name).inserted }
      }
    }
  }
}
