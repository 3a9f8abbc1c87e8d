import Columns
import Diagnostics
import Expressions

/// Values of settings in one form, whatever the way they were written: `1000 ns` is `1 us`, and `a+b` is `a + b`.
package struct CanonicalText: Sendable {
  /// Equal for equal meanings. Never shown: values of the environment's variables are in it.
  package let meaning: String
  /// As it is shown: what was typed, on one line.
  package let shown: String

  /// What a setting says under the key of a specification; `form` is what the key takes.
  package init(_ setting: Setting, _ form: ValueForm?) {
    shown = Self.flow(setting.node)
    meaning = Self.meaning(setting, form)
  }

  /// What a component comes down to, with all its keys.
  package static func meaning(_ settings: Settings) -> String { all(settings) }

  private static func meaning(_ setting: Setting, _ form: ValueForm?) -> String {
    switch setting.value {
    case .text(let text):
      switch form {
      case .expression, .expressionOr, .condition: return expression(text)
      case .aggregateCall: return call(text)
      default: return "\"\(text.text)\""
      }
    case .integer(let value): return "\(value)"
    case .number(let value): return quantity(Quantity(value))
    case .boolean(let value): return "\(value)"
    case .quantity(let value): return quantity(value)
    case .fieldType(let type): return "\(type.storage.rawValue) \(type.unit.dimension) \(type.unit.scale)"
    case .binning(let bins): return binning(bins)
    case .list(let settings):
      return "[\(settings.map { meaning($0, form?.element) }.joined(separator: ", "))]"
    case .mapping(let entries):
      // The order of the fields of a record matters; tables of others are short, and written in one order.
      return "{\(entries.map { "\($0.key.text): \(meaning($0.setting, form?.element))" }.joined(separator: ", "))}"
    case .settings(let settings): return all(settings)
    case .node, .invalid:
      if case .aggregateCall = form { return call(setting.node) }
      return node(setting.node)
    }
  }

  /// A component with all its keys, defaults included.
  private static func all(_ settings: Settings) -> String {
    let keys = settings.specification.keys.compactMap { key in
      settings[key.name].map { "\(key.name): \(meaning($0, key.form))" }
    }
    let free = settings.free.map { "\($0.key.text): \(meaning($0.setting, settings.specification.freeKeys?.form))" }
      .sorted()
    let beside = settings.beside.keys.sorted().map { "\($0): \(meaning(settings.beside[$0]!, nil))" }
    return "\(settings.specification.name){\((keys + free + beside).joined(separator: ", "))}"
  }

  static func quantity(_ quantity: Quantity) -> String {
    let scale = quantity.unit.scale
    let base = quantity.value * Double(scale.numerator) / Double(scale.denominator)
    // Twelve digits: units convert with a rounding error in the last.
    var rounded = base
    if base != 0, base.isFinite {
      var factor = 1.0
      while abs(base) * factor < 1e12, factor < 1e24 { factor *= 10 }
      rounded = (base * factor).rounded() / factor
    }
    return "\(rounded) \(quantity.unit.dimension.name)"
  }

  /// With all its digits: edges of times since 1970 differ in the last ones.
  private static func edge(_ edge: Quantity) -> String {
    guard let exact = edge.exact?.times(edge.unit.scale) else { return quantity(edge) }
    return "\(exact.numerator)/\(exact.denominator) \(edge.unit.dimension.name)"
  }

  private static func binning(_ bins: Binning) -> String {
    switch bins.shape {
    case .regular(let count, let from, let to): "\(count) from \(edge(from)) to \(edge(to))"
    case .logarithmic(let count, let from, let to): "\(count) log from \(edge(from)) to \(edge(to))"
    case .edges(let edges): "edges \(edges.map(edge).joined(separator: ", "))"
    case .integers(let range): "integers \(range)"
    case .categories(let names): "categories \(names.joined(separator: ", "))"
    }
  }

  // MARK: Expressions

  private static func expression(_ text: LocatedText) -> String {
    ExpressionParser.parse(text, findings: Findings()).map { syntax($0.root) } ?? text.text
  }

  /// A function of a group, as text or as a block.
  private static func call(_ text: LocatedText) -> String {
    guard let call = ExpressionParser.parseGroupFunction(text, findings: Findings()) else { return text.text }
    return words(
      call.function.rawValue, call.argument.map { syntax($0.root) }, condition: call.condition.map { syntax($0.root) },
      per: nil)
  }

  private static func call(_ node: Node) -> String {
    if let text = node.scalar { return call(text) }
    guard let entry = node.mapping?.first(where: { GroupFunction(rawValue: $0.name) != nil }) else {
      return self.node(node)
    }
    // `count: rows` has no argument.
    let argument = entry.name == "count" ? nil : entry.value.scalar.map(expression)
    return words(
      entry.name, argument, condition: node[GroupFunctionKeys.condition]?.scalar.map(expression),
      per: node[GroupFunctionKeys.per]?.scalar?.text)
  }

  private static func words(_ function: String, _ argument: String?, condition: String?, per: String?) -> String {
    "\(function)(\(argument ?? "")) where \(condition ?? "true") per \(per ?? "nothing")"
  }

  private static func syntax(_ tree: Syntax) -> String {
    switch tree.kind {
    case .literal(let constant):
      // A whole number is computed otherwise than a float of the same value.
      switch constant.value {
      case .integer(let value):
        constant.unit.isNone ? "\(value)" : "whole \(quantity(Quantity(Double(value), constant.unit)))"
      case .float(let value): "float \(quantity(Quantity(value, constant.unit)))"
      case .boolean(let value): "\(value)"
      case .text(let text): "'\(text)'"
      }
    case .name(let name): name
    case .unary(let sign, let operand): "(\(sign.rawValue) \(syntax(operand)))"
    case .binary(let sign, let left, let right): "(\(syntax(left)) \(sign.rawValue) \(syntax(right)))"
    case .call(let name, _, let arguments): "\(name)(\(arguments.map(syntax).joined(separator: ", ")))"
    case .inRange(let value, let lower, let upper, let negated):
      "(\(syntax(value)) \(negated ? "not " : "")in \(syntax(lower))..\(syntax(upper)))"
    case .inList(let value, let members, let negated):
      "(\(syntax(value)) \(negated ? "not " : "")in [\(members.map(syntax).joined(separator: ", "))])"
    case .isKnown(let value, let negated): "(\(syntax(value)) is \(negated ? "unknown" : "known"))"
    }
  }

  // MARK: Nodes

  /// Anything that nobody has checked: numbers by their value, texts as they are.
  static func node(_ node: Node) -> String {
    switch node.content {
    case .scalar(let text, let quoted):
      if !quoted, let number = try? Quantity.parse(text.text) { return quantity(number) }
      return "\"\(text.text)\""
    case .list(let nodes): return "[\(nodes.map(self.node).joined(separator: ", "))]"
    case .mapping(let entries):
      return "{\(entries.map { "\($0.name): \(self.node($0.value))" }.sorted().joined(separator: ", "))}"
    case .empty: return "nothing"
    }
  }

  /// On one line, as it was typed; what a variable stands for is not shown.
  static func flow(_ node: Node) -> String {
    switch node.content {
    case .scalar(let text, let quoted): quoted ? "\"\(text.written)\"" : text.written
    case .list(let nodes): "[\(nodes.map(flow).joined(separator: ", "))]"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key.written): \(SecretName.isSecret($0.name) ? "(hidden)" : flow($0.value))" }.joined(separator: ", "))}"
    case .empty: ""
    }
  }
}

extension ValueForm {
  /// What an item of it takes.
  fileprivate var element: ValueForm? {
    switch self {
    case .list(let element), .oneOrMore(let element): element
    case .mapping(_, let value): value
    default: nil
    }
  }
}
