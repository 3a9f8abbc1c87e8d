import Configuration
import Connectors
import Diagnostics
import ChainBuilding
import ChainExecution
import Specifications

/// One of the `tests:` of a pipeline or a plugin, ready to run.
package struct ConfigurationTest {
  /// The code of what a test found otherwise than it expects. No check of lint has it.
  static let failure = FindingCode("test-failed")

  package let name: LocatedText
  /// The pipeline that it runs, as the loader reads it.
  private let pipeline: Node
  private let settings: Settings
  private let loader: (Findings) -> PipelineLoader

  /// Runs it. What was expected and is not, and what keeps the pipeline from running, are errors.
  package func run() -> Findings {
    let findings = Findings()
    guard var declaration = loader(findings).load(pipeline) else { return findings }
    // Rows of a test arrive all at once, and nothing outside is looked at.
    if declaration.window?.specification.name == "every" { declaration.window = nil }
    // Where only sources have a record, that of the first is the chain's.
    declaration.record =
      declaration.record
      ?? declaration.sources.lazy.compactMap { $0.setting.settings?.setting(beside: SectionKeys.record)?.settings }
      .first
    declaration.sources = []
    declaration.sinks = []
    declaration.emulate = nil
    declaration.dashboard = nil
    guard let pipeline = Pipeline.check(declaration, findings: findings), let rows = settings.setting(TestKeys.rows),
      let expected = settings[TestKeys.expect]?.compactMap(\.settings)
    else { return findings }
    guard let bytes = TestRows(pipeline.plan.format, findings: findings).bytes(of: rows) else { return findings }
    do {
      let outcome = try TestOutcome(pipeline, bytes: bytes)
      guard outcome.windows.count == expected.count else {
        findings.error(
          ConfigurationTest.failure,
          "expected \(expected.count) \(expected.count == 1 ? "window" : "windows"), found \(outcome.windows.count)",
          at: settings.span(of: TestKeys.expect),
          hint: "write a list with an item for each window, or give another `window`")
        return findings
      }
      for (window, expected) in zip(outcome.windows, expected) {
        Expectation(expected, findings: findings).check(window, malformed: outcome.malformed)
      }
      for expected in expected {
        guard let columns = expected[ExpectationKeys.columns], !columns.isEmpty else { continue }
        try ColumnExpectation(columns, findings: findings).check(declaration, bytes: bytes)
      }
    } catch {
      findings.error(ConfigurationTest.failure, "\(error)", at: rows.span)
    }
    return findings
  }
}

extension ConfigurationTest {
  /// The tests of a file, in order; empty where it has none, nil where it has errors.
  package static func load(
    _ request: Pipeline.Request, environment: @escaping (String) -> String?, findings: Findings
  ) throws(UnreadableFile) -> [ConfigurationTest]? {
    guard let node = try request.loader(environment, findings).read(path: request.path) else { return nil }
    let checker = SettingsChecker(findings: findings)
    guard let name = node[SectionKeys.plugin]?.scalar, node[SectionKeys.pipeline] == nil else {
      guard let settings = checker.check(node, against: Registry.pipeline) else { return nil }
      return (settings[SectionKeys.tests] ?? []).compactMap { name, test in
        guard let settings = test.settings else { return nil }
        let own = node.replaced(by: settings.setting(TestKeys.given))
        return ConfigurationTest(name: name, pipeline: own, settings: settings) { request.loader(environment, $0) }
      }
    }
    // The plugin is used below with its parameters; here only the tests count.
    guard let tests = node[SectionKeys.tests] else { return [] }
    let form = ValueForm.mapping(key: .any, value: .block(PipelineSections.test))
    guard let all = checker.check(tests, as: form, what: "`tests`")?.mapping else { return nil }
    var folders = request.folders(environment: environment)
    folders.use(request.path, for: name.text)
    return all.compactMap { title, test in
      guard let settings = test.settings else { return nil }
      let arguments = settings.setting(TestKeys.with)?.node ?? Node(.empty, span: name.span)
      let use = Node(.mapping([.init(key: name, value: arguments)]), span: name.span)
      return ConfigurationTest(name: title, pipeline: pipeline(named: name, using: use, settings), settings: settings) {
        request.loader(environment, $0, folders: folders)
      }
    }
  }

  /// The pipeline round a plugin.
  private static func pipeline(named name: LocatedText, using use: Node, _ settings: Settings) -> Node {
    let given = settings.setting(TestKeys.given)?.node.mapping ?? []
    let others = given.first { $0.name == SectionKeys.uses.name }?.value.list ?? []
    let uses = Node(.list(others + [use]), span: use.span)
    func key(_ section: some KeyDeclaration) -> LocatedText {
      let scalars = Array(section.name.unicodeScalars)
      return LocatedText(
        scalars: scalars, source: name.source,
        positions: Array(repeating: name.span.start, count: scalars.count + 1))
    }
    let entries: [Node.Entry] = [
      .init(key: key(SectionKeys.pipeline), value: Node(.scalar(name, quoted: false), span: name.span)),
      .init(key: key(SectionKeys.uses), value: uses),
    ]
    return Node(.mapping(entries + given.filter { $0.name != SectionKeys.uses.name }), span: name.span)
  }
}

extension Node {
  /// With the sections of `given` in place of its own.
  fileprivate func replaced(by given: Setting?) -> Node {
    guard let entries = mapping, let others = given?.node.mapping else { return self }
    let names = Set(others.map(\.name))
    return Node(.mapping(entries.filter { !names.contains($0.name) } + others), span: span)
  }
}
