import ChainExecution
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Columns, constants and groups of the pipeline, and its plugins, that nothing uses. What a plugin declares is there for
  /// those who want it.
  func reviewNames() {
    let main = declaration.name.span.source
    let used = names.closure(of: names.asked)
    var usedGroups: Set<Int> = []
    var sources: Set<ObjectIdentifier> = []
    for name in names.order {
      guard let entry = names.entries[name] else { continue }
      guard used.contains(name) else {
        if entry.span.source === main, ["column", "constant", "column of a program"].contains(entry.what) {
          findings.warning(
            .unusedColumn, "nothing uses the \(entry.what) `\(name)`", at: entry.span, hint: "use it, or delete it")
        }
        continue
      }
      sources.insert(ObjectIdentifier(entry.span.source))
      if case .groupValue(let group, _) = entry.definition { usedGroups.insert(group) }
    }
    // The emulator keys its messages by the first group.
    if declaration.emulate != nil
      || declaration.sources.contains(where: { $0.setting.settings?.specification.name == "kafka" }
      )
    {
      usedGroups.insert(0)
    }
    for (number, group) in declaration.groups.enumerated() {
      if usedGroups.contains(number) {
        sources.insert(ObjectIdentifier(group.name.span.source))
      } else if group.name.span.source === main {
        findings.warning(
          .unusedGroup, "nothing uses a value of the group `\(group.name.text)`", at: group.name.span,
          hint: "plot one of its values, or delete it")
      }
    }
    reviewPlugins(used: sources, main)
  }

  private func reviewPlugins(used names: Set<ObjectIdentifier>, _ main: SourceText) {
    var used = names
    // Names may be arguments of a plugin, which stand in the pipeline: what they name stands in the plugin.
    let named = [declaration.histograms, declaration.sources, declaration.layouts].joined()
    var spans = declaration.cleansing.map(\.span) + declaration.chambers.map(\.span) + declaration.sinks.map(\.span)
    if let record = declaration.record { spans.append(record.span) }
    for entry in named { spans += [entry.name.span, entry.setting.span] }
    for span in spans { used.insert(ObjectIdentifier(span.source)) }
    // A plugin is used where one is that it uses.
    var grows = true
    while grows {
      grows = false
      for origin in findings.origins where used.contains(ObjectIdentifier(origin.source)) {
        if let user = origin.note.span?.source, used.insert(ObjectIdentifier(user)).inserted { grows = true }
      }
    }
    // One line may have led to several plugins, by way of others.
    let uses = findings.origins.compactMap { origin in
      origin.note.span.map { (span: $0, isUsed: used.contains(ObjectIdentifier(origin.source))) }
    }
    var seen: Set<Position> = []
    for use in uses where use.span.source === main && !use.isUsed {
      let isUsed = uses.contains { $0.isUsed && $0.span.source === main && $0.span.start == use.span.start }
      guard !isUsed, seen.insert(use.span.start).inserted else { continue }
      findings.warning(
        .unusedPlugin, "nothing that this plugin declares is used", at: use.span,
        hint: "use one of its columns, or delete it")
    }
  }
}
