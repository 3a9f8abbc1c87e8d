import Diagnostics
import Specifications

/// Builds the tree of nodes from libyaml's events.
struct YAMLComposer {
  /// Reading ended: the finding that says why was added.
  struct Stop: Error {}

  /// A node that aliases may stand for, and what it costs to repeat it.
  struct Anchor {
    let node: Node
    let size: Size
    let span: Span
  }

  let source: YAMLSource
  let findings: Findings
  private let variables: YAMLVariables
  private let events: YAMLEvents

  var anchors: [String: Anchor] = [:]
  /// The anchors whose nodes are being read.
  var openAnchors: [String: Span] = [:]
  /// What aliases added up to now.
  var repeated = Size()
  /// The last scalar, for a better account of what went wrong behind it.
  private var lastScalar: YAMLEvent?
  /// Where scalars stand, in order.
  private(set) var scalarRanges: [Range<Int>] = []
  /// The `[` and `{` that are open.
  private var openers: [Int] = []

  init(_ source: YAMLSource, environment: @escaping (String) -> String?, findings: Findings) {
    self.source = source
    self.findings = findings
    variables = YAMLVariables(environment: environment, findings: findings)
    events = YAMLEvents(source.source.text)
  }

  /// The one document of the text.
  mutating func document() -> Node? {
    do {
      _ = try next()
      let first = try next()
      guard case .documentStart = first.kind else { return empty() }
      let root = try node(try next(), depth: 1)
      _ = try next()
      if root.isEmpty, root.span.start == root.span.end { return empty() }
      let second = try next()
      if case .documentStart = second.kind {
        findings.error(
          .yamlDocuments, "a second document starts here, but a file holds one", at: source.span(second.range),
          hint: "delete the `---`, or move what follows to a file of its own")
      }
      return root
    } catch {
      return nil
    }
  }

  private func empty() -> Node? {
    let start = source.end(from: 0) { !YAMLScalar.isBlank($0) && !YAMLScalar.isBreak($0) }
    findings.error(
      .yamlEmpty, source[start] == "#" ? "the file holds nothing but comments" : "the file is empty",
      at: source.span(at: 0))
    return nil
  }

  mutating func next() throws(Stop) -> YAMLEvent {
    do {
      let event = try events.next()
      switch event.kind {
      case .scalar:
        lastScalar = event
        scalarRanges.append(event.range)
      case .listStart, .mappingStart:
        let start = contentStart(event)
        if !event.range.isEmpty, source[start] == "[" || source[start] == "{" { openers.append(start) }
      case .listEnd, .mappingEnd:
        if isClosingBracket(event) { _ = openers.popLast() }
      default: break
      }
      return event
    } catch {
      findings.add(YAMLSyntax(source: source, failure: error, lastScalar: lastScalar, openers: openers).finding())
      throw Stop()
    }
  }

  /// The node that starts with `event`.
  mutating func node(_ event: YAMLEvent, depth: Int) throws(Stop) -> Node {
    if case .alias(let name) = event.kind {
      return try alias(name, at: source.span(event.range), depth: depth)
    }
    let start = contentStart(event)
    if event.hasTag { reportTag(event) }
    if depth > YAML.Limit.depth {
      findings.error(
        .yamlTooDeep, "this is nested more than \(YAML.Limit.depth) levels deep", at: source.span(at: start))
      throw Stop()
    }
    let place = event.anchor.map {
      source.span(event.range.lowerBound..<event.range.lowerBound + 1 + $0.unicodeScalars.count)
    }
    if let anchor = event.anchor { openAnchors[anchor] = place }
    let node: Node
    switch event.kind {
    case .scalar(let value, let style):
      node = scalar(value, style, start..<max(start, event.range.upperBound))
    case .listStart:
      node = try list(event, start: start, depth: depth)
    default:
      node = try mapping(event, start: start, depth: depth)
    }
    if let anchor = event.anchor, let place {
      openAnchors[anchor] = nil
      anchors[anchor] = Anchor(node: node, size: Size(node), span: place)
    }
    return node
  }

  private mutating func list(_ event: YAMLEvent, start: Int, depth: Int) throws(Stop) -> Node {
    var items: [Node] = []
    while true {
      let event = try next()
      if case .listEnd = event.kind {
        return Node(.list(items), span: span(from: start, last: items.last?.span, closedBy: event))
      }
      items.append(try node(event, depth: depth + 1))
    }
  }

  /// From the start to the closing bracket, or without one to the end of the last child.
  func span(from start: Int, last: Span?, closedBy event: YAMLEvent) -> Span {
    if !isClosingBracket(event), let last {
      return Span(source: source.source, start: source.position(start), end: last.end)
    }
    return source.span(start..<max(start, event.range.upperBound))
  }

  /// Whether a list or mapping ends with a bracket; one of lines ends at whatever comes next.
  private func isClosingBracket(_ event: YAMLEvent) -> Bool {
    let sign = source[event.range.lowerBound]
    return event.range.count == 1 && (sign == "]" || sign == "}")
  }

  private func scalar(_ value: [Unicode.Scalar], _ style: YAMLEvent.Style, _ range: Range<Int>) -> Node {
    let span = source.span(range)
    if style == .plain, value.isEmpty || value == ["~"] || value.elementsEqual("null".unicodeScalars) {
      return Node(.empty, span: span)
    }
    let quoted = style == .singleQuoted || style == .doubleQuoted
    return Node(.scalar(variables.expanded(text(value, style, range)), quoted: quoted), span: span)
  }

  /// The value with the place of each character, variables as they were typed.
  func text(_ value: [Unicode.Scalar], _ style: YAMLEvent.Style, _ range: Range<Int>) -> LocatedText {
    guard let aligned = YAMLScalar.align(value, style, in: source, range) else {
      let span = source.span(range)
      return LocatedText(
        scalars: value, source: source.source, positions: Array(repeating: span.start, count: value.count + 1),
        ends: Array(repeating: span.end, count: value.count))
    }
    return LocatedText(
      scalars: value, source: source.source,
      positions: aligned.characters.map { source.position($0.range.lowerBound) } + [source.position(aligned.end)],
      ends: aligned.characters.map { source.position($0.range.upperBound) })
  }
}
