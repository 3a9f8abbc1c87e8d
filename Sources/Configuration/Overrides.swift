import Diagnostics
import Specifications

extension PipelineLoader {
  /// Applies `--set path=value`: the path is keys (and numbers of list items) joined by dots, the value is YAML.
  func apply(_ overrides: [String], to node: Node) -> Node {
    overrides.reduce(node) { node, override in
      let option = LocatedText(option: "--set", text: override)
      guard let equals = option.scalars.firstIndex(of: "="), equals > 0 else {
        findings.error(
          "bad-override", "`\(override)` has no `=`", at: option.span, hint: "write `--set sources.telescope.simulate.seed=2`")
        return node
      }
      let valueText = option[(equals + 1)..<option.scalars.count]
      guard let value = YAML.compose(
        SourceText(name: "--set", text: valueText.text), environment: environment, findings: findings)
      else { return node }
      return set(option[0..<equals].split(separator: ".")[...], value, in: node, option)
    }
  }

  private func set(_ path: ArraySlice<LocatedText>, _ value: Node, in node: Node, _ option: LocatedText) -> Node {
    guard let key = path.first else { return value }
    switch node.content {
    case .list(var items):
      guard let index = Int(key.text), items.indices.contains(index) else {
        findings.error(
          "bad-override", "there is no item `\(key.text)` in a list of \(items.count)", at: key.span,
          hint: "items count from 0")
        return node
      }
      items[index] = set(path.dropFirst(), value, in: items[index], option)
      return Node(.list(items), span: node.span)
    case .mapping(var entries):
      if let index = entries.firstIndex(where: { $0.name == key.text }) {
        entries[index] = .init(key: entries[index].key, value: set(path.dropFirst(), value, in: entries[index].value, option))
      } else {
        // A new key stands at the option, so that an error in it points there.
        entries.append(.init(key: key, value: set(path.dropFirst(), value, in: Node(.empty, span: key.span), option)))
      }
      return Node(.mapping(entries), span: node.span)
    case .empty:
      return Node(
        .mapping([.init(key: key, value: set(path.dropFirst(), value, in: Node(.empty, span: key.span), option))]), span: key.span)
    case .scalar:
      findings.error(
        "bad-override", "there are no keys in a single value, and `\(key.text)` is one", at: key.span,
        hint: "shorten the path")
      return node
    }
  }
}
