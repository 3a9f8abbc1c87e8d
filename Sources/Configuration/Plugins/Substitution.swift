import Diagnostics
import Specifications

/// Puts the arguments of a use into a plugin: node by node, so that whatever stands in an argument cannot become more
/// than one value, and with the place of everything.
///
/// `$of` and `$(of)` stand for the parameter `of`, `$$` for a plain `$`; `${NAME}` was a variable of the environment and is
/// no concern here.
struct Substitution {
  let parameters: [String: Parameter]
  /// What each stands for; one that is optional and not given is missing.
  let arguments: [String: Node]
  let findings: Findings
  /// The names that stand anywhere.
  private(set) var used: Set<String> = []

  /// Keys whose values are for people: expressions in them get no brackets.
  private static let titles: Set<String> = ["title", "label", "description"]
  /// The most signs of a text: plugins that use plugins could double it each time.
  private static let longest = 65_536

  init(_ parameters: [Parameter], arguments: [String: Node], findings: Findings) {
    self.parameters = Dictionary(parameters.map { ($0.name.text, $0) }) { first, _ in first }
    self.arguments = arguments
    self.findings = findings
  }

  /// A place of a parameter in a text.
  private struct Reference {
    let range: Range<Int>
    /// Nil for `$$`.
    let name: String?
  }

  /// The node with everything put in; nil where it is nothing but a parameter that was left out.
  mutating func apply(_ node: Node, key: String = "") -> Node? {
    switch node.content {
    case .empty: return node
    case .list(let items):
      var changed: [Node] = []
      for item in items { if let item = apply(item, key: key) { changed.append(item) } }
      return Node(.list(changed), span: node.span)
    case .mapping(let entries):
      return Node(.mapping(apply(entries)), span: node.span)
    case .scalar(let text, let quoted):
      let references = references(in: text)
      if references.isEmpty { return node }
      if references.count == 1, let name = references[0].name, references[0].range == 0..<text.scalars.count {
        return whole(name, node)
      }
      return Node(.scalar(mixed(text, references, isTitle: Self.titles.contains(key)), quoted: quoted), span: node.span)
    }
  }

  private mutating func apply(_ entries: [Node.Entry]) -> [Node.Entry] {
    var changed: [Node.Entry] = []
    var places: [String: Span] = [:]
    for entry in entries {
      guard let value = apply(entry.value, key: entry.name) else { continue }
      let references = references(in: entry.key)
      var key = entry.key
      if !references.isEmpty {
        guard let node = apply(Node(.scalar(entry.key, quoted: false), span: entry.key.span)) else { continue }
        guard let text = node.scalar else {
          report(entry.key, references[0], "is \(node.kindName), and a key is a single value")
          continue
        }
        key = text
      }
      if let first = places[key.text] {
        findings.error(
          .duplicateKey, "the key `\(key.written)` comes twice", at: key.span, hint: "give them different names",
          notes: [.init(message: "it is first here", span: first)])
        continue
      }
      places[key.text] = key.span
      changed.append(.init(key: key, value: value))
    }
    return changed
  }

  /// What stands for a value that is nothing but a parameter.
  private mutating func whole(_ name: String, _ node: Node) -> Node? {
    guard let text = node.scalar, let argument = value(of: name, in: text, 0..<text.scalars.count) else {
      // What has no value is left out only where that was meant; the error is reported otherwise.
      return parameters[name] == nil ? node : nil
    }
    findings.note(
      at: argument.span,
      .init(message: "it stands where `\(parameters[name]?.name.written ?? name)` is used, here", span: node.span))
    return argument
  }

  /// The argument of a name that stands at `range`; an undeclared one is reported.
  private mutating func value(of name: String, in text: LocatedText, _ range: Range<Int>) -> Node? {
    guard parameters[name] != nil else {
      let names = parameters.keys.sorted()
      let near = suggestion(for: name, from: names).map { "did you mean `$\($0)`?" }
      findings.error(
        .undefinedParameter, "the plugin has no parameter `\(name)`", at: text.span(range),
        hint: near
          ?? (names.isEmpty
            ? "declare it under `parameters:`, or write `$$` for a plain `$`"
            : "declare it; there \(names.count == 1 ? "is" : "are") \(alternatives(names, and: true))"))
      return nil
    }
    used.insert(name)
    return arguments[name]
  }

  private mutating func mixed(_ text: LocatedText, _ references: [Reference], isTitle: Bool) -> LocatedText {
    var result = TextBuilder(text)
    var next = 0
    for reference in references {
      result.copy(next..<reference.range.lowerBound)
      next = reference.range.upperBound
      guard let name = reference.name else {
        result.replace(reference.range, with: "$")
        continue
      }
      guard let argument = value(of: name, in: text, reference.range) else {
        if parameters[name]?.isOptional == true {
          report(text, reference, "may be left out, and then nothing would be here")
        }
        result.copy(reference.range)
        continue
      }
      guard let value = argument.scalar else {
        report(text, reference, "is \(argument.kindName), and cannot be a part of a text")
        result.copy(reference.range)
        continue
      }
      guard result.count + value.scalars.count < Self.longest else {
        report(text, reference, "makes the text longer than \(Self.longest) signs")
        break
      }
      findings.note(
        at: text.span(reference.range), .init(message: "`\(name)` is what stands here", span: argument.span))
      let hasBrackets = parameters[name]?.kind.isExpression == true && !isTitle && !Self.isAtom(value)
      if hasBrackets { result.replace(reference.range, with: "(") }
      result.replace(reference.range, with: value)
      if hasBrackets { result.replace(reference.range, with: ")") }
    }
    result.copy(next..<text.scalars.count)
    return result.finished()
  }

  private func report(_ text: LocatedText, _ reference: Reference, _ what: String) {
    findings.error(
      .parameterInText, "`\(reference.name ?? "")` \(what)", at: text.span(reference.range),
      hint: "let `$\(reference.name ?? "")` be a whole value")
  }

  /// Whether brackets round it would change nothing: one name or number.
  private static func isAtom(_ text: LocatedText) -> Bool {
    text.trimmed.scalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "." }
  }

  // MARK: Reading

  private func references(in text: LocatedText) -> [Reference] {
    let scalars = text.scalars
    guard scalars.contains("$") else { return [] }
    var found: [Reference] = []
    var index = 0
    while index < scalars.count {
      // What came out of a variable of the environment is taken as it is.
      if let variable = text.replacements.first(where: { $0.range.contains(index) }) {
        index = variable.range.upperBound
        continue
      }
      guard scalars[index] == "$", index + 1 < scalars.count else {
        index += 1
        continue
      }
      if scalars[index + 1] == "$" {
        found.append(Reference(range: index..<index + 2, name: nil))
        index += 2
        continue
      }
      let isBracketed = scalars[index + 1] == "("
      let start = index + (isBracketed ? 2 : 1)
      var end = start
      while end < scalars.count, Self.isNamePart(scalars[end], first: end == start) { end += 1 }
      if end > start, !isBracketed || (end < scalars.count && scalars[end] == ")") {
        let behind = isBracketed ? end + 1 : end
        found.append(Reference(range: index..<behind, name: text[start..<end].text))
        index = behind
      } else {
        index += 1
      }
    }
    return found
  }

  private static func isNamePart(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
    scalar.properties.isAlphabetic || scalar == "_" || (!first && ("0"..."9").contains(scalar))
  }
}
