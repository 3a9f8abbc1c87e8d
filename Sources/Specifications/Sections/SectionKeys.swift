import Diagnostics

/// The sections of a pipeline and of a plugin, with the types of their values. What some take is said by decoders,
/// histograms, sources and sinks: where those are known, the specification adds the form, see
/// ``TypedKey/taking(_:required:_:)``.
package enum SectionKeys {
  package static let pipeline = TypedKey.name(
    "pipeline", required: true, "The pipeline's name; it stands in every result.")
  package static let plugin = TypedKey.path(
    "plugin", required: true, "The plugin's name: its path under plugins/, without .yaml.")
  package static let description = DefaultKey<String>.reading(
    "description", .text, default: "\"\"", "One sentence on what it is."
  ) { $0.text?.text }
  package static let parameters = TypedKey.mapping(
    "parameters", key: .identifier, value: .block(Parameter.specification), Parameter.specification.summary)
  package static let uses = TypedKey.list(
    "uses", of: .plugin,
    "Plugins, by their name under plugins/, with parameters where they take some: `[detectors/minidt, {plots/rate: {per: chamber}}]`. Their sections are merged in, in order; those of the file that uses them win."
  )

  package static let record = TypedKey.settings("record", .any, "")
  package static let cleansing = TypedKey.list("cleansing", of: .any, "")
  package static let chambers = TypedKey.list("chambers", of: .any, "")
  package static let constants = TypedKey.mapping(
    "constants", key: .identifier, value: .any, LookupSection.specification.summary)
  package static let columns = TypedKey.mapping(
    "columns", key: .identifier, value: .expressionOr(OperatorSections.last),
    "Columns computed from others, in any order: expressions, or a value of the last hit before (`last`).")
  package static let native = TypedKey.oneOrMore(
    "native", of: .blockOrFirst(OperatorSections.native), OperatorSections.native.summary)
  package static let external = TypedKey.oneOrMore(
    "external", of: .block(OperatorSections.external), OperatorSections.external.summary)
  package static let groups = TypedKey.mapping(
    "groups", key: .identifier, value: .block(GroupSections.group), GroupSections.group.summary)
  package static let histograms = TypedKey.mapping("histograms", key: .name, value: .any, "")
  package static let layouts = TypedKey.mapping(
    "layouts", key: .name, value: .block(DashboardSections.layout), DashboardSections.layout.summary)

  package static let sources = TypedKey.mapping("sources", key: .name, value: .any, "")
  package static let window = TypedKey.settings(
    "window", .variant(WindowSections.windows), "How the stream is cut into results; `all` if left out.")
  package static let sinks = TypedKey.list("sinks", of: .any, "")
  package static let dashboard = TypedKey.block(
    "dashboard", DashboardSections.dashboard, DashboardSections.dashboard.summary)
  package static let emulate = TypedKey.settings("emulate", .any, "")
  package static let tests = TypedKey.mapping("tests", key: .any, value: .any, "")
}
