import Diagnostics
import Specifications

/// What a plugin says of itself, for lists and documentation.
package struct PluginDescription: Sendable {
  package let entry: PluginFolders.Entry
  package let summary: String
  /// The comment at the top of its file, as paragraphs.
  package let details: String
  package let parameters: [Parameter]
  /// The plugins that it uses, by name.
  package let uses: [String]
  /// The sections that it has, in their order.
  package let sections: [String]
  /// What is wrong with it, in one sentence.
  package let problem: String?

  /// Reads a plugin that was found.
  package init(_ entry: PluginFolders.Entry, environment: @escaping (String) -> String?) {
    self.entry = entry
    let findings = Findings()
    var unreadable: String?
    details = Self.comment(of: entry.path)
    let node = ConfigurationFiles(environment: environment, findings: findings).read(
      entry.path, unreadable: { unreadable = $0 })
    summary = node?[SectionKeys.description]?.scalar?.written ?? ""
    parameters = node.flatMap { Parameter.all(of: $0, findings: findings) } ?? []
    uses = (node?[SectionKeys.uses]?.list ?? []).compactMap { $0.scalar?.written ?? $0.mapping?.first?.name }
    let own: [any KeyDeclaration] = [
      SectionKeys.plugin, SectionKeys.description, SectionKeys.parameters, SectionKeys.uses, SectionKeys.tests,
    ]
    let names = own.map(\.name)
    sections = (node?.mapping ?? []).map(\.name).filter { !names.contains($0) }
    let error = findings.sorted.first { $0.severity == .error }
    problem = unreadable ?? error.map { "line \($0.span?.start.line ?? 1): \($0.message)" }
  }

  /// The lines of comment that a file begins with, without their signs.
  private static func comment(of path: String) -> String {
    guard case .success(let bytes) = readFile(path) else { return "" }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" || $0 == " " } }.joined(separator: "\n")
  }

  /// How one writes it under `uses`, with the parameters that must be given.
  package var example: String {
    let needed = parameters.filter { $0.standard == nil && !$0.isOptional }
    if needed.isEmpty { return "uses: [\(entry.name)]" }
    return "uses: [{\(entry.name): {\(needed.map { "\($0.name.text): …" }.joined(separator: ", "))}}]"
  }
}
