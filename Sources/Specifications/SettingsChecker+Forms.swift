import Columns
import Diagnostics

extension SettingsChecker {
  typealias WrongType = (_ hint: String?) -> Setting?

  func checkQuantity(_ node: Node, _ form: ValueForm, what: String, wrongType: WrongType) -> Setting? {
    guard let text = node.scalar else { return wrongType(nil) }
    let quantity: Quantity
    do {
      quantity = try Quantity.parse(text.text)
    } catch .unknownUnit {
      reportUnknownUnit(text, findings: findings)
      return nil
    } catch {
      return wrongType(nil)
    }
    if case .quantity(let dimension) = form, quantity.unit.dimension != dimension {
      let unit = Unit.known.first { $0.dimension == dimension && $0.scale == .one }
      let hint = quantity.unit.isNone ? unit.map { "give it a unit: `\(text.written) \($0.symbol)`" } : nil
      findings.error(
        .unitMismatch, "\(what) takes \(form.description), but `\(text.written)` is \(quantity.unit.dimension.name)",
        at: text.span, hint: hint)
      return nil
    }
    return Setting(node: node, value: .quantity(quantity))
  }

  func checkFieldType(_ text: LocatedText) -> FieldType? {
    let words = text.words()
    let names = FieldType.Storage.allCases.map(\.rawValue)
    guard let first = words.first, let storage = FieldType.Storage(rawValue: first.text) else {
      let word = words.first?.text ?? ""
      let others = [
        "int": "i32", "uint": "u32", "float": "f32", "double": "f64", "string": "text", "str": "text", "byte": "u8",
      ]
      let hint = others[word.lowercased()] ?? suggestion(for: word, from: names)
      findings.error(
        .badFieldType, "`\(text.written)` is not a field type", at: text.span,
        hint: hint.map { "did you mean `\($0)`?" }
          ?? "the types are \(names.joined(separator: ", ")), with a unit if it has one: `f32 ns`")
      return nil
    }
    guard words.count > 1 else { return FieldType(storage) }
    let rest = text.text(after: first)
    guard storage != .text, !storage.isTime, let unit = Unit.parse(rest.text) else {
      if storage == .text {
        findings.error(.badFieldType, "text has no unit", at: rest.span, hint: "write `text`")
      } else if storage.isTime {
        findings.error(
          .badFieldType, "a field of type `\(storage.rawValue)` is in ns, however it is written", at: rest.span,
          hint: "write `\(storage.rawValue)`")
      } else {
        reportUnknown(unit: rest, findings: findings)
      }
      return nil
    }
    return FieldType(storage, unit: unit)
  }

  func checkMapping(_ node: Node, key: ValueForm, value: ValueForm, what: String, wrongType: WrongType) -> Setting? {
    if node.isEmpty { return Setting(node: node, value: .mapping([])) }
    guard let entries = node.mapping else { return wrongType(example(value)) }
    var all: [(key: LocatedText, setting: Setting)] = []
    for entry in entries {
      if !isAny(key), !isIdentifier(entry.key, loose: isName(key)) {
        reportBadName(entry.key, loose: isName(key))
        continue
      }
      all.append((entry.key, check(entry.value, as: value, what: "`\(entry.name)`") ?? .invalid(entry.value)))
    }
    return Setting(node: node, value: .mapping(all))
  }

  func checkVariant(_ node: Node, _ specifications: [Specification], what: String, wrongType: WrongType) -> Setting? {
    // A window may be a bare word: `window: all`.
    if let text = node.scalar, let specification = specifications.first(where: { $0.isBareWord(text.text) }) {
      return Setting(
        node: node, value: .settings(Settings(specification: specification, span: node.span, entries: [:], given: [])))
    }
    guard let entries = node.mapping else {
      // `window: every 2 s` lacks only the brackets.
      let inside = node.scalar.flatMap { text -> String? in
        let word = text.words().first?.text ?? ""
        let known = specifications.contains { $0.discriminator == word || $0.discriminator + ":" == word }
        return known ? "{\(word.filter { $0 != ":" }): \(text.text(after: text.words()[0]).written)}" : nil
      }
      return wrongType(inside.map { "write `\($0)`" } ?? "for example: `\(specifications[0].exampleLine)`")
    }
    let candidates = specifications.filter { specification in
      entries.contains { $0.name == specification.discriminator }
    }
    guard let specification = candidates.first else {
      let discriminators = specifications.map(\.discriminator)
      for entry in entries {
        if let meant = suggestion(for: entry.name, from: discriminators) {
          findings.error(
            .unknownKey, "\(what) has no key `\(entry.name)`", at: entry.key.span, hint: "did you mean `\(meant)`?")
          return nil
        }
      }
      let names = alternatives(discriminators)
      if entries.count == 1 {
        findings.error(
          .unknownKey, "\(what) has no key `\(entries[0].name)`", at: entries[0].key.span,
          hint: "it takes one of the keys \(names)")
      } else {
        findings.error(
          .missingKey, "\(what) needs one of the keys \(names)", at: node.span,
          hint: "for example: `\(specifications[0].exampleLine)`")
      }
      return nil
    }
    if candidates.count > 1,
      let second = entries.first(where: { entry in candidates.dropFirst().contains { $0.discriminator == entry.name } }
      ),
      specification.key(second.name) == nil
    {
      findings.error(
        .unknownKey, "\(specification.title) has no key `\(second.name)`", at: second.key.span,
        hint: "`\(specification.discriminator)` and `\(second.name)` make two different things: keep one of them")
      return nil
    }
    return check(node, against: specification).map { Setting(node: node, value: .settings($0)) }
  }

