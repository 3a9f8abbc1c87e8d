import Columns

/// What a key takes. The checker, the defaults, `hitmon list`, the schema and the reference are all made from it.
package indirect enum ValueForm: Sendable {
  /// Any text; `example` is shown in messages.
  case text
  /// A letter or underscore, then letters, digits and underscores: what names a column, a group or a constant.
  case identifier
  /// What names a histogram, a source or a pipeline: an identifier that may hold `-` and `.` too.
  case name
  case path
  case integer(ClosedRange<Int64>)
  case number
  case boolean
  /// A number with a unit of that dimension, such as `2 s`.
  case quantity(Dimension)
  /// A number with any unit or none.
  case anyQuantity
  case expression
  /// An expression, or a mapping with the keys of a specification.
  case expressionOr(Specification)
  case condition
  /// One of the functions over the rows of a group, as text or as a block.
  case aggregateCall
  case fieldType
  case binning
  case choice([String])
  case list(ValueForm)
  /// One value or a list of them.
  case oneOrMore(ValueForm)
  /// A mapping with keys of the user's choosing.
  case mapping(key: ValueForm, value: ValueForm)
  /// A mapping with the keys of a specification.
  case block(Specification)
  /// The same, or only the value of its first key.
  case blockOrFirst(Specification)
  /// A mapping whose keys say which of several components it is: by the one key that names it (`keep: …`), see
  /// ``Specification/discriminator``.
  case variant([Specification])
  /// A mapping of one key, the component's name, to its settings: `simulate: {rate: 1000 /s}`. The keys of `beside` may
  /// stand beside that one.
  case component([Specification], beside: Specification? = nil)
  /// A mapping where one key, such as `format`, names the component.
  case selected(by: String, [Specification])
  /// A plugin: its name, or a mapping of the name to its parameters, `{plots/occupancy: {of: wire}}`.
  case plugin
  /// Anything; its reader checks it.
  case any
}

/// One key of a component.
package struct Key: Sendable {
  package let name: String
  package let form: ValueForm
  package let isRequired: Bool
  /// The default as one would type it; nil where there is none.
  package let standard: String?
  /// One or two sentences for people.
  package let summary: String

  package init(
    _ name: String, _ form: ValueForm, required: Bool = false, default standard: String? = nil, _ summary: String
  ) {
    self.name = name
    self.form = form
    self.isRequired = required
    self.standard = standard
    self.summary = summary
  }
}

/// What a component declares of itself: the one place where its keys, types, defaults and explanations stand.
package struct Specification: Sendable {
  /// The kinds of component, in the order in which a pipeline meets them.
  package enum Kind: String, CaseIterable, Sendable {
    case section, source, decoder, cleansing, group, window, histogram, sink

    /// As messages name one.
    var words: String { self == .decoder ? "record format" : rawValue }

    package var summary: String {
      switch self {
      case .section: "sections of a pipeline or a plugin"
      case .source: "where rows come from (`sources:`)"
      case .decoder: "formats of a record (`record: {format: …}`)"
      case .cleansing: "rules that keep or drop rows (`cleansing:`)"
      case .group: "functions over the rows of a group (`groups:`)"
      case .window: "how the stream is cut into results (`window:`)"
      case .histogram: "what is counted (`histograms:`)"
      case .sink: "where results go (`sinks:`)"
      }
    }
  }

  package let kind: Kind
  package let name: String
  /// One sentence for lists.
  package let summary: String
  /// Paragraphs for the reference.
  package let details: String
  package let keys: [Key]
  /// YAML that works.
  package let example: String
  /// The keys of its own that the user may choose freely (columns of a chamber row), if any.
  package let freeKeys: Key?

  package init(
    kind: Kind, name: String, summary: String, details: String = "", keys: [any KeyDeclaration], freeKeys: Key? = nil,
    example: String
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.details = details
    self.keys = keys.map(\.key)
    self.freeKeys = freeKeys
    self.example = example
  }

  package func key(_ name: String) -> Key? { keys.first { $0.name == name } }

  /// The key that tells this component from its siblings in a ``ValueForm/variant(_:)``: the first one.
  package var discriminator: String { keys.first?.name ?? name }
}

extension ValueForm {
  /// What to type, where what it is made of would make a message too long.
  package var brief: String {
    switch self {
    case .list: "a list"
    case .plugin: "the name of a plugin"
    case .mapping(_, .fieldType): "a block of fields such as `{HEAD: u8, ORBIT_CNT: u32}`"
    case .mapping: "a block of `NAME: …` lines"
    default: description
    }
  }

  /// What to type, in a few words: `a time such as 2 s`.
  package var description: String {
    switch self {
    case .text: "text"
    case .identifier, .name: "a name"
    case .path: "a path"
    case .integer(let range):
      range.upperBound >= Int64.max / 2
        ? range.lowerBound == 0
          ? "a whole number" : range.lowerBound < 0 ? "an integer" : "a whole number from \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number: "a number"
    case .boolean: "true or false"
    case .quantity(let dimension): "\(dimension.name) such as `\(ValueForm.sample(dimension))`"
    case .anyQuantity: "a number, with a unit if it has one"
    case .expression: "an expression"
    case .expressionOr(let specification):
      "an expression, or a block with the keys \(alternatives(specification.keys.map(\.name), and: true))"
    case .condition: "a condition"
    case .aggregateCall: "a function over the group's rows such as `min(time) where HEAD == 2`"
    case .fieldType: "a field type such as `u16` or `f32 ns`"
    case .binning: "bins such as `64 from 0 to 64`"
    case .choice(let names): alternatives(names)
    case .list(let form): "a list, each item \(form.description)"
    case .oneOrMore(let form): "\(form.description), or a list of them"
    case .mapping(_, let value): "a block of names, each with \(value.description)"
    case .block(let specification):
      "a block with \(specification.keys.count == 1 ? "the key" : "the keys") \(alternatives(specification.keys.map(\.name), and: true))"
    case .blockOrFirst(let specification):
      "\(specification.keys[0].form.description), or a block with the keys \(alternatives(specification.keys.map(\.name), and: true))"
    case .variant(let all): "a block with one of the keys \(alternatives(all.map(\.discriminator)))"
    case .component(let all, _): "\(all.count == 1 ? "" : "one of ")\(alternatives(all.map(\.name))) with its settings"
    case .selected(let key, let all): "a block whose `\(key)` is \(alternatives(all.map(\.name)))"
    case .plugin: "a plugin such as `detectors/minidt`, or one with its parameters: `{plots/rate: {per: chamber}}`"
    case .any: "a value"
    }
  }

  private static func sample(_ dimension: Dimension) -> String {
    switch dimension {
    case Dimension(time: 1): "2 s"
    case Dimension(time: -1): "1000 /s"
    case Dimension(length: 1): "42 mm"
    default: "1"
    }
  }
}
