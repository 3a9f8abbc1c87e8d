import Columns
import Diagnostics

/// A checked value.
public indirect enum Value: Sendable {
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
  /// Unchecked: whoever reads it looks at the node.
  case node
  /// What is wrong with it was reported. It keeps its place in lists and mappings, so that whoever refers to it is not
  /// told that it does not exist.
  case invalid
}

/// A checked value with its place.
public struct Setting: Sendable {
  public let node: Node
  public let value: Value

  /// A value whose errors were reported.
  public static func invalid(_ node: Node) -> Setting { Setting(node: node, value: .invalid) }

  public init(node: Node, value: Value) {
    self.node = node
    self.value = value
  }

  public var span: Span { node.span }

  public var isInvalid: Bool { if case .invalid = value { true } else { false } }
  public var text: LocatedText? { if case .text(let text) = value { text } else { nil } }
  public var integer: Int64? { if case .integer(let integer) = value { integer } else { nil } }
  public var number: Double? { if case .number(let number) = value { number } else { nil } }
  public var boolean: Bool? { if case .boolean(let boolean) = value { boolean } else { nil } }
  public var quantity: Quantity? { if case .quantity(let quantity) = value { quantity } else { nil } }
  public var fieldType: FieldType? { if case .fieldType(let type) = value { type } else { nil } }
  public var binning: Binning? { if case .binning(let binning) = value { binning } else { nil } }
  public var list: [Setting]? { if case .list(let list) = value { list } else { nil } }
  public var mapping: [(key: LocatedText, setting: Setting)]? { if case .mapping(let all) = value { all } else { nil } }
  public var settings: Settings? { if case .settings(let settings) = value { settings } else { nil } }
}

/// The checked keys of one component. A key that the user left out has its default, if the specification gives one.
public struct Settings: Sendable {
  public let specification: Specification
  /// The whole block.
  public let span: Span
  /// The component's name as the user typed it, where it was typed.
  public let nameSpan: Span?
  private let entries: [String: Setting]
  /// The keys of the user's own choosing, in the order of the file.
  public let free: [(key: LocatedText, setting: Setting)]
  /// The names of the keys that the user gave.
  public let given: Set<String>
  /// Keys that stand beside a component's own block, such as the `record` of a source.
  public var beside: [String: Setting] = [:]

  public init(
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

  public subscript(key: String) -> Setting? { entries[key] }
}
