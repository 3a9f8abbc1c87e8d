import Columns
import Diagnostics
import JSON

/// The JSON schema (draft 7, which every YAML extension of an editor understands) of pipelines and plugins, from the
/// specifications that check them: for completion, explanations and a first check while one types.
///
/// It is wider than the checks in one way: wherever a single value stands, a text with a `$` may stand too, whose value
/// comes from the environment or from a plugin's parameter.
package struct SchemaWriter {
  /// The functions of a group, which `groups:` takes as blocks too.
  private let functions: [Specification]
  private var writer = JSONWriter()
  /// Specifications that something refers to, in the order in which they came up.
  private var open: [Specification] = []
  private var seen: Set<String> = []

  private init(functions: [Specification]) { self.functions = functions }

  /// The schema of a file that is a pipeline, or a plugin where it has the key `plugin`.
  package static func json(pipeline: Specification, plugin: Specification, functions: [Specification]) -> String {
    var schema = SchemaWriter(functions: functions)
    schema.write(pipeline: pipeline, plugin: plugin)
    return schema.writer.text
  }

  private mutating func write(pipeline: Specification, plugin: Specification) {
    object { schema in
      schema.pair("$schema", "http://json-schema.org/draft-07/schema#")
      schema.pair("title", "hitmon")
      schema.pair("description", "A pipeline or a plugin of hitmon.")
      schema.pair("type", "object")
      schema.member("if") { schema in
        schema.strings("required", ["plugin"])
        schema.member("not") { $0.strings("required", ["pipeline"]) }
      }
      schema.member("then") { $0.reference(plugin) }
      schema.member("else") { $0.reference(pipeline) }
      schema.member("definitions") { schema in
        var written = 0
        while written < schema.open.count {
          let specification = schema.open[written]
          written += 1
          schema.member(Self.name(specification)) { $0.block(specification) }
        }
      }
    }
  }

  // MARK: Blocks

  private static func name(_ specification: Specification) -> String {
    "\(specification.kind.rawValue).\(specification.name)"
  }

  private mutating func reference(_ specification: Specification) {
    if seen.insert(Self.name(specification)).inserted { open.append(specification) }
    pair("$ref", "#/definitions/\(Self.name(specification))")
  }

  /// A mapping with the keys of a specification.
  private mutating func block(_ specification: Specification, selectedBy selector: String? = nil) {
    let needed = specification.keys.filter(\.isRequired).map(\.name)
    // A block whose keys all have defaults may be left empty.
    if needed.isEmpty { strings("type", ["object", "null"]) } else { pair("type", "object") }
    pair(
      "description", ([specification.summary, specification.details].filter { !$0.isEmpty }).joined(separator: "\n\n"))
    member("properties") { schema in
      for key in specification.keys {
        if key.name == selector {
          schema.member(key.name) { schema in
            schema.pair("description", key.summary)
            schema.pair("const", specification.name)
          }
        } else {
          schema.member(key.name) { $0.property(key) }
        }
      }
      if let selector, specification.key(selector) == nil {
        schema.member(selector) { $0.pair("const", specification.name) }
      }
    }
    let required = selector.map { name in needed.filter { $0 != name } + [name] } ?? needed
    if !required.isEmpty { strings("required", required) }
    if let free = specification.freeKeys {
      member("propertyNames") { $0.pair("pattern", Self.identifier) }
      member("additionalProperties") { $0.property(free) }
    } else {
      writer.key("additionalProperties")
      writer.bool(false)
    }
  }

  /// What a key takes, with what is said about it.
  private mutating func property(_ key: Key) {
    let standard = key.isRequired ? nil : key.standard
    let takes = "Takes \(key.form.brief)" + (standard.map { $0.isEmpty ? "" : ", \($0) if left out" } ?? "") + "."
    pair("description", "\(key.summary)\n\n\(takes)")
    if let standard { defaultValue(standard, key.form) }
    // Beside a reference draft 7 ignores everything.
    array("allOf") { $0.object { $0.form(key.form) } }
  }

  private mutating func defaultValue(_ text: String, _ form: ValueForm) {
    writer.key("default")
    switch form {
    case .integer: Int64(text).map { writer.integer($0) } ?? writer.string(text)
    case .number, .anyQuantity: Double(text).map { writer.number($0) } ?? writer.string(text)
    case .boolean: writer.bool(text == "true")
    default: writer.string(text == "\"\"" ? "" : text)
    }
  }

  // MARK: Values

  /// Letters beyond ASCII are allowed as they come; the regular expressions of schemas know no classes of Unicode.
  private static let identifier = "^[A-Za-z_\\u0080-\\uffff][A-Za-z0-9_\\u0080-\\uffff]*$"
  private static let looseName = "^[A-Za-z_\\u0080-\\uffff][A-Za-z0-9_./\\u0080-\\uffff-]*$|\\$"
  private static let variable = "\\$"

  private mutating func form(_ form: ValueForm) {
    switch form {
    case .text, .expression, .condition, .path: strings("type", ["string", "number", "boolean"])
    case .identifier: texts(Self.identifier + "|" + Self.variable)
    case .name: texts(Self.looseName)
    case .integer(let range): integer(range)
    case .number: numberOrText("^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$")
    case .boolean:
      alternatives([{ $0.pair("type", "boolean") }, { $0.texts("^(true|false)$|\\$") }])
    case .quantity: texts("^\\s*[-+]?[0-9._]+([eE][-+]?[0-9]+)?\\s*\\S|\\$")
    case .anyQuantity: numberOrText("^\\s*[-+]?[0-9._]|\\$")
    case .aggregateCall:
      let functions = functions
      alternatives([{ $0.pair("type", "string") }] + functions.map { function in { $0.reference(function) } })
    case .fieldType:
      let names = FieldType.Storage.allCases.map(\.rawValue).joined(separator: "|")
      texts("^(\(names))(\\s.*)?$|\\$")
    case .binning:
      alternatives([
        { $0.pair("type", "string") },
        { schema in
          schema.pair("type", "array")
          schema.member("items") { $0.strings("type", ["string", "number"]) }
          schema.writer.key("minItems")
          schema.writer.integer(2)
        },
      ])
    case .choice(let names):
      alternatives([{ $0.strings("enum", names) }, { $0.texts(Self.variable) }])
    case .list(let element):
      strings("type", ["array"])
      member("items") { $0.form(element) }
    case .oneOrMore(let element):
      alternatives([
        { $0.form(element) },
        { schema in
          schema.pair("type", "array")
          schema.member("items") { $0.form(element) }
        },
      ])
    case .mapping(let key, let value):
      strings("type", ["object", "null"])
      switch key {
      case .identifier: member("propertyNames") { $0.pair("pattern", Self.identifier + "|" + Self.variable) }
      case .name: member("propertyNames") { $0.pair("pattern", Self.looseName) }
      default: break
      }
      member("additionalProperties") { $0.form(value) }
    case .block(let specification): reference(specification)
    case .expressionOr(let specification):
      alternatives([{ $0.form(.expression) }, { $0.reference(specification) }])
    case .blockOrFirst(let specification):
      alternatives([{ $0.form(specification.keys[0].form) }, { $0.reference(specification) }])
    case .variant(let all):
      // Without keys there is nothing to tell a block by: it is a word.
      alternatives(
        all.filter { !$0.keys.isEmpty }.map { specification in { $0.reference(specification) } } + words(all))
    case .component(let all, let beside): component(all, beside: beside)
    case .selected(let key, let all):
      alternatives(all.map { specification in { $0.block(specification, selectedBy: key) } })
    case .plugin:
      alternatives([
        { $0.pair("type", "string") },
        { schema in
          schema.pair("type", "object")
          for limit in ["minProperties", "maxProperties"] {
            schema.writer.key(limit)
            schema.writer.integer(1)
          }
        },
      ])
    case .any: break
    }
  }

  private mutating func integer(_ range: ClosedRange<Int64>) {
    alternatives([
      { schema in
        schema.pair("type", "integer")
        if range.lowerBound > Int64.min / 2 {
          schema.writer.key("minimum")
          schema.writer.integer(range.lowerBound)
        }
        if range.upperBound < Int64.max / 2 {
          schema.writer.key("maximum")
          schema.writer.integer(range.upperBound)
        }
      }, { $0.texts("^[-+]?[0-9][0-9_]*$|\\$") },
    ])
  }

  private mutating func numberOrText(_ pattern: String) {
    alternatives([{ $0.pair("type", "number") }, { $0.texts(pattern + "|\\$") }])
  }

  private mutating func texts(_ pattern: String) {
    pair("type", "string")
    pair("pattern", pattern)
  }

  /// A mapping of one key, the component's name, to its settings; others may stand beside it.
  private mutating func component(_ all: [Specification], beside: Specification?) {
    alternatives(
      [
        { schema in
          schema.pair("type", "object")
          schema.member("properties") { schema in
            for specification in all { schema.member(specification.name) { $0.reference(specification) } }
            for key in beside?.keys ?? [] { schema.member(key.name) { $0.property(key) } }
          }
          schema.array("oneOf") { schema in
            for specification in all { schema.object { $0.strings("required", [specification.name]) } }
          }
          schema.writer.key("additionalProperties")
          schema.writer.bool(false)
        }
      ] + words(all))
  }

  /// Components that stand alone as a word, such as `window: all`.
  private func words(_ all: [Specification]) -> [(inout SchemaWriter) -> Void] {
    all.filter { specification in specification.keys.allSatisfy { !$0.isRequired } }.map { specification in
      { schema in
        schema.pair("const", specification.name)
        schema.pair("description", specification.summary)
      }
    }
  }

  // MARK: JSON

  private mutating func object(_ body: (inout SchemaWriter) -> Void) {
    writer.beginObject()
    body(&self)
    writer.endObject()
  }

  private mutating func member(_ key: String, _ body: (inout SchemaWriter) -> Void) {
    writer.key(key)
    object(body)
  }

  private mutating func array(_ key: String, _ body: (inout SchemaWriter) -> Void) {
    writer.key(key)
    writer.beginArray()
    body(&self)
    writer.endArray()
  }

  private mutating func alternatives(_ all: [(inout SchemaWriter) -> Void]) {
    array("anyOf") { schema in
      for body in all { schema.object(body) }
    }
  }

  private mutating func pair(_ key: String, _ value: String) {
    writer.key(key)
    writer.string(value)
  }

  private mutating func strings(_ key: String, _ values: [String]) {
    writer.key(key)
    writer.beginArray()
    for value in values { writer.string(value) }
    writer.endArray()
  }
}