  func checkComponent(
    _ node: Node, _ specifications: [Specification], beside: Specification?, what: String, wrongType: WrongType
  ) -> Setting? {
    // A component without settings may be a bare word: `- terminal`.
    let name: LocatedText
    let body: Node
    var others: [String: Setting] = [:]
    if let text = node.scalar {
      name = text
      body = Node(.mapping([]), span: node.span)
    } else {
      guard let all = node.mapping, !all.isEmpty else {
        return wrongType("for example: `\(specifications[0].exampleLine)`")
      }
      for entry in all {
        guard let key = beside?.key(entry.name) else { continue }
        others[key.name] = check(entry.value, as: key.form, what: "`\(key.name)`") ?? .invalid(entry.value)
      }
      let entries = all.filter { others[$0.name] == nil }
      let known = entries.first { entry in specifications.contains { $0.name == entry.name } }
      guard let entry = known ?? entries.first else {
        findings.error(
          .missingKey, "\(what) needs one of the keys \(alternatives(specifications.map(\.name)))", at: node.span,
          hint: "for example: `\(specifications[0].exampleLine)`")
        return nil
      }
      name = entry.key
      body = entry.value
      if let second = entries.first(where: { $0.name != entry.name }) {
        reportSecond(second, beside: beside, of: specifications.first { $0.name == name.text }, what: what)
        return nil
      }
    }
    guard let specification = specifications.first(where: { $0.name == name.text }) else {
      let names = specifications.map(\.name)
      findings.error(
        .unknownComponent, "there is no \(specifications[0].kind.words) `\(name.written)`", at: name.span,
        hint: suggestion(for: name.text, from: names).map { "did you mean `\($0)`?" }
          ?? "there \(names.count == 1 ? "is" : "are") \(alternatives(names, and: true))")
      return nil
    }
    guard var settings = check(body, against: specification, nameSpan: name.span, beside: beside) else { return nil }
    settings.beside = others
    return Setting(node: node, value: .settings(settings))
  }

  /// Reports what stands beside the key of a component and is none that may.
  private func reportSecond(
    _ second: Node.Entry, beside: Specification?, of component: Specification?, what: String
  ) {
    if let meant = suggestion(for: second.name, from: beside?.keys.map(\.name) ?? []) {
      findings.error(
        .unknownKey, "\(what) has no key `\(second.name)`", at: second.key.span, hint: "did you mean `\(meant)`?")
      return
    }
    findings.error(
      .unknownKey, "\(what) takes one component, and `\(second.name)` is a second", at: second.key.span,
      hint: component?.key(second.name) != nil
        ? "put it inside: `\(component!.name): {\(second.name): …}`" : "remove it, or give it an entry of its own")
  }

  func checkSelected(
    _ node: Node, by key: String, _ specifications: [Specification], what: String, wrongType: WrongType
  ) -> Setting? {
    guard let entries = node.mapping else { return wrongType("for example: `\(specifications[0].exampleLine)`") }
    let names = specifications.map(\.name)
    guard let entry = entries.first(where: { $0.name == key }) else {
      if let slip = entries.first(where: { suggestion(for: $0.name, from: [key]) != nil }) {
        findings.error(
          .unknownKey, "\(what) has no key `\(slip.name)`", at: slip.key.span, hint: "did you mean `\(key)`?")
      } else {
        findings.error(
          .missingKey, "\(what) needs the key `\(key)`", at: node.span,
          hint: "add `\(key): \(names[0])`; there are \(alternatives(names, and: true))")
      }
      return nil
    }
    guard let text = entry.value.scalar, let specification = specifications.first(where: { $0.name == text.text })
    else {
      let written = entry.value.scalar.map { "`\($0.written)`" } ?? entry.value.kindName
      findings.error(
        .unknownComponent, "there is no \(specifications[0].kind.words) \(written)", at: entry.value.span,
        hint: entry.value.scalar.flatMap { suggestion(for: $0.text, from: names) }.map { "did you mean `\($0)`?" }
          ?? "there are \(alternatives(names, and: true))")
      return nil
    }
    return check(node, against: specification, nameSpan: text.span).map { Setting(node: node, value: .settings($0)) }
  }
}

/// Names for a message: `a`, `b` or `c`.
package func alternatives(_ names: [String], and: Bool = false) -> String {
  let quoted = names.map { "`\($0)`" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return "\(quoted.dropLast().joined(separator: ", ")) \(and ? "and" : "or") \(last)"
}

extension Specification {
  /// A component that stands alone as a word, such as `window: all`.
  fileprivate func isBareWord(_ word: String) -> Bool { name == word && keys.allSatisfy { !$0.isRequired } }
}
