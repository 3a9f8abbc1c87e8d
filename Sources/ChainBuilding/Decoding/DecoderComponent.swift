import ChainExecution
import Columns
import Diagnostics
import Specifications

/// A record format of the registry: what it declares of itself, and how it is made from checked settings.
package struct DecoderComponent: Sendable {
  package let specification: Specification
  /// Nil where errors were reported.
  let make: @Sendable (Settings, Findings, [NativeLibrary]) -> DeclaredFormat?

  /// Every format. A new one is a file beside these and its line here.
  package static let all: [DecoderComponent] = [csv, words, records, native]

  static func make(
    _ settings: Settings, libraries: [NativeLibrary], findings: Findings
  ) -> DeclaredFormat? {
    all.first { $0.specification.name == settings.specification.name }?.make(settings, findings, libraries)
  }

  /// Keys that every format has.
  static let commonKeys: [any KeyDeclaration] = [onMalformed]
  static let onMalformed = DefaultKey<AtMalformed>.choice(
    "on_malformed", default: .count,
    "What happens at a row that cannot be decoded: `count` it and go on, or `stop` the run with an error.")

  /// What happens at a row that cannot be decoded.
  enum AtMalformed: String, Sendable, CaseIterable {
    case count, stop
  }

  /// The key of formats whose fields the user declares; each says what its own take.
  static let fields = TypedKey.mapping("fields", key: .identifier, value: .fieldType, required: true, "")

  /// How the bytes of a number lie.
  enum ByteOrder: String, Sendable, CaseIterable {
    case little, big
  }

  /// Bytes before the first record of a file.
  static let skip = DefaultKey.integer("skip", 0...1_073_741_824, default: 0, "Bytes of a file's header.")

  /// The declared fields, with an error for a record that has none.
  static func fields(_ settings: Settings, findings: Findings) -> [(key: LocatedText, setting: Setting)]? {
    guard let fields = settings[Self.fields] else { return nil }
    if fields.isEmpty {
      findings.error(
        .missingKey, "the record has no fields", at: settings.span(of: Self.fields),
        hint: "declare them: `{HEAD: u8, FPGA: u8}`")
      return nil
    }
    // Errors of single fields were reported.
    return fields.contains { $0.setting.isInvalid } ? nil : fields
  }

  typealias TypedField = (key: LocatedText, type: FieldType, span: Span)

  /// The same of a format whose fields are declared by their types.
  static func typedFields(_ settings: Settings, findings: Findings) -> [TypedField]? {
    fields(settings, findings: findings).map { fields in
      fields.compactMap { name, setting in setting.fieldType.map { (name, $0, setting.span) } }
    }
  }
}

/// A format as the user declares it.
struct DeclaredFormat {
  let format: any RecordFormat
  /// The fields' names, one for each, where they stand in the user's file.
  let names: [LocatedText]

  init(_ format: any RecordFormat, names: [LocatedText]) {
    self.format = format
    self.names = names
  }
}

extension LocatedText {
  /// A name that stands nowhere in the user's files, for what is at `span`.
  init(_ text: String, at span: Span) {
    let scalars = Array(text.unicodeScalars)
    self.init(
      scalars: scalars, source: span.source,
      positions: Array(repeating: span.start, count: scalars.count) + [span.end],
      ends: Array(repeating: span.end, count: scalars.count))
  }
}
