import Diagnostics
import Foundation
import Runtime
import Testing

/// Every `yaml` block of the documentation passes lint, whole pipelines as they stand, parts inside a pipeline of the miniDT
/// telescope. The examples of docs/lint-rules.md have tests of their own.
@Suite("YAML of the documentation")
struct SnippetTests {
  private static let prefix = "pipeline: snippet\nuses: [detectors/minidt]\n"

  /// What lint says to a pipeline.
  private func lint(_ yaml: String, plugins: [String: String] = [:]) throws -> Findings {
    let shell = try Shell()
    try shell.write(yaml, "pipeline.yaml")
    for (name, text) in plugins { try shell.write(text, "own/\(name).yaml") }
    let findings = Findings()
    let own = shell.folder.appending(path: "own").path
    _ = try Pipeline.load(
      Pipeline.Request(path: shell.folder.appending(path: "pipeline.yaml").path),
      environment: { ["HITMON_PLUGINS": own, "KAFKA_PASSWORD": "swordfish"][$0] }, findings: findings)
    return findings
  }

  /// What is wrong with it. A part of a pipeline need not use what it declares.
  private func mistakes(_ findings: Findings, isWhole: Bool) -> [Finding] {
    findings.all.filter { isWhole || !$0.code.name.hasPrefix("unused-") }
  }

  private func topKeys(_ yaml: String) -> [String] {
    yaml.split(separator: "\n").compactMap { line in
      guard let first = line.first, first.isLetter, let colon = line.firstIndex(of: ":") else { return nil }
      return String(line[..<colon])
    }
  }

  /// The block as a pipeline of its own, with the plugins that it declares.
  private func pipeline(_ block: Document.Block) -> (yaml: String, plugins: [String: String]) {
    let keys = topKeys(block.text)
    if keys.contains("pipeline") { return (block.text, [:]) }
    let counts = keys.contains("histograms") ? "" : "histograms: {hits: {count: hits}}\n"
    if keys.first == "plugin" {
      let name = block.text.split(separator: "\n").first { $0.hasPrefix("plugin:") }!.dropFirst(7).drop { $0 == " " }
      let uses = keys.contains("record") ? "\(name)" : "detectors/minidt, \(name)"
      return ("pipeline: snippet\nuses: [\(uses)]\n\(counts)", [String(name): block.text])
    }
    return (Self.prefix + block.text + counts, [:])
  }

  /// An entry of the reference, put where its kind belongs; nil for the two that are files of their own.
  private func referencePipeline(_ block: Document.Block) -> String? {
    let kind = block.section.prefix { $0 != ":" }.lowercased()
    let end = "\nhistograms: {hits: {count: hits}}\n"
    switch kind {
    case "histogram": return Self.prefix + "histograms:\n  " + block.text
    case "group":
      return Self.prefix + "columns: {ADC: BX_COUNTER}\ngroups:\n  event:\n    by: ORBIT_CNT\n    " + block.text + end
    case "decoder": return "pipeline: snippet\n" + block.text + end
    case "section" where ["pipeline", "plugin", "parameters"].contains(block.heading): return nil
    default: return Self.prefix + block.text + end
    }
  }

  @Test(
    "passes lint",
    arguments: Document.all.filter { !["docs/reference.md", "docs/lint-rules.md"].contains($0.name) })
  func isSound(page: Document) throws {
    for block in page.blocks where block.info == "yaml" {
      let (yaml, plugins) = pipeline(block)
      let findings = try lint(yaml, plugins: plugins)
      let isWhole = topKeys(block.text).contains("pipeline")
      #expect(
        mistakes(findings, isWhole: isWhole).isEmpty,
        "\(page.name):\(block.line)\n\(FindingPrinter(colour: false).text(findings))")
    }
  }

  @Test("the reference's examples pass lint")
  func referenceIsSound() throws {
    var count = 0
    for block in Document("docs/reference.md").blocks where block.info == "yaml" {
      guard let yaml = referencePipeline(block) else { continue }
      count += 1
      let findings = try lint(yaml)
      // The library of the examples has to be made first; docs/native.md does that.
      #expect(
        mistakes(findings, isWhole: false).filter { $0.code.name != "native-library" }.isEmpty,
        "\(block.heading)\n\(FindingPrinter(colour: false).text(findings))")
    }
    #expect(count > 15)
  }
}
