import Connectors
import Diagnostics
import Specifications

/// What a changed pipeline changes of the one that runs.
package struct PipelineChange: Sendable {
  /// Sections that cannot change while a run goes on, and did; or what else stands in the way, in a sentence. Nil where
  /// the changed pipeline can take over.
  package let refusal: String?
  /// Histograms that there were not before.
  package let added: [String]
  package let removed: [String]
  /// Histograms of the same name that count something else now.
  package let changed: [String]

  /// Histograms of which nothing counted so far may be added to what comes, nor be shown with it.
  package var restarted: Set<String> { Set(added + removed + changed) }

  package init(from old: Pipeline, to new: Pipeline) {
    let (before, after) = (Definitions(old.declaration), Definitions(new.declaration))
    let names = new.declaration.histograms.map(\.name.text)
    let known = Set(old.declaration.histograms.map(\.name.text))
    added = names.filter { !known.contains($0) }
    removed = old.declaration.histograms.map(\.name.text).filter { !names.contains($0) }
    changed = names.filter { known.contains($0) && before.histogram($0) != after.histogram($0) }
    refusal = Self.refusal(from: old.declaration, to: new.declaration)
  }

  private static func meaning(_ settings: Settings?) -> String { settings.map(CanonicalText.meaning) ?? "" }

  private static func refusal(from old: Declaration, to new: Declaration) -> String? {
    let fixed: [(String, (Declaration) -> String)] = [
      ("pipeline", { $0.name.text }),
      ("record", { "\(Self.meaning($0.record)) \($0.rowNumber?.text ?? "")" }),
      (
        "sources",
        { $0.sources.map { "\($0.name.text) \(CanonicalText($0.setting, nil).meaning)" }.joined(separator: "\n") }
      ),
      ("window", { Self.meaning($0.window) }),
      ("sinks", { $0.sinks.map(CanonicalText.meaning).joined(separator: "\n") }),
    ]
    let sections = fixed.filter { $0.1(old) != $0.1(new) }.map { "`\($0.0)`" }
    guard sections.isEmpty else {
      return "\(sections.joined(separator: ", ")) changed: that takes effect when the run is started again"
    }
    guard !new.sinks.contains(where: { $0[KafkaSinkKeys.merge] }) else {
      return "instances that merge their results must all have the same pipeline: start all of them again"
    }
    return nil
  }
}

/// What the histograms of a pipeline come down to.
private struct Definitions {
  private var named: [String: String] = [:]
  /// What every row goes through before it counts, programs among it.
  private let common: String
  private var histograms: [String: String] = [:]

  init(_ declaration: Declaration) {
    let settings = declaration.cleansing + declaration.chambers + declaration.programs.compactMap(\.settings)
    common = settings.map(CanonicalText.meaning).joined(separator: "\n")
    for entry in declaration.columns { named[entry.name.text] = CanonicalText(entry.setting, .expression).meaning }
    for entry in declaration.constants + declaration.groups {
      named[entry.name.text] = CanonicalText(entry.setting, nil).meaning
    }
    for entry in declaration.histograms { histograms[entry.name.text] = CanonicalText(entry.setting, nil).meaning }
  }

  /// All that decides what a histogram counts, as text to be compared.
  func histogram(_ name: String) -> String {
    let own = histograms[name] ?? ""
    var parts = [common, own]
    var seen: Set<String> = []
    // Names are looked for in texts: a word that only looks like one makes the text longer, and no two the same.
    var open = Self.words(of: own)
    while let word = open.popLast() {
      guard let definition = named[word], seen.insert(word).inserted else { continue }
      open += Self.words(of: definition)
    }
    parts += seen.sorted().map { "\($0): \(named[$0]!)" }
    return parts.joined(separator: "\n")
  }

  private static func words(of text: String) -> [String] {
    text.unicodeScalars.split { !($0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0)) }.map {
      String($0)
    }
  }
}
