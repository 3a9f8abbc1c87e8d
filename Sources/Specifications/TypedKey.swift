import Columns
import Diagnostics

/// Something that a specification can list among its keys.
package protocol KeyDeclaration: Sendable {
  var key: Key { get }
}

extension Key: KeyDeclaration {
  package var key: Key { self }
}

extension KeyDeclaration {
  package var name: String { key.name }
}

/// A key with the type of its value, declared once as a constant: a component lists it, and what reads its settings asks by
/// it.
///
///     static let topic = TypedKey.name("topic", required: true, "The topic to read.")
///     settings[topic]             // LocatedText?
///
/// The value is nil where the user left the key out, or gave it a value that was reported.
package struct TypedKey<Value: Sendable>: KeyDeclaration {
  package let key: Key
  fileprivate let read: @Sendable (Setting) -> Value?
}

/// The same of a key that has a default: there is always a value.
///
///     static let port = DefaultKey.integer("port", 0...65_535, default: 8080, "The port; 0 takes any that is free.")
///     settings[port]              // Int64
package struct DefaultKey<Value: Sendable>: KeyDeclaration {
  package let key: Key
  /// What it is where the user gave nothing, or what was reported.
  package let standard: Value
  fileprivate let read: @Sendable (Setting) -> Value?
}

extension Settings {
  package subscript<Value>(key: TypedKey<Value>) -> Value? { self[key.key.name].flatMap(key.read) }
  package subscript<Value>(key: DefaultKey<Value>) -> Value { self[key.key.name].flatMap(key.read) ?? key.standard }

  /// The setting with its place; nil where the key has no default and the user left it out.
  package func setting(_ key: some KeyDeclaration) -> Setting? { self[key.key.name] }

  /// The setting of a key that stands beside the component's own block.
  package func setting(beside key: some KeyDeclaration) -> Setting? { beside[key.key.name] }

  /// Whether the user gave the key.
  package func isGiven(_ key: some KeyDeclaration) -> Bool { given.contains(key.key.name) }

  /// Where the value stands; the whole block where there is none.
  package func span(of key: some KeyDeclaration) -> Span { setting(key)?.span ?? span }
}

extension Node {
  /// The value of a key in a block that was not checked.
  package subscript(key: some KeyDeclaration) -> Node? { self[key.key.name] }
}

extension TypedKey {
  /// The same key where another component says what it is for.
  package func explained(_ summary: String) -> TypedKey { taking(key.form, required: key.isRequired, summary) }

  /// The same key with the form that it has, for one whose form is not known where it is declared: see ``SectionKeys``.
  package func taking(_ form: ValueForm, required: Bool = false, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, form, required: required, summary), read: read)
  }
}

// MARK: Forms

extension TypedKey where Value == LocatedText {
  package static func text(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    of(.text, name, required, summary)
  }

  package static func name(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    of(.name, name, required, summary)
  }

  package static func identifier(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    of(.identifier, name, required, summary)
  }

  package static func path(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    of(.path, name, required, summary)
  }

  package static func expression(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    of(.expression, name, required, summary)
  }

  package static func condition(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    of(.condition, name, required, summary)
  }

  private static func of(_ form: ValueForm, _ name: String, _ required: Bool, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, form, required: required, summary)) { $0.text }
  }
}

extension TypedKey where Value == Int64 {
  package static func integer(
    _ name: String, _ range: ClosedRange<Int64>, required: Bool = false, _ summary: String
  ) -> TypedKey {
    TypedKey(key: Key(name, .integer(range), required: required, summary)) { $0.integer }
  }
}

extension TypedKey where Value == Quantity {
  package static func quantity(
    _ name: String, _ dimension: Dimension, required: Bool = false, _ summary: String
  ) -> TypedKey {
    TypedKey(key: Key(name, .quantity(dimension), required: required, summary)) { $0.quantity }
  }

  package static func anyQuantity(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, .anyQuantity, required: required, summary)) { $0.quantity }
  }
}

extension TypedKey where Value == Binning {
  package static func binning(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, .binning, required: required, summary)) { $0.binning }
  }
}

extension TypedKey where Value == [Setting] {
  package static func list(_ name: String, of form: ValueForm, required: Bool = false, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, .list(form), required: required, summary)) { $0.list }
  }

  package static func oneOrMore(
    _ name: String, of form: ValueForm, required: Bool = false, _ summary: String
  ) -> TypedKey {
    TypedKey(key: Key(name, .oneOrMore(form), required: required, summary)) { $0.list }
  }
}

