import Columns
import Diagnostics

/// A checked value.
package indirect enum Value: Sendable {
  case text(LocatedText)
  case integer(Int64)
  case number(Double)
  case boolean(Bool)
  case quantity(Quantity)
  case fieldType(FieldType)
  case binning(Binning)
  case list([Setting])
  case mapping([(key: LocatedText, setting: Setting)])
  case settings(Settings)
  /// Unchecked: its reader looks at the node.
  case node
  /// What is wrong with it was reported. It keeps its place in lists and mappings, so that a reference to it is not
  /// told that it does not exist.
  case invalid
}

/// A checked value with its place.
package struct Setting: Sendable {
  package let node: Node
  package let value: Value

  /// A value whose errors were reported.
  package static func invalid(_ node: Node) -> Setting { Setting(node: node, value: .invalid) }

  package init(node: Node, value: Value) {
    self.node = node
    self.value = value
  }

  package var span: Span { node.span }

  package var isInvalid: Bool { if case .invalid = value { true } else { false } }
  package var text: LocatedText? { if case .text(let text) = value { text } else { nil } }
  package var integer: Int64? { if case .integer(let integer) = value { integer } else { nil } }
  package var number: Double? { if case .number(let number) = value { number } else { nil } }
  package var boolean: Bool? { if case .boolean(let boolean) = value { boolean } else { nil } }
  package var quantity: Quantity? { if case .quantity(let quantity) = value { quantity } else { nil } }
  package var fieldType: FieldType? { if case .fieldType(let type) = value { type } else { nil } }
  package var binning: Binning? { if case .binning(let binning) = value { binning } else { nil } }
  package var list: [Setting]? { if case .list(let list) = value { list } else { nil } }
  package var mapping: [(key: LocatedText, setting: Setting)]? {
    if case .mapping(let all) = value { all } else { nil }
  }
  package var settings: Settings? { if case .settings(let settings) = value { settings } else { nil } }
}

/// The checked keys of one component. A key that the user left out has its default, if the specification gives one.
package struct Settings: Sendable {
  package let specification: Specification
  /// The whole block.
  package let span: Span
  /// The component's name as the user typed it, where it was typed.
  package let nameSpan: Span?
  private let entries: [String: Setting]
  /// The keys of the user's own choosing, in the order of the file.
  package let free: [(key: LocatedText, setting: Setting)]
  /// The names of the keys that the user gave.
  package let given: Set<String>
  /// Keys that stand beside a component's own block, such as the `record` of a source.
  package var beside: [String: Setting] = [:]

  package init(
    specification: Specification, span: Span, nameSpan: Span? = nil, entries: [String: Setting],
    free: [(key: LocatedText, setting: Setting)] = [], given: Set<String>
  ) {
    self.specification = specification
    self.span = span
    self.nameSpan = nameSpan
    self.entries = entries
    self.free = free
    self.given = given
  }

  package subscript(key: String) -> Setting? { entries[key] }
}
