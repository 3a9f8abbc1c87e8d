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
  /// Texts that take the place of files, by their paths.
  public var texts: [String: [UInt8]] = [:]

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
    guard let source = decode(text, name: path),
      let node = YAML.compose(source, environment: environment, findings: findings)
    else { return nil }
    let changed = apply(overrides, to: node)
    let checker = Checker(findings: findings)
    guard changed.mapping != nil else {
      findings.error(
        "wrong-type", "a pipeline is a block of sections such as `histograms:`, and this is \(changed.kindName)",
        at: changed.span, hint: "begin with `pipeline: NAME`")
      return nil
    }
    if changed["pipeline"] == nil, let plugin = changed["plugin"] {
      findings.error(
        "wrong-type", "this is a plugin, and a pipeline is needed",
        at: changed.mapping?.first { $0.name == "plugin" }?.key.span,
        hint: "write a pipeline with `uses: [\(plugin.scalar?.written ?? "NAME")]`")
      return nil
    }
    let settings = checker.check(changed, against: pipelineSpecification)
    // Plugins are read even where the pipeline has errors, so that all errors are shown at once.
    let uses = settings?["uses"]?.list ?? []
    let plugins = loadPlugins(uses)
    guard let settings, let name = settings["pipeline"]?.text else { return nil }
    let (plugin, all) = (plugins.compactMap { $0 }, plugins.count)
    let merger = Merger(own: settings, plugins: plugin.map { ($0.name, $0.settings) }, findings: findings)
    let declaration = merge(settings, name: name, merger, span: changed.span)
    // What is missing leaves out names that the pipeline uses; reporting those too would bury the one error that counts.
    let isWhole = plugin.count == all && !Self.sectionsOfNames.contains(where: merger.isBroken)
    return isWhole && settings["uses"]?.isInvalid != true ? declaration : nil
  }

  /// The sections that give names to others.
  private static let sectionsOfNames = ["uses", "record", "chambers", "constants", "columns", "groups"]

  /// Gives findings inside plugins a note on the `uses` entry that led there.
  private func annotate(_ plugin: SourceText, use: Span) {
    findings.noteOrigin(of: plugin, .init(message: "used from here", span: use))
  }

  // MARK: Files

  private func readText(_ path: String) throws(UnreadableFile) -> [UInt8] {
    if let text = texts[path] { return text }
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
      let start = bytes[..<valid].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      let column = 1 + String(decoding: bytes[start..<valid], as: UTF8.self).unicodeScalars.count
      let place = Position(line: line, column: column)
      findings.error(
        "not-utf8", "the file is not UTF-8 text from here on", at: Span(source: source, start: place, end: place),
        hint: "save it as UTF-8 in your editor")
      return nil
    }
    let source = SourceText(name: name, text: text)
    findings.noteRead(source)
    return source
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

  /// One for each entry, nil for those that cannot be used; an entry that stands twice counts once.
  private func loadPlugins(_ uses: [Setting]) -> [Plugin?] {
    var plugins: [Plugin?] = []
    var seen: [String: Span] = [:]
    for use in uses {
      guard let name = use.text else {
        plugins.append(nil)
        continue
      }
      if let first = seen[name.text] {
        findings.error(
          "duplicate-name", "the plugin `\(name.written)` is used twice", at: name.span, hint: "remove one of them",
          notes: [.init(message: "used first here", span: first)])
        continue
      }
      seen[name.text] = name.span
      plugins.append(loadPlugin(name))
    }
    return plugins
  }

  private func loadPlugin(_ name: LocatedText) -> Plugin? {
    guard let path = findPlugin(name.text) else {
      let known = availablePlugins(in: pluginDirectories)
      let near = suggestion(for: name.text, from: known)
      let hint =
        if let meant = near
          ?? known.first(where: { name.text.hasSuffix("\($0).yaml") || name.text.hasSuffix("/\($0)") })
        {
          "did you mean `\(meant)`?"
        } else if known.isEmpty {
          pluginDirectories.isEmpty
            ? "put it beside the pipeline, into plugins/\(name.written).yaml"
            : "put it into \(pluginDirectories[0])/\(name.written).yaml"
        } else {
          "there \(known.count == 1 ? "is" : "are") \(known.map { "`\($0)`" }.joined(separator: ", "))"
        }
      findings.error("missing-plugin", "there is no plugin `\(name.written)`", at: name.span, hint: hint)
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
    if node["plugin"] == nil, let key = node.mapping?.first(where: { $0.name == "pipeline" })?.key {
      findings.error(
        "wrong-type", "this is a pipeline, and `uses` takes plugins", at: key.span,
        hint: "move what both pipelines need into a plugin: a file that begins with `plugin: NAME`")
      return nil
    }
    guard let settings = Checker(findings: findings).check(node, against: pluginSpecification) else { return nil }
    if let declared = settings["plugin"]?.text, declared.text != name.text {
      findings.error(
        "plugin-name", "the plugin calls itself `\(declared.written)`, and its file is named `\(name.written)`",
        at: declared.span, hint: "write `plugin: \(name.written)`")
    }
    return Plugin(name: name.text, source: source, settings: settings, use: name.span)
  }

  private func findPlugin(_ name: String) -> String? {
    guard !name.isEmpty, !name.split(separator: "/").contains("..") else { return nil }
    return pluginDirectories.lazy.map { "\($0)/\(name).yaml" }.first { texts[$0] != nil || isFile($0) }
  }

  // MARK: Merging

  private func merge(_ own: Settings, name: LocatedText, _ merger: Merger, span: Span) -> Declaration {
    var result = Declaration(name: name, description: own["description"]?.text?.text ?? "", span: span)
    result.record = merger.single("record")?.settings
    result.cleansing = merger.joined("cleansing").compactMap(\.settings)
    result.chambers = merger.joined("chambers").compactMap(\.settings)
    result.invalidChambers = merger.joined("chambers").filter(\.isInvalid).map(\.node)
    result.constants = merger.named("constants")
    result.columns = merger.named("columns")
    result.groups = merger.named("groups")
    result.histograms = merger.named("histograms")
    result.window = own["window"]?.settings
    result.sources = merger.named("sources")
    result.sinks = (own["sinks"]?.list ?? []).compactMap(\.settings)
    result.layouts = merger.named("layouts")
    result.dashboard = own["dashboard"]?.settings
    result.emulate = own["emulate"]?.settings
    return result
  }
}
