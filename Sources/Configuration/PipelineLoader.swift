import Diagnostics
import Specifications

/// What could not be read at all, as opposed to what was read and is wrong.
public struct UnreadableFile: Error, Sendable {
  /// One sentence, no full stop.
  public let message: String
}

/// Reads a pipeline and its plugins, checks every key, and merges them into one declaration.
public struct PipelineLoader {
  /// Where plugins are looked for, first match wins.
  public let pluginDirectories: [String]
  private let pipelineSpecification: Specification
  private let pluginSpecification: Specification
  let environment: (String) -> String?
  let findings: Findings

  public init(
    pipeline: Specification, plugin: Specification, pluginDirectories: [String],
    environment: @escaping (String) -> String?, findings: Findings
  ) {
    pipelineSpecification = pipeline
    pluginSpecification = plugin
    self.pluginDirectories = pluginDirectories
    self.environment = environment
    self.findings = findings
  }

  /// A plugin as read, and the `uses` entry that led to it.
  private struct Plugin {
    let name: String
    let source: SourceText
    let settings: Settings
    let use: Span
  }

  /// What a pipeline declares; nil where it is not YAML or lacks what it cannot do without. Findings are reported either
  /// way. `overrides` come from the command line.
  public func load(path: String, overrides: [Override] = []) throws(UnreadableFile) -> Declaration? {
    let text = try readText(path)
    guard let source = decode(text, name: path), let node = YAML.compose(source, environment: environment, findings: findings)
    else { return nil }
    let changed = apply(overrides, to: node)
    let checker = Checker(findings: findings)
    guard changed.mapping != nil else {
      findings.error(
        "wrong-type", "a pipeline is a mapping of sections, and this is \(changed.kindName)", at: changed.span,
        hint: "begin with `pipeline: NAME`")
      return nil
    }
    if changed["pipeline"] == nil, changed["plugin"] != nil {
      findings.error(
        "wrong-type", "this is a plugin, and a pipeline is needed", at: changed.mapping?.first?.key.span,
        hint: "write a pipeline with `uses: [NAME]`")
      return nil
    }
    let settings = checker.check(changed, against: pipelineSpecification)
    // Plugins are read even where the pipeline has errors, so that all errors are shown at once.
    let uses = settings?["uses"]?.list ?? []
    let plugins = loadPlugins(uses)
    guard let settings, let name = settings["pipeline"]?.text else { return nil }
    let declaration = merge(settings, name: name, plugins: plugins, span: changed.span)
    // A missing plugin leaves out names that the pipeline uses; reporting those too would bury the one error that counts.
    return plugins.count == uses.count ? declaration : nil
  }

  /// Gives findings inside plugins a note on the `uses` entry that led there.
  private func annotate(_ plugin: SourceText, use: Span) {
    findings.noteOrigin(of: plugin, .init(message: "used from here", span: use))
  }

  // MARK: Files

  private func readText(_ path: String) throws(UnreadableFile) -> [UInt8] {
    switch readFile(path) {
    case .success(let bytes): return bytes
    case .failure(let error): throw error
    }
  }

  private func decode(_ bytes: [UInt8], name: String) -> SourceText? {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let valid = validPrefix(bytes)
      let line = 1 + bytes[..<valid].count { $0 == 0x0A }
      let source = SourceText(name: name, text: String(decoding: bytes, as: UTF8.self))
      let place = Position(line: line, column: 1)
      findings.error(
        "not-utf8", "the file is not UTF-8 text", at: Span(source: source, start: place, end: place),
        hint: "save it as UTF-8")
      return nil
    }
    return SourceText(name: name, text: text)
  }

  /// The number of bytes before the first that is not UTF-8.
  private func validPrefix(_ bytes: [UInt8]) -> Int {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { count += scalar.count }
    return count
  }

  // MARK: Plugins

  private func loadPlugins(_ uses: [Setting]) -> [Plugin] {
    var plugins: [Plugin] = []
    for use in uses {
      guard let name = use.text else { continue }
      if let first = plugins.first(where: { $0.name == name.text }) {
        findings.error(
          "duplicate-name", "the plugin `\(name.written)` is used twice", at: name.span, hint: "remove one of them",
          notes: [.init(message: "used first here", span: first.use)])
        continue
      }
      if let plugin = loadPlugin(name) { plugins.append(plugin) }
    }
    return plugins
  }

  private func loadPlugin(_ name: LocatedText) -> Plugin? {
    guard let path = findPlugin(name.text) else {
      let known = availablePlugins(in: pluginDirectories)
      let near = suggestion(for: name.text, from: known)
      findings.error(
        "missing-plugin", "there is no plugin `\(name.written)`", at: name.span,
        hint: near.map { "did you mean `\($0)`?" }
          ?? (known.isEmpty ? "plugins are looked for in \(pluginDirectories.joined(separator: ", "))" : "there are \(known.map { "`\($0)`" }.joined(separator: ", "))"))
      return nil
    }
    let bytes: [UInt8]
    do {
      bytes = try readText(path)
    } catch {
      findings.error("missing-plugin", error.message, at: name.span)
      return nil
    }
    guard let source = decode(bytes, name: path) else { return nil }
    annotate(source, use: name.span)
    guard let node = YAML.compose(source, environment: environment, findings: findings) else { return nil }
    guard let settings = Checker(findings: findings).check(node, against: pluginSpecification) else { return nil }
    if let declared = settings["plugin"]?.text, declared.text != name.text {
      findings.error(
        "plugin-name", "the plugin calls itself `\(declared.written)`, and its file says `\(name.written)`",
        at: declared.span, hint: "write `plugin: \(name.written)`")
    }
    return Plugin(name: name.text, source: source, settings: settings, use: name.span)
  }

  private func findPlugin(_ name: String) -> String? {
    guard !name.isEmpty, !name.split(separator: "/").contains("..") else { return nil }
    return pluginDirectories.lazy.map { "\($0)/\(name).yaml" }.first(where: isFile)
  }

  // MARK: Merging

  private func merge(_ own: Settings, name: LocatedText, plugins: [Plugin], span: Span) -> Declaration {
    var result = Declaration(name: name, description: own["description"]?.text?.text ?? "", span: span)
    let merger = Merger(own: own, plugins: plugins.map { ($0.name, $0.settings) }, findings: findings)
    result.record = merger.single("record")?.settings
    result.cleansing = merger.joined("cleansing").compactMap(\.settings)
    result.chambers = merger.joined("chambers").compactMap(\.settings)
    result.constants = merger.named("constants")
    result.columns = merger.named("columns")
    result.groups = merger.named("groups")
    result.histograms = merger.named("histograms")
    result.window = own["window"]?.settings
    result.sources = merger.named("sources")
    result.sinks = (own["sinks"]?.list ?? []).compactMap(\.settings)
    return result
  }
}
