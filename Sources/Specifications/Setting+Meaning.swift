import Columns

/// What settings mean, without where they stand and how they are laid out: two with the same text do the same.
///
/// For comparing; never shown, as values of the environment's variables are in it.
extension Setting {
  public var meaning: String {
    switch value {
    case .text(let text): "\"\(text.text)\""
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .boolean(let boolean): "\(boolean)"
    case .quantity(let quantity): quantity.meaning
    case .fieldType(let type): "\(type)"
    case .binning(let binning): binning.meaning
    case .list(let list): "[\(list.map(\.meaning).joined(separator: ", "))]"
    case .mapping(let all): "{\(all.map { "\($0.key.text): \($0.setting.meaning)" }.joined(separator: ", "))}"
    case .settings(let settings): settings.meaning
    case .node: node.meaning
    case .invalid: "invalid"
    }
  }
}

extension Settings {
  /// Defaults stand for what is not given; keys of the user's own stay in their order.
  public var meaning: String {
    var parts = (given.union(specification.keys.map(\.name))).sorted().compactMap { key in
      self[key].map { "\(key): \($0.meaning)" }
    }
    parts += free.map { "\($0.key.text): \($0.setting.meaning)" }
    parts += beside.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.meaning)" }
    return "\(specification.name){\(parts.joined(separator: ", "))}"
  }
}

extension Node {
  fileprivate var meaning: String {
    switch content {
    case .scalar(let text, _): "\"\(text.text)\""
    case .list(let nodes): "[\(nodes.map(\.meaning).joined(separator: ", "))]"
    case .mapping(let entries): "{\(entries.map { "\($0.name): \($0.value.meaning)" }.joined(separator: ", "))}"
    case .empty: ""
    }
  }
}

extension Quantity {
  fileprivate var meaning: String { "\(value) \(unit)" }
}

extension Binning {
  fileprivate var meaning: String {
    switch shape {
    case .regular(let count, let from, let to): "\(count) from \(from.meaning) to \(to.meaning)"
    case .edges(let edges): "edges \(edges.map(\.meaning).joined(separator: ", "))"
    case .integers(let range): "integers \(range)"
    case .categories(let names): "categories \(names)"
    }
  }
}
