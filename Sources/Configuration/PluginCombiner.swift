import Diagnostics
import Specifications

/// Puts the sections of a pipeline and of its plugins together: what uses a plugin wins over it, and what two plugins
/// both declare is an error that shows both places.
struct PluginCombiner {
  let root: Layer
  let findings: Findings

  /// A section of which there is one.
  func single(_ section: some KeyDeclaration) -> Setting? { single(section, root)?.setting }

  private func single(_ section: some KeyDeclaration, _ layer: Layer) -> (layer: Layer, setting: Setting)? {
    if let setting = layer.settings.setting(section), layer.settings.isGiven(section) { return (layer, setting) }
    var found: (layer: Layer, setting: Setting)?
    for plugin in layer.layers {
      guard let other = single(section, plugin) else { continue }
      if let first = found {
        reportClash(
          "`\(section.name)`", first: (first.layer, first.setting.span), second: (other.layer, other.setting.span))
      } else {
        found = other
      }
    }
    return found
  }

  /// A section of named entries: those of the plugins in order, then the pipeline's own new ones.
  func named(_ section: TypedKey<[(key: LocatedText, setting: Setting)]>) -> [Declaration.Named] {
    named(section, root).map(\.entry)
  }

  private func named(
    _ section: TypedKey<[(key: LocatedText, setting: Setting)]>, _ layer: Layer
  ) -> [(layer: Layer, entry: Declaration.Named)] {
    let mine = (layer.settings[section] ?? []).map { Declaration.Named(name: $0.key, setting: $0.setting) }
    let own = Dictionary(mine.map { ($0.name.text, $0) }) { first, _ in first }
    var entries: [(layer: Layer, entry: Declaration.Named)] = []
    var origin: [String: Int] = [:]
    for plugin in layer.layers {
      for other in named(section, plugin) {
        let name = other.entry.name
        if let replaced = own[name.text] {
          // The entry stands where that of the plugin stood.
          if origin[name.text] == nil {
            origin[name.text] = entries.count
            entries.append((layer, replaced))
          }
        } else if let index = origin[name.text] {
          let first = entries[index]
          reportClash(
            "`\(name.text)` in `\(section.name)`", first: (first.layer, first.entry.name.span),
            second: (other.layer, name.span))
        } else {
          origin[name.text] = entries.count
          entries.append(other)
        }
      }
    }
    return entries + mine.filter { origin[$0.name.text] == nil }.map { (layer, $0) }
  }

  private func reportClash(_ what: String, first: (layer: Layer, span: Span), second: (layer: Layer, span: Span)) {
    let (one, other) = (first.layer.name, second.layer.name)
    if one == other {
      // What both have stands in one file: the two uses tell them apart.
      findings.error(
        .pluginClash, "`\(other)` is used twice, and both times it has \(what)", at: second.layer.use,
        hint: "give the two uses different parameters, such as `name`",
        notes: [.init(message: "it is used here too", span: first.layer.use)])
      return
    }
    findings.error(
      .pluginClash, "the plugins `\(one)` and `\(other)` both have \(what)", at: second.span,
      hint: "use one of the two plugins, or declare it in the pipeline, which wins",
      notes: [.init(message: "`\(one)` has it here", span: first.span)])
  }
}
