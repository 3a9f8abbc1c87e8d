import Diagnostics
import Foundation
import Runtime
import Testing

/// Mutations of the shipped pipelines, of the plugin and of the golden mistakes, the same in every run: loading ends,
/// without a crash, and either there is a pipeline or a finding says why not. HITMON_FUZZ_SEED=N in the environment tries
/// others.
@Suite struct FuzzTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

  private static let seed = ProcessInfo.processInfo.environment["HITMON_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

  /// A folder of its own with a pipeline and the plugin in it.
  private struct Workspace {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hitmon-lint-\(UUID().uuidString)")
    var pipeline: URL { folder.appending(path: "pipeline.yaml") }
    var plugin: URL { folder.appending(path: "plugins/detectors/minidt.yaml") }

    init() throws {
      try FileManager.default.createDirectory(at: plugin.deletingLastPathComponent(), withIntermediateDirectories: true)
    }

    func load(_ variables: [String: String]) throws -> (pipeline: Pipeline?, findings: Findings) {
      var request = Pipeline.Request(path: pipeline.path)
      request.pluginDirectories = [folder.appending(path: "plugins").path]
      let findings = Findings()
      return (try Pipeline.load(request, environment: { variables[$0] }, findings: findings), findings)
    }
  }

  private static func shipped(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private func check(_ workspace: Workspace) throws {
    let (pipeline, findings) = try workspace.load(GoldenCase.variables)
    #expect((pipeline == nil) == findings.hasErrors)
    for finding in findings.all {
      let span = try #require(finding.span)
      #expect(span.start.line >= 1 && span.start.line <= span.source.lineCount)
    }
    #expect(!FindingPrinter(colour: false).text(findings).contains("\0"))
  }

  @Test func mutatedPipelinesNeverCrash() throws {
    let workspace = try Workspace()
    defer { try? FileManager.default.removeItem(at: workspace.folder) }
    let plugin = try Self.shipped("plugins/detectors/minidt.yaml")
    try plugin.write(to: workspace.plugin, atomically: false, encoding: .utf8)
    let seeds =
      [try Self.shipped("pipelines/dt-chambers.yaml")]
      + GoldenCase.all.compactMap { try? String(contentsOf: URL(filePath: $0.path), encoding: .utf8) }
    var mutator = Mutator(random: SeededRandom(state: Self.seed))
    for round in 0..<1200 {
      let seed = round.isMultiple(of: 2) ? seeds[0] : seeds[round / 2 % seeds.count]
      try Data(mutator.mutated(seed)).write(to: workspace.pipeline)
      try check(workspace)
    }
  }

  @Test func mutatedPluginsNeverCrash() throws {
    let workspace = try Workspace()
    defer { try? FileManager.default.removeItem(at: workspace.folder) }
    try Self.shipped("pipelines/dt-chambers.yaml").write(to: workspace.pipeline, atomically: false, encoding: .utf8)
    let plugin = try Self.shipped("plugins/detectors/minidt.yaml")
    var mutator = Mutator(random: SeededRandom(state: Self.seed &+ 1))
    for _ in 0..<900 {
      try Data(mutator.mutated(plugin)).write(to: workspace.plugin)
      try check(workspace)
    }
  }

  /// Every word in turn comes out of a variable: whatever is wrong with it, its value is not shown.
  @Test(arguments: ["hunter2", "5 hunter2", "[hunter2"]) func secretsAreNotPrinted(value: String) throws {
    let workspace = try Workspace()
    defer { try? FileManager.default.removeItem(at: workspace.folder) }
    let texts = [try Self.shipped("pipelines/dt-chambers.yaml"), try Self.shipped("plugins/detectors/minidt.yaml")]
    let files = [workspace.pipeline, workspace.plugin]
    for (index, text) in texts.enumerated() {
      try texts[1 - index].write(to: files[1 - index], atomically: false, encoding: .utf8)
      for place in Mutator.places(text) {
        try text.replacingCharacters(in: place, with: "${TOKEN}").write(
          to: files[index], atomically: false, encoding: .utf8)
        let (_, findings) = try workspace.load(["TOKEN": value])
        let printed =
          FindingPrinter(colour: false).text(findings) + FindingPrinter.json(findings.all)
          + FindingPrinter.github(findings.all)
        #expect(!printed.contains("hunter2"), "\(printed)")
      }
    }
  }

  /// Chains of columns, of any length and in any shape, end in a pipeline or in a finding, and soon.
  @Test func longChainsOfColumnsEnd() throws {
    let workspace = try Workspace()
    defer { try? FileManager.default.removeItem(at: workspace.folder) }
    func load(_ columns: [String], last: String) throws -> Findings {
      let text = """
        pipeline: p
        record: {format: csv, fields: {HEAD: u8}}
        columns:
        \(columns.map { "  " + $0 }.joined(separator: "\n"))
        histograms: {last: {of: \(last), bins: 10 from 0 to 10}}
        """
      try text.write(to: workspace.pipeline, atomically: false, encoding: .utf8)
      return try workspace.load([:]).findings
    }
    let deep = try load((0..<20_000).map { "c\($0): c\($0 + 1) + 1" } + ["c20000: HEAD"], last: "c0")
    #expect(deep.all.map(\.code.name) == ["cyclic-columns"])
    // Each step doubles the number of ways from the first to the last.
    let wide = try load(
      (0..<60).flatMap { ["a\($0): min(b\($0), c\($0))", "b\($0): a\($0 + 1)", "c\($0): a\($0 + 1) + 1"] } + [
        "a60: HEAD"
      ], last: "a0")
    #expect(wide.all.isEmpty)
  }
}
