import Diagnostics
import Specifications

/// Puts the sections of a pipeline and of its plugins together: the pipeline's own keys win, and what two plugins both
/// declare is an error that shows both places.
struct Merger {
  let own: Settings
  let plugins: [(name: String, settings: Settings)]
  let findings: Findings

  /// A section of which there is one.
  func single(_ section: String) -> Setting? {
    if let setting = own[section], own.given.contains(section) { return setting }
    var found: (name: String, setting: Setting)?
    for (name, settings) in plugins {
      guard let setting = settings[section] else { continue }
      if let first = found {
        reportClash("`\(section)`", first: (first.name, first.setting.span), second: (name, setting.span))
      } else {
        found = (name, setting)
      }
    }
    return found?.setting
  }

  /// Whether a section is there and cannot be read at all; what uses its names would only repeat that.
  func isBroken(_ section: String) -> Bool {
    ([own] + plugins.map(\.settings)).contains { $0.given.contains(section) && $0[section] == nil }
  }

  /// A section that is a list: the pipeline's own items come first, so that its chamber rows win.
  func joined(_ section: String) -> [Setting] {
    (own[section]?.list ?? []) + plugins.flatMap { $0.settings[section]?.list ?? [] }
  }

  /// A section of named entries: those of the plugins in order, then the pipeline's own new ones.
  func named(_ section: String) -> [Declaration.Named] {
    let mine = (own[section]?.mapping ?? []).map { Declaration.Named(name: $0.key, setting: $0.setting) }
    var entries: [Declaration.Named] = []
    var origin: [String: (plugin: String, index: Int)] = [:]
    for (plugin, settings) in plugins {
      for (key, setting) in settings[section]?.mapping ?? [] {
        if let replaced = mine.first(where: { $0.name.text == key.text }) {
          // The pipeline's entry stands where the plugin's stood.
          if origin[key.text] == nil {
            origin[key.text] = (plugin, entries.count)
            entries.append(replaced)
          }
        } else if let first = origin[key.text] {
          reportClash(
            "`\(key.text)` in `\(section)`", first: (first.plugin, entries[first.index].name.span),
            second: (plugin, key.span))
        } else {
          origin[key.text] = (plugin, entries.count)
          entries.append(.init(name: key, setting: setting))
        }
      }
    }
    return entries + mine.filter { origin[$0.name.text] == nil }
  }

  private func reportClash(_ what: String, first: (plugin: String, span: Span), second: (plugin: String, span: Span)) {
    findings.error(
      "plugin-clash", "the plugins `\(first.plugin)` and `\(second.plugin)` both have \(what)", at: second.span,
      hint: "use one of the two plugins, or declare it in the pipeline, which wins",
      notes: [.init(message: "`\(first.plugin)` has it here", span: first.span)])
  }
}
