import Diagnostics
import Specifications

/// What could not be read at all, as opposed to what was read and is wrong.
package struct UnreadableFile: Error, Sendable {
  /// One sentence, no full stop.
  package let message: String

  package init(message: String) { self.message = message }
}

/// Reads a pipeline and its plugins, checks every key, and merges them into one declaration.
package struct PipelineLoader {
  private let folders: PluginFolders
  private let pipelineSpecification: Specification
  private let pluginSpecification: Specification
  let environment: (String) -> String?
  let findings: Findings

  package init(
    pipeline: Specification, plugin: Specification, plugins folders: PluginFolders,
    environment: @escaping (String) -> String?, findings: Findings
  ) {
    pipelineSpecification = pipeline
    pluginSpecification = plugin
    self.folders = folders
    self.environment = environment
    self.findings = findings
  }

  /// What a file says, pipeline or plugin; nil where it is not YAML.
  package func read(path: String) throws(UnreadableFile) -> Node? {
    var unreadable: UnreadableFile?
    let node = files.read(path, unreadable: { unreadable = UnreadableFile(message: $0) })
    if let unreadable { throw unreadable }
    return node
  }

  private var files: ConfigurationFiles {
    ConfigurationFiles(texts: folders.texts, environment: environment, findings: findings)
  }

  /// What a pipeline declares; nil where it is not YAML or lacks what it cannot do without. Findings are reported either
  /// way. `overrides` come from the command line.
  package func load(path: String, overrides: [Override] = []) throws(UnreadableFile) -> Declaration? {
    guard let node = try read(path: path) else { return nil }
    return load(node, overrides: overrides)
  }

  /// What a pipeline declares that was read.
  package func load(_ node: Node, overrides: [Override] = []) -> Declaration? {
    let changed = apply(overrides, to: node)
    let checker = SettingsChecker(findings: findings)
    guard changed.mapping != nil else {
      findings.error(
        .wrongType, "a pipeline is a block of sections such as `histograms:`, and this is \(changed.kindName)",
        at: changed.span, hint: "begin with `pipeline: NAME`")
      return nil
    }
    if changed[SectionKeys.pipeline] == nil, let plugin = changed[SectionKeys.plugin] {
      findings.error(
        .wrongType, "this is a plugin, and a pipeline is needed",
        at: changed.mapping?.first { $0.name == SectionKeys.plugin.name }?.key.span,
        hint: "write a pipeline with `uses: [\(plugin.scalar?.written ?? "NAME")]`")
      return nil
    }
    let settings = checker.check(changed, against: pipelineSpecification)
    // Plugins are read even where the pipeline has errors, so that all errors are shown at once.
    var loader = PluginLoader(folders: folders, specification: pluginSpecification, files: files, findings: findings)
    let layers = loader.load(settings?.setting(SectionKeys.uses))
    guard let settings, let name = settings[SectionKeys.pipeline] else { return nil }
    let root = Layer(name: name.text, use: nil, settings: settings, layers: layers)
    let declaration = merge(root, name: name, span: changed.span)
    // What is missing leaves out names that the pipeline uses; reporting those too would bury the one error that counts.
    let isWhole =
      loader.isWhole && !Self.sectionsOfNames.contains(where: { root.isBroken($0) })
      && declaration.libraries.count == root.joined(SectionKeys.native).count
    return isWhole ? declaration : nil
  }

  /// The sections that give names to others.
  private static let sectionsOfNames: [any KeyDeclaration] = [
    SectionKeys.uses, SectionKeys.record, SectionKeys.chambers, SectionKeys.constants, SectionKeys.columns,
    SectionKeys.external, SectionKeys.native, SectionKeys.groups,
  ]

  /// A library lies beside the file that names it, or in a folder of plugins.
  private func library(_ setting: Setting) -> Declaration.Library? {
    guard let settings = setting.settings, let name = settings[NativeKeys.library] else { return nil }
    let own = parent(of: name.source.name)
    let folders = name.text.hasPrefix("/") ? [""] : [own == "." ? "." : own] + folders.paths
    let candidates = folders.map { $0.isEmpty ? name.text : "\($0)/\(name.text)" }
    guard let path = candidates.first(where: isFile) else {
      findings.error(
        .nativeLibrary, "there is no library `\(name.written)`", at: name.span,
        hint: "it is looked for in the folder of the file that names it, and in those of plugins")
      return nil
    }
    return Declaration.Library(settings: settings, path: path)
  }

  private func merge(_ root: Layer, name: LocatedText, span: Span) -> Declaration {
    let own = root.settings
    let merger = PluginCombiner(root: root, findings: findings)
    var result = Declaration(name: name, description: own[SectionKeys.description], span: span)
    result.record = merger.single(SectionKeys.record)?.settings
    result.cleansing = root.joined(SectionKeys.cleansing).compactMap(\.settings)
    result.chambers = root.joined(SectionKeys.chambers).compactMap(\.settings)
    result.invalidChambers = root.joined(SectionKeys.chambers).filter(\.isInvalid).map(\.node)
    result.constants = ConstantsFile(files: files, findings: findings).expand(merger.named(SectionKeys.constants))
    result.columns = merger.named(SectionKeys.columns)
    result.libraries = root.joined(SectionKeys.native).compactMap(library)
    result.programs = root.joined(SectionKeys.external)
    result.groups = merger.named(SectionKeys.groups)
    result.histograms = merger.named(SectionKeys.histograms)
    result.window = own[SectionKeys.window]
    result.sources = merger.named(SectionKeys.sources)
    result.sinks = (own[SectionKeys.sinks] ?? []).compactMap(\.settings)
    result.layouts = merger.named(SectionKeys.layouts)
    result.dashboard = own[SectionKeys.dashboard]
    result.emulate = own[SectionKeys.emulate]
    return result
  }
}