extension TypedKey where Value == [(key: LocatedText, setting: Setting)] {
  package static func mapping(
    _ name: String, key: ValueForm, value: ValueForm, required: Bool = false, _ summary: String
  ) -> TypedKey {
    TypedKey(key: Key(name, .mapping(key: key, value: value), required: required, summary)) { $0.mapping }
  }
}

extension TypedKey where Value == Settings {
  package static func block(
    _ name: String, _ specification: Specification, required: Bool = false, _ summary: String
  ) -> TypedKey {
    .settings(name, .block(specification), required: required, summary)
  }

  /// The keys of a specification in any of the forms that take some: a block, a variant, a component, a selected one.
  package static func settings(
    _ name: String, _ form: ValueForm, required: Bool = false, _ summary: String
  ) -> TypedKey {
    TypedKey(key: Key(name, form, required: required, summary)) { $0.settings }
  }
}

extension TypedKey where Value == Node {
  /// Anything; its reader checks it.
  package static func any(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, .any, required: required, summary)) { $0.node }
  }
}

extension TypedKey where Value: CaseIterable & RawRepresentable<String> {
  /// One of the cases, by their raw values.
  package static func choice(_ name: String, required: Bool = false, _ summary: String) -> TypedKey {
    TypedKey(key: Key(name, .choice(Value.allCases.map(\.rawValue)), required: required, summary)) {
      $0.text.flatMap { Value(rawValue: $0.text) }
    }
  }
}

extension DefaultKey {
  /// What `read` makes of the value. The default is given as one would type it, and read in the same way.
  package static func reading(
    _ name: String, _ form: ValueForm, default standard: String, _ summary: String,
    _ read: @escaping @Sendable (Setting) -> Value?
  ) -> DefaultKey {
    let text = LocatedText(option: "default of \(name)", text: standard)
    let setting = SettingsChecker(findings: Findings()).check(
      Node(.scalar(text, quoted: false), span: text.span), as: form, what: name)
    // A default that its own key refuses is a slip in the declaration.
    return DefaultKey(
      key: Key(name, form, default: standard, summary), standard: setting.flatMap(read)!, read: read)
  }
}

extension DefaultKey where Value == String {
  package static func text(_ name: String, default standard: String, _ summary: String) -> DefaultKey {
    DefaultKey(key: Key(name, .text, default: standard, summary), standard: standard) { $0.text?.text }
  }
}

extension DefaultKey where Value == Int64 {
  package static func integer(
    _ name: String, _ range: ClosedRange<Int64>, default standard: Int64, _ summary: String
  ) -> DefaultKey {
    DefaultKey(key: Key(name, .integer(range), default: "\(standard)", summary), standard: standard) { $0.integer }
  }
}

extension DefaultKey where Value == Double {
  package static func number(_ name: String, default standard: Double, _ summary: String) -> DefaultKey {
    DefaultKey(key: Key(name, .number, default: Quantity(standard).text, summary), standard: standard) { $0.number }
  }
}

extension DefaultKey where Value == Bool {
  package static func boolean(_ name: String, default standard: Bool, _ summary: String) -> DefaultKey {
    DefaultKey(key: Key(name, .boolean, default: "\(standard)", summary), standard: standard) { $0.boolean }
  }
}

extension DefaultKey where Value == Quantity {
  package static func quantity(
    _ name: String, _ dimension: Dimension, default standard: Quantity, _ summary: String
  ) -> DefaultKey {
    DefaultKey(key: Key(name, .quantity(dimension), default: standard.text, summary), standard: standard) {
      $0.quantity
    }
  }

  package static func anyQuantity(_ name: String, default standard: Quantity, _ summary: String) -> DefaultKey {
    DefaultKey(key: Key(name, .anyQuantity, default: standard.text, summary), standard: standard) { $0.quantity }
  }
}

extension DefaultKey where Value: CaseIterable & RawRepresentable<String> {
  /// One of the cases, by their raw values.
  package static func choice(_ name: String, default standard: Value, _ summary: String) -> DefaultKey {
    DefaultKey(
      key: Key(name, .choice(Value.allCases.map(\.rawValue)), default: standard.rawValue, summary), standard: standard
    ) { $0.text.flatMap { Value(rawValue: $0.text) } }
  }
}
