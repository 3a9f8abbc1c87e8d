import Diagnostics
import Specifications

/// Reads the plugins that a pipeline uses, and those that they use.
struct PluginLoader {
  let folders: PluginFolders
  let specification: Specification
  let files: ConfigurationFiles
  let findings: Findings

  /// The plugins that are read further up, with what used them.
  private var open: [(name: String, use: Span)] = []
  /// What was used so far, by name and arguments: two plugins may use the same third one, which then counts once.
  private var seen: [String: Span] = [:]
  private var count = 0
  /// Whether some could not be used: names that they declare are missing.
  private(set) var isWhole = true

  /// The most plugins of a pipeline: some that use each other twice are soon very many.
  private static let most = 1000

  init(folders: PluginFolders, specification: Specification, files: ConfigurationFiles, findings: Findings) {
    self.folders = folders
    self.specification = specification
    self.files = files
    self.findings = findings
  }

  /// The plugins of `uses`, in order, without those that cannot be used.
  mutating func load(_ uses: Setting?) -> [Layer] {
    if uses?.isInvalid == true { isWhole = false }
    var layers: [Layer] = []
    var here: Set<String> = []
    for use in uses?.list ?? [] {
      guard let (name, arguments) = Self.read(use) else {
        isWhole = false
        continue
      }
      if let layer = load(name, arguments, here: &here) { layers.append(layer) }
    }
    return layers
  }

  /// The name and the parameters of a use; nil where it has errors.
  private static func read(_ use: Setting) -> (name: LocatedText, arguments: Node?)? {
    if let name = use.text { return (name, nil) }
    guard !use.isInvalid, let entry = use.node.mapping?.first else { return nil }
    return (entry.key, entry.value)
  }

  private mutating func load(_ name: LocatedText, _ arguments: Node?, here: inout Set<String>) -> Layer? {
    if let first = open.firstIndex(where: { $0.name == name.text }) {
      let circle = (open[first...].map(\.name) + [name.text]).map { "`\($0)`" }.joined(separator: " uses ")
      findings.error(
        .cyclicUses,
        open.count - first == 1 ? "\(circle), itself" : "the plugins use each other in a circle: \(circle)",
        at: name.span, hint: "move what both need into a plugin of its own")
      isWhole = false
      return nil
    }
    count += 1
    guard count <= Self.most else {
      if count == Self.most + 1 {
        findings.error(
          .tooManyPlugins, "more than \(Self.most) plugins are used, with those that plugins use", at: name.span,
          hint: "let plugins use others once")
      }
      isWhole = false
      return nil
    }
    guard let node = read(name), let bound = bind(node, name, arguments) else {
      isWhole = false
      return nil
    }
    if let first = seen[bound.identity] {
      if here.contains(bound.identity) {
        findings.error(
          .duplicateName, "the plugin `\(name.written)` is used twice", at: name.span, hint: "remove one of them",
          notes: [.init(message: "used first here", span: first)])
      }
      return nil
    }
    seen[bound.identity] = name.span
    here.insert(bound.identity)
    guard let settings = SettingsChecker(findings: findings).check(bound.node, against: specification) else {
      isWhole = false
      return nil
    }
    if let declared = settings[SectionKeys.plugin], declared.text != name.text {
      findings.error(
        .pluginName, "the plugin calls itself `\(declared.written)`, and its file is named `\(name.written)`",
        at: declared.span, hint: "write `plugin: \(name.written)`")
    }
    open.append((name.text, name.span))
    defer { open.removeLast() }
    return Layer(name: name.text, use: name.span, settings: settings, layers: load(settings.setting(SectionKeys.uses)))
  }

  // MARK: Files

  private func read(_ name: LocatedText) -> Node? {
    guard let path = folders.find(name.text) else {
      reportMissing(name)
      return nil
    }
    guard
      let node = files.read(
        path, unreadable: { findings.error(.missingPlugin, $0, at: name.span) },
        begin: { findings.noteOrigin(of: $0, .init(message: "used from here", span: name.span)) })
    else { return nil }
    let isPipeline = node[SectionKeys.plugin] == nil
    if isPipeline, let key = node.mapping?.first(where: { $0.name == SectionKeys.pipeline.name })?.key {
      findings.error(
        .wrongType, "this is a pipeline, and `uses` takes plugins", at: key.span,
        hint: "move what both pipelines need into a plugin: a file that begins with `plugin: NAME`")
      return nil
    }
    return node
  }

  private func reportMissing(_ name: LocatedText) {
    let known = folders.entries.map(\.name)
    let near = suggestion(for: name.text, from: known)
    let hint =
      if let meant = near ?? known.first(where: { name.text.hasSuffix("\($0).yaml") || name.text.hasSuffix("/\($0)") })
        ?? known.first(where: { $0.hasSuffix("/\(name.text)") })
      {
        "did you mean `\(meant)`?"
      } else if known.isEmpty {
        folders.paths.isEmpty
          ? "put it beside the pipeline, into plugins/\(name.written).yaml"
          : "put it into \(folders.paths[0])/\(name.written).yaml"
      } else {
        "there \(known.count == 1 ? "is" : "are") \(known.map { "`\($0)`" }.joined(separator: ", "))"
      }
    let places = alternatives(folders.paths, and: true)
    findings.error(
      .missingPlugin, "there is no plugin `\(name.written)`", at: name.span, hint: hint,
      notes: places.isEmpty ? [] : [.init(message: "looked for \(name.written).yaml in \(places)")])
  }

  // MARK: Parameters

  /// The plugin with its arguments put in, and what tells this use from others; nil where the two do not fit.
  private func bind(_ plugin: Node, _ name: LocatedText, _ arguments: Node?) -> (node: Node, identity: String)? {
    // What is no block is reported by the checker.
    guard let entries = plugin.mapping else { return (plugin, name.text) }
    guard let parameters = Parameter.all(of: plugin, findings: findings),
      let values = Arguments(parameters, plugin: name, findings: findings).read(arguments)
    else { return nil }
    let errorsBefore = findings.errorCount
    var substitution = Substitution(parameters, arguments: values, findings: findings)
    let changed = entries.compactMap { entry -> Node.Entry? in
      if ["plugin", "description", "parameters", "tests"].contains(entry.name) { return entry }
      return substitution.apply(entry.value, key: entry.name).map { Node.Entry(key: entry.key, value: $0) }
    }
    // What could not be put in would be reported again wherever it stands.
    guard findings.errorCount == errorsBefore else { return nil }
    for parameter in parameters where !substitution.used.contains(parameter.name.text) {
      findings.warning(
        .unusedParameter, "nothing in the plugin is `$\(parameter.name.text)`", at: parameter.name.span,
        hint: "write `$\(parameter.name.text)` where it belongs, or remove it")
    }
    let identity = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.canonical)" }.joined(
      separator: "\u{0}")
    return (Node(.mapping(changed), span: plugin.span), "\(name.text)\u{0}\(identity)")
  }
}

extension Node {
  /// The same for two that say the same.
  fileprivate var canonical: String {
    switch content {
    case .scalar(let text, _): text.text
    case .list(let items): "[\(items.map(\.canonical).joined(separator: "\u{1}"))]"
    case .mapping(let entries): "{\(entries.map { "\($0.name)\u{2}\($0.value.canonical)" }.joined(separator: "\u{1}"))}"
    case .empty: ""
    }
  }
}
