import Diagnostics
import Specifications

/// Holds what a use gives against the parameters of its plugin.
struct Arguments {
  private let parameters: [Parameter]
  private let plugin: LocatedText
  private let findings: Findings

  init(_ parameters: [Parameter], plugin: LocatedText, findings: Findings) {
    self.parameters = parameters
    self.plugin = plugin
    self.findings = findings
  }

  /// The value of every parameter that has one; nil where errors were reported.
  func read(_ given: Node?) -> [String: Node]? {
    let entries = given.flatMap { $0.isEmpty ? nil : $0.mapping } ?? []
    if let given, !given.isEmpty, given.mapping == nil {
      findings.error(
        .wrongType, "the parameters of `\(plugin.written)` are a block, not \(given.kindName)", at: given.span,
        hint: parameters.isEmpty ? "it takes none" : "write `{\(parameters[0].name.text): …}`")
      return nil
    }
    var values: [String: Node] = [:]
    var isSound = true
    var meant: Set<String> = []
    for entry in entries {
      guard let parameter = parameters.first(where: { $0.name.text == entry.name }) else {
        let open = parameters.map(\.name.text).filter { name in !entries.contains { $0.name == name } }
        let near = suggestion(for: entry.name, from: open)
        if let near { meant.insert(near) }
        reportUnknown(entry.key, near)
        isSound = false
        continue
      }
      if parameter.check(entry.value, findings) { values[entry.name] = entry.value } else { isSound = false }
    }
    for parameter in parameters where values[parameter.name.text] == nil {
      let name = parameter.name.text
      if let standard = parameter.standard, !entries.contains(where: { $0.name == name }) {
        values[name] = standard
      } else if !parameter.isOptional, !meant.contains(name), !entries.contains(where: { $0.name == name }) {
        findings.error(
          .missingParameter, "`\(plugin.written)` needs `\(name)`: \(Self.sentence(parameter.summary))",
          at: plugin.span,
          hint: "give it \(parameter.form.brief): `{\(plugin.written): {\(name): …}}`",
          notes: [.init(message: "it is declared here", span: parameter.name.span)])
        isSound = false
      }
    }
    return isSound ? values : nil
  }

  private func reportUnknown(_ name: LocatedText, _ near: String?) {
    let names = parameters.map(\.name.text)
    let all =
      names.isEmpty
      ? "it takes none: write `- \(plugin.written)`"
      : names.count == 1
        ? "its only parameter is `\(names[0])`" : "its parameters are \(alternatives(names, and: true))"
    findings.error(
      .unknownParameter, "`\(plugin.written)` has no parameter `\(name.written)`", at: name.span,
      hint: near.map { "did you mean `\($0)`?" } ?? all)
  }

  /// A description as a part of a message, which has no full stop.
  private static func sentence(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

extension Parameter {
  /// The parameters that a plugin declares, in order; nil where errors were reported.
  ///
  /// The section is checked here, before the plugin as a whole: what stands in that depends on them.
  static func all(of plugin: Node, findings: Findings) -> [Parameter]? {
    guard let section = plugin[SectionKeys.parameters] else { return [] }
    let checker = SettingsChecker(findings: findings)
    let form = ValueForm.mapping(key: .identifier, value: .any)
    guard let entries = checker.check(section, as: form, what: "`parameters`")?.mapping else { return nil }
    var parameters: [Parameter] = []
    for (name, setting) in entries {
      guard let settings = checker.check(setting.node, against: Parameter.specification, nameSpan: name.span),
        let parameter = Parameter(name, settings, findings: findings)
      else { return nil }
      parameters.append(parameter)
    }
    return parameters
  }
}
