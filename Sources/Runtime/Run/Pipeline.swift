import Configuration
import Connectors
import Dashboard
import Diagnostics
import Emulation
import ChainBuilding
import ChainExecution
import Specifications

/// A pipeline that passed every check, ready to run.
package struct Pipeline: Sendable {
  /// What is to be read, and what the command line changes of it.
  package struct Request: Sendable {
    package var path: String
    /// `--set path=value`, in order.
    package var overrides: [String] = []
    /// `--window SPEC`.
    package var window: String?
    /// The program's own path: plugins may be installed beside it.
    package var executable: String?
    /// Where plugins are looked for; nil for the usual places.
    package var pluginDirectories: [String]?
    /// Texts that take the place of files, by their paths.
    package var texts: [String: [UInt8]] = [:]
    /// Rows of the input that the pipeline is held against.
    package var sample: LintSample?
    /// Whether brokers, topics, files and ports are tried.
    package var probes = false

    package init(path: String) {
      self.path = path
    }

    /// Where plugins are looked for.
    package func folders(environment: (String) -> String?) -> PluginFolders {
      var folders =
        pluginDirectories.map { PluginFolders($0) }
        ?? PluginFolders(pipeline: path, executable: executable, environment: environment)
      folders.texts = texts
      return folders
    }

    func loader(
      _ environment: @escaping (String) -> String?, _ findings: Findings, folders: PluginFolders? = nil
    ) -> PipelineLoader {
      PipelineLoader(
        pipeline: Registry.pipeline, plugin: PipelineSections.plugin,
        plugins: folders ?? self.folders(environment: environment),
        environment: environment, findings: findings)
    }

    /// What is looked at beside the pipeline.
    var looked: Set<LintRule.Needs> {
      var looked: Set<LintRule.Needs> = probes ? [.world] : []
      if sample != nil { looked.insert(.sample) }
      return looked
    }
  }

  package let declaration: Declaration
  package let plan: ChainPlan
  /// How its results are shown.
  package let dashboard: DashboardDeclaration
  /// The files that it was read from: its own, those of plugins, of constants and of libraries.
  package internal(set) var files: [String] = []

  /// Reads and checks a pipeline: all that `lint` says, and all that `run` says before it starts. Nil where there are
  /// errors.
  package static func load(
    _ request: Request, environment: @escaping (String) -> String?, findings: Findings
  ) throws(UnreadableFile) -> Pipeline? {
    let loader = request.loader(environment, findings)
    var main: SourceText?
    defer { findings.settle(main: main, looked: request.looked) }
    var overrides = request.overrides.map { Override.set($0) }
    if let window = request.window {
      // `span: 5000 of ORBIT_CNT, late: 200` is the inside of a mapping; `all` is a word.
      overrides.append(.option("--window", path: "window", value: window.contains(":") ? "{\(window)}" : window))
    }
    guard let declaration = try loader.load(path: request.path, overrides: overrides) else { return nil }
    main = declaration.span.source
    var pipeline = check(declaration, findings: findings)
    pipeline?.files =
      findings.sources.map(\.name) + declaration.libraries.map(\.path) + declaration.programs.flatMap(programFiles)
    if let plan = pipeline?.plan, let sample = request.sample {
      let survey = SampleSurvey(plan)
      try sample.feed(survey, plan.format)
      survey.report(declaration, findings: findings)
    }
    if request.probes {
      var probe = ConnectionProbe(findings: findings)
      probe.probe(declaration, files: (declaration.emulate?[EmulateKeys.input] ?? []).compactMap(\.text))
    }
    return findings.hasErrors ? nil : pipeline
  }

  /// The files that the command of a program may stand for.
  private static func programFiles(_ program: Setting) -> [String] {
    (program.settings?[ExternalKeys.command] ?? []).compactMap(\.text).map { word in
      let folder = word.source.name.lastIndex(of: "/").map { String(word.source.name[...$0]) } ?? ""
      return word.text.hasPrefix("/") ? word.text : folder + word.text
    }
  }

  /// Builds the chain of what was declared; nil where there are errors.
  static func check(_ declaration: Declaration, findings: Findings) -> Pipeline? {
    let (plan, formats) = ChainBuilder.build(declaration, findings: findings)
    for (source, format) in zip(declaration.sources, formats) {
      if let settings = source.setting.settings, let format {
        SourceComponent.check(settings, format: format, findings: findings)
      }
    }
    SourceComponent.checkTogether(declaration.sources, findings: findings)
    for sink in declaration.sinks { SinkComponent.check(sink, window: plan?.window, findings: findings) }
    if let emulate = declaration.emulate { EmulateSection.check(emulate, findings: findings) }
    let dashboard = DashboardDeclaration(declaration, findings: findings)
    if let plan, !findings.hasErrors {
      PipelineReview(declaration: declaration, plan: plan, findings: findings).run()
    }
    guard let plan, !findings.hasErrors else { return nil }
    return Pipeline(declaration: declaration, plan: plan, dashboard: dashboard)
  }
}

/// Every component that a pipeline can use.
package enum Registry {
  package static let pipeline = PipelineSections.pipeline(
    sources: SourceComponent.all.map(\.specification), sinks: SinkComponent.all.map(\.specification),
    emulate: EmulateSection.specification)

  package static let specifications: [Specification] =
    [
      pipeline, PipelineSections.plugin, Parameter.specification,
      PipelineSections.source(SourceComponent.all.map(\.specification)),
      PipelineSections.chamber, LookupSection.specification, OperatorSections.last, OperatorSections.native,
      OperatorSections.nativeColumn,
      OperatorSections.external, GroupSections.group, DashboardSections.dashboard,
      DashboardSections.panel,
      DashboardSections.layout, EmulateSection.specification, PipelineSections.test, TestSections.expectation,
      TestSections.counts,
    ]
    + SourceComponent.all.map(\.specification) + DecoderComponent.all.map(\.specification) + PipelineSections.cleansing
    + GroupFunctionComponent.all.map(\.specification) + WindowSections.windows
    + HistogramComponent.all.map(\.specification)
    + SinkComponent.all.map(\.specification)
}
