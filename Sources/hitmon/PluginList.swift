import Configuration
import Diagnostics
import Runtime
import Specifications

/// The plugins that a pipeline can use, as `hitmon list plugins` shows them.
struct PluginList {
  private let folders: PluginFolders
  private let plugins: [PluginDescription]

  /// - Parameter pipeline: the pipeline that looks for them; the current folder's where it is nil.
  init(pipeline: String?) {
    folders = PipelineOptions.plainRequest(pipeline ?? "pipeline.yaml").folders(environment: environmentValue)
    plugins = folders.entries.map { PluginDescription($0, environment: environmentValue) }
  }

  var names: [String] { plugins.map(\.entry.name) }

  /// All of them, or the one of that name.
  func text(_ name: String?) -> String {
    let chosen = plugins.filter { name == nil || $0.entry.name == name }
    let places = folders.paths.map { "  \($0)" }.joined(separator: "\n")
    let head =
      "plugins: what pipelines share (`uses:`), looked for in this order\n\(places.isEmpty ? "  (none of the folders exists)" : places)"
    let parts = chosen.map { entry($0, isFull: name != nil) }
    return ((name == nil ? [head] : []) + parts).joined(separator: "\n\n")
  }

  private func entry(_ plugin: PluginDescription, isFull: Bool) -> String {
    var lines = ["\(plugin.entry.name): \(plugin.summary.isEmpty ? "says nothing of itself" : plugin.summary)"]
    lines.append("  \(plugin.entry.path)")
    lines += plugin.entry.hidden.map { "  hides \($0)" }
    if let problem = plugin.problem { lines.append("  cannot be used: \(problem)") }
    if !plugin.uses.isEmpty { lines.append("  uses \(plugin.uses.joined(separator: ", "))") }
    if isFull, !plugin.sections.isEmpty { lines.append("  has \(plugin.sections.joined(separator: ", "))") }
    for parameter in plugin.parameters {
      lines.append("  \(parameter.name.text): \(parameter.words)")
      if !parameter.summary.isEmpty { lines.append("      \(parameter.summary)") }
    }
    if isFull { lines += ["", "  \(plugin.example)"] }
    return lines.joined(separator: "\n")
  }

  /// A page of documentation: a section for each plugin.
  func markdown(_ name: String?) -> String {
    var lines = [
      "# Plugins that come with hitmon", "",
      "Made from the plugins by `make docs` (`hitmon list plugins --format markdown`). Do not edit it by hand.",
      "[plugins.md](plugins.md) explains how to use them, and how to write others.",
    ]
    for plugin in plugins where name == nil || plugin.entry.name == name { lines += section(plugin) }
    return lines.joined(separator: "\n")
  }

  private func section(_ plugin: PluginDescription) -> [String] {
    var lines = ["", "## \(plugin.entry.name)", "", plugin.summary]
    if !plugin.details.isEmpty { lines += ["", plugin.details] }
    lines += ["", "```text", plugin.example, "```"]
    if !plugin.uses.isEmpty { lines += ["", "It uses \(alternatives(plugin.uses, and: true))."] }
    guard !plugin.parameters.isEmpty else { return lines }
    lines += ["", "| parameter | takes | meaning |", "|---|---|---|"]
    for parameter in plugin.parameters {
      let cells = [parameter.words, parameter.summary].map { text in
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
      }
      lines.append("| `\(parameter.name.text)` | \(cells[0]) | \(cells[1]) |")
    }
    return lines
  }
}
