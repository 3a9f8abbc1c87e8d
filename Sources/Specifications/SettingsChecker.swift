import Columns
import Diagnostics

/// Holds what the user wrote against specifications: every finding is reported, defaults are filled in, and what comes
/// out is typed.
package struct SettingsChecker {
  package let findings: Findings

  package init(findings: Findings) {
    self.findings = findings
  }

  /// Checks a mapping against `specification`. A block with errors gives nil only where a required key is missing or it
  /// is no mapping at all; single bad keys are reported and left out.
  ///
  /// `beside` has the keys that stand beside the component's block, not inside.
  package func check(
    _ node: Node, against specification: Specification, nameSpan: Span? = nil, beside: Specification? = nil
  ) -> Settings? {
    guard let entries = node.mapping ?? (node.isEmpty ? [] : nil) else {
      findings.error(
        .wrongType,
        "\(specification.title) takes a block of keys, not \(node.scalar.map { "`\($0.written)`" } ?? node.kindName)",
        at: node.span, hint: "for example: `\(specification.exampleLine)`")
      return nil
    }
    var values: [String: Setting] = [:]
    var free: [(key: LocatedText, setting: Setting)] = []
    var given: Set<String> = []
    // Keys that the user meant by others; they are not missing too.
    var meant: Set<String> = []
    var isSound = true
    let written = Set(entries.map(\.name))
    let open = specification.keys.map(\.name).filter { !written.contains($0) }
    for (index, entry) in entries.enumerated() {
      if let key = specification.key(entry.name) {
        given.insert(entry.name)
        if let setting = check(entry.value, as: key.form, what: "`\(key.name)`") {
          values[entry.name] = setting
        } else if key.isRequired {
          isSound = false
        }
      } else if let key = specification.freeKeys,
        suggestion(for: entry.name, from: specification.keys.map(\.name).filter { !given.contains($0) && $0.count > 3 })
          == nil
      {
        guard isIdentifier(entry.key) else {
          reportBadName(entry.key)
          continue
        }
        free.append((entry.key, check(entry.value, as: key.form, what: "`\(entry.name)`") ?? .invalid(entry.value)))
      } else {
        if let near = suggestion(for: entry.name, from: open) { meant.insert(near) }
        if beside?.key(entry.name) != nil {
          findings.error(
            .unknownKey, "\(specification.title) has no key `\(entry.name)`", at: entry.key.span,
            hint: "put it beside `\(specification.name)`, not inside: `{\(specification.name): …, \(entry.name): …}`")
        } else {
          reportUnknownKey(entry, before: index > 0 ? entries[index - 1] : nil, of: specification, open: open)
        }
      }
    }
    for key in specification.keys where !given.contains(key.name) {
      if key.isRequired {
        isSound = false
        if meant.contains(key.name) { continue }
        findings.error(
          .missingKey, "\(specification.title) needs the key `\(key.name)`", at: nameSpan ?? node.span,
          hint: "add `\(key.name):` with \(key.form.brief)")
      } else if let standard = key.standard {
        let text = LocatedText(option: "default of \(key.name)", text: standard)
        values[key.name] = check(
          Node(.scalar(text, quoted: false), span: text.span), as: key.form, what: "`\(key.name)`")
      }
    }
    return isSound
      ? Settings(
        specification: specification, span: node.span, nameSpan: nameSpan, entries: values, free: free, given: given)
      : nil
  }

  /// Checks one value; `what` names it in messages.
  package func check(_ node: Node, as form: ValueForm, what: String) -> Setting? {
    if isReported(node) { return nil }
    func wrongType(hint: String? = nil) -> Setting? {
      let written = node.scalar.map { "`\($0.written)`" } ?? node.kindName
      findings.error(.wrongType, "\(what) takes \(form.brief), not \(written)", at: node.span, hint: hint)
      return nil
    }
    func setting(_ value: Value) -> Setting { Setting(node: node, value: value) }

    switch form {
    case .any:
      return setting(.node)
    case .plugin:
      if let text = node.scalar { return text.trimmed.scalars.isEmpty ? wrongType() : setting(.text(text)) }
      guard let entries = node.mapping, entries.count == 1 else {
        // `- plots/rate:` with the parameters on lines of the same indent reads as several keys.
        let isFlat =
          node.mapping?.first?.value.isEmpty == true && node.mapping?.dropFirst().first?.value.isEmpty == false
        return wrongType(
          hint: isFlat
            ? "put its parameters between braces: `\(node.mapping![0].key.written): {…}`"
            : "for example: `[detectors/minidt, {plots/rate: {per: chamber}}]`")
      }
      return setting(.node)
    case .text, .expression, .condition, .path:
      guard let text = node.scalar else { return wrongType() }
      if text.trimmed.scalars.isEmpty, !(node.isQuoted && isText(form)) {
        findings.error(.wrongType, "\(what) is empty", at: node.span, hint: "give \(form.description)")
        return nil
      }
      return setting(.text(text))
    case .expressionOr(let specification):
      // A list, or nothing, is taken for a slip in the expression, which is what nearly all write.
      return node.mapping == nil
        ? check(node, as: .expression, what: what) : check(node, against: specification).map { setting(.settings($0)) }
    case .aggregateCall:
      return node.scalar.map { setting(.text($0)) } ?? (node.mapping != nil ? setting(.node) : wrongType())
    case .identifier, .name:
      guard let text = node.scalar else { return wrongType() }
      guard isIdentifier(text, loose: isName(form)) else {
        if isName(form) {
          reportBadName(text, loose: true)
        } else {
          findings.error(
            .badName, "\(what) takes the name of a column, not `\(text.written)`", at: text.span,
            hint: "give the expression a name in `columns:`, and write that name here")
        }
        return nil
      }
      return setting(.text(text))
    case .integer(let range):
      guard let text = node.scalar else { return wrongType() }
      let digits = text.text.filter { $0 != "_" }
      guard let integer = Int64(digits) else { return wrongType() }
      guard range.contains(integer) else { return wrongType() }
      return setting(.integer(integer))
    case .number:
      guard let text = node.scalar else { return wrongType() }
      guard let number = Double(text.text), number.isFinite else { return wrongType() }
      return setting(.number(number))
    case .boolean:
      switch node.scalar?.text {
      case "true": return setting(.boolean(true))
      case "false": return setting(.boolean(false))
      case "yes", "on", "True": return wrongType(hint: "write `true`")
      case "no", "off", "False": return wrongType(hint: "write `false`")
      default: return wrongType()
      }
    case .quantity, .anyQuantity:
      return checkQuantity(node, form, what: what, wrongType: wrongType)
    case .choice(let names):
      guard let text = node.scalar else { return wrongType() }
      guard names.contains(text.text) else {
        return wrongType(hint: suggestion(for: text.text, from: names).map { "did you mean `\($0)`?" })
      }
      return setting(.text(text))
    case .fieldType:
      guard let text = node.scalar else { return wrongType() }
      return checkFieldType(text).map { setting(.fieldType($0)) }
    case .binning:
      if let nodes = node.list {
        return Binning.parse(edges: nodes, span: node.span, findings: findings).map { setting(.binning($0)) }
      }
      guard let text = node.scalar else { return wrongType(hint: Binning.hint) }
      return Binning.parse(text, findings: findings).map { setting(.binning($0)) }
    case .list(let element):
      guard let nodes = node.list else {
        return wrongType(hint: example(element) ?? node.scalar.map { "write `[\($0.written)]`" })
      }
      return setting(.list(nodes.map { check($0, as: element, what: "an item of \(what)") ?? .invalid($0) }))
    case .oneOrMore(let element):
      let nodes = node.list ?? [node]
      // A list of bin edges is one value, not several.
      if case .binning = element, node.list != nil,
        nodes.first?.scalar.map({ !$0.text.contains(" from ") && !$0.startsWithWord }) ?? (nodes.first?.list == nil)
      {
        return check(node, as: element, what: what).map { setting(.list([$0])) }
      }
      let name = node.list == nil ? what : "an item of \(what)"
      return setting(.list(nodes.map { check($0, as: element, what: name) ?? .invalid($0) }))
    case .mapping(let key, let value):
      return checkMapping(node, key: key, value: value, what: what, wrongType: wrongType)
    case .block(let specification):
      return check(node, against: specification).map { setting(.settings($0)) }
    case .blockOrFirst(let specification):
      guard let first = specification.keys.first, node.scalar != nil else {
        return check(node, against: specification).map { setting(.settings($0)) }
      }
      let key = LocatedText(
        scalars: Array(first.name.unicodeScalars), source: node.span.source,
        positions: Array(repeating: node.span.start, count: first.name.unicodeScalars.count + 1))
      let whole = Node(.mapping([.init(key: key, value: node)]), span: node.span)
      return check(whole, against: specification).map { setting(.settings($0)) }
    case .variant(let specifications):
      return checkVariant(node, specifications, what: what, wrongType: wrongType)
    case .component(let specifications, let beside):
      return checkComponent(node, specifications, beside: beside, what: what, wrongType: wrongType)
    case .selected(let key, let specifications):
      return checkSelected(node, by: key, specifications, what: what, wrongType: wrongType)
    }
  }

  private func isText(_ form: ValueForm) -> Bool { if case .text = form { true } else { false } }
  func isAny(_ form: ValueForm) -> Bool { if case .any = form { true } else { false } }
  func isName(_ form: ValueForm) -> Bool { if case .name = form { true } else { false } }

  /// An example for a list or a mapping of components.
  func example(_ element: ValueForm) -> String? {
    switch element {
    case .block(let specification): "for example: `\(specification.exampleLine)`"
    case .variant(let all), .component(let all, _), .selected(_, let all): "for example: `\(all[0].exampleLine)`"
    default: nil
    }
  }

  /// Whether a variable or an alias in it has no value: what it would have been, nobody knows.
  private func isReported(_ node: Node) -> Bool {
    if node.list != nil || node.mapping != nil { return false }
    return findings.all.contains { finding in
      guard let span = finding.span, span.source === node.span.source else { return false }
      return [.undefinedVariable, .variableSyntax, .yamlAlias].contains(finding.code)
        && span.start >= node.span.start
        && span.end <= node.span.end
    }
  }

  // MARK: Findings

  /// `open` are the keys that the user did not give: one of them may be meant. `before` is the entry in front of it.
  func reportUnknownKey(_ entry: Node.Entry, before: Node.Entry?, of specification: Specification, open: [String]) {
    let key = entry.key
    if entry.value.isEmpty, let before, let value = before.value.scalar,
      before.key.span.start.line == key.span.start.line
    {
      findings.error(
        .unknownKey, "\(specification.title) has no key `\(key.written)`", at: key.span,
        hint:
          "between braces a comma ends a value; put all of it in quotes: `\(before.name): \"\(value.written), \(key.written)\"`"
      )
      return
    }
    let names = specification.keys.map(\.name)
    let all =
      names.isEmpty
      ? "it takes none"
      : names.count == 1 ? "its only key is `\(names[0])`" : "its keys are \(alternatives(names, and: true))"
    findings.error(
      .unknownKey, "\(specification.title) has no key `\(key.written)`", at: key.span,
      hint: suggestion(for: key.text, from: open).map { "did you mean `\($0)`?" } ?? all)
  }

  func reportBadName(_ name: LocatedText, loose: Bool = false) {
    let valid = String(String.UnicodeScalarView(name.scalars.map { isNameScalar($0, loose: loose) ? $0 : "_" }))
    let isNearlyValid = name.replacements.isEmpty && valid.unicodeScalars.first.map(isLetter) == true
    findings.error(
      .badName, "`\(name.written)` cannot be a name", at: name.span,
      hint: isNearlyValid
        ? "write `\(valid)`"
        : "a name starts with a letter and goes on with letters, digits and \(loose ? "`_`, `-`, `.` or `/`" : "`_`")")
  }

  func isIdentifier(_ text: LocatedText, loose: Bool = false) -> Bool {
    guard let first = text.scalars.first else { return false }
    return isLetter(first) && text.scalars.allSatisfy { isNameScalar($0, loose: loose) }
  }

  private func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || scalar == "_" }

  private func isNameScalar(_ scalar: Unicode.Scalar, loose: Bool) -> Bool {
    isLetter(scalar) || ("0"..."9").contains(scalar) || (loose && "-./".unicodeScalars.contains(scalar))
  }
}

extension Specification {
  /// How messages name it: "the source `simulate`", "a histogram", "the pipeline".
  package var title: String {
    switch kind {
    case .section:
      switch name {
      case "pipeline", "plugin": "a \(name)"
      case "chambers": "a chamber"
      case "constants": "a table of constants"
      case "groups": "a group"
      case "sources": "a source"
      case "panels": "a panel"
      case "layouts": "a layout"
      case "parameters": "a parameter"
      case "tests": "a test"
      default: "`\(name)`"
      }
    case .histogram:
      switch name {
      case "histogram": "a histogram"
      case "points": "a plot"
      default: "a \(name)"
      }
    case .cleansing: "the cleansing rule `\(name)`"
    case .group: "the group function `\(name)`"
    case .window: "the window `\(name)`"
    case .decoder: "the record format `\(name)`"
    case .source, .sink: "the \(kind.rawValue) `\(name)`"
    }
  }

  var exampleLine: String {
    example.split(separator: "\n").first.map(String.init) ?? example
  }
}
