import Diagnostics
import Specifications

/// Something of a pipeline that the command line replaces.
package enum Override: Sendable {
  /// `--set path=value`: the path is keys (and numbers of list items) joined by dots, the value is YAML.
  case set(String)
  /// Another option that stands for a key.
  case option(String, path: String, value: String)
}

extension PipelineLoader {
  func apply(_ overrides: [Override], to node: Node) -> Node {
    overrides.reduce(node) { node, override in
      switch override {
      case .option(let name, let path, let value):
        return set([LocatedText(option: name, text: path)], to: value, option: name, in: node)
      case .set(let text):
        let option = LocatedText(option: "--set", text: text)
        guard let equals = option.scalars.firstIndex(of: "="), equals > 0 else {
          findings.error(
            .badOverride, "`--set` takes a path, `=` and a value", at: option.span,
            hint: "for example: `--set emulate.seed=2`")
          return node
        }
        let path = option[0..<equals].split(separator: ".")
        let value = option[(equals + 1)..<option.scalars.count].text
        let source = option.source
        let own = Findings()
        let read = YAML.compose(SourceText(name: source.name, text: value), environment: environment, findings: own)
        for finding in own.all { findings.add(finding.moved(into: source, by: equals + 1)) }
        guard let read else { return node }
        return set(path[...], read.moved(into: source, by: equals + 1), in: node)
      }
    }
  }

  private func set(_ path: ArraySlice<LocatedText>, to value: String, option: String, in node: Node) -> Node {
    let source = SourceText(name: option, text: value)
    guard let value = YAML.compose(source, environment: environment, findings: findings) else { return node }
    return set(path, value, in: node)
  }

  private func set(_ path: ArraySlice<LocatedText>, _ value: Node, in node: Node) -> Node {
    guard let key = path.first else { return value }
    switch node.content {
    case .list(var items):
      guard let index = Int(key.text), items.indices.contains(index) else {
        findings.error(
          .badOverride, "there is no item `\(key.text)` in a list of \(items.count)", at: key.span,
          hint: items.isEmpty ? "the list is empty" : "items count from 0: the last is \(items.count - 1)")
        return node
      }
      items[index] = set(path.dropFirst(), value, in: items[index])
      return Node(.list(items), span: node.span)
    case .mapping(var entries):
      if let index = entries.firstIndex(where: { $0.name == key.text }) {
        entries[index] = .init(key: entries[index].key, value: set(path.dropFirst(), value, in: entries[index].value))
      } else {
        // A new key stands at the option, so that an error in it points there.
        entries.append(.init(key: key, value: set(path.dropFirst(), value, in: Node(.empty, span: key.span))))
      }
      return Node(.mapping(entries), span: node.span)
    case .empty:
      return Node(
        .mapping([.init(key: key, value: set(path.dropFirst(), value, in: Node(.empty, span: key.span)))]),
        span: key.span)
    case .scalar:
      findings.error(
        .badOverride, "there is no `\(key.text)` inside of a single value", at: key.span,
        hint: "end the path before it")
      return node
    }
  }
}
