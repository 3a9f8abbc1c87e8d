import Diagnostics
import ChainExecution
import Runtime
import Specifications

/// What differs between the chains of two pipelines, after plugins, parameters and defaults, however they are written.
package struct ChainDiff: Sendable {
  /// One thing that differs.
  package struct Change: Sendable, Equatable {
    package enum Kind: String, Sendable {
      case added = "+"
      case removed = "-"
      case changed = "~"
    }

    /// `columns`, `histograms`.
    package let section: String
    package let kind: Kind
    /// Its name, where the section has several entries.
    package let name: String
    /// What was added or removed, or was and is, on one line; empty where `keys` say more.
    package let text: String
    /// Keys of it that differ: `bins: 64 from 0 to 64 -> 32 from 0 to 64`.
    package let keys: [String]
  }

  package private(set) var changes: [Change] = []

  package init(_ old: Pipeline, _ new: Pipeline) {
    let (a, b) = (old.declaration, new.declaration)
    text("pipeline", a.name.text, b.name.text)
    block("record", a.record, b.record)
    rules(a.cleansing, b.cleansing)
    ordered("chambers", a.chambers, b.chambers)
    named("constants", a.constants, b.constants)
    named("columns", a.columns, b.columns, form: .expression)
    ordered("external", a.programs.compactMap(\.settings), b.programs.compactMap(\.settings))
    named("groups", a.groups, b.groups)
    named("histograms", a.histograms, b.histograms)
    // Left out, it is all.
    block("window", a.window.flatMap(Self.cutting), b.window.flatMap(Self.cutting))
    named("sources", a.sources, b.sources)
    ordered("sinks", a.sinks, b.sinks)
    named("layouts", a.layouts, b.layouts)
    block("dashboard", a.dashboard, b.dashboard)
    block("emulate", a.emulate, b.emulate)
  }

  /// For people: by sections, `+` what only the second has, `-` what only the first has, `~` what both have otherwise.
  package var lines: [String] {
    var lines: [String] = []
    var section = ""
    for change in changes {
      if change.section != section {
        section = change.section
        lines.append(section)
      }
      let words = [change.name, change.text].filter { !$0.isEmpty }.joined(separator: ": ")
      lines.append("  \(change.kind.rawValue) \(words)")
      lines += change.keys.map { "      \($0)" }
    }
    return lines
  }

  // MARK: Sections

  private mutating func text(_ section: String, _ old: String, _ new: String) {
    guard old != new else { return }
    changes.append(Change(section: section, kind: .changed, name: "", text: "\(old) -> \(new)", keys: []))
  }

  private static func cutting(_ window: Settings) -> Settings? { window.specification.name == "all" ? nil : window }

  private mutating func block(_ section: String, _ old: Settings?, _ new: Settings?) {
    compare(section, "", old.map(Entry.init), new.map(Entry.init))
  }

  /// Rules of which all must let a row pass: their order means nothing.
  private mutating func rules(_ old: [Settings], _ new: [Settings]) {
    let (a, b) = (old.map(Entry.init), new.map(Entry.init))
    for entry in a where !b.contains(where: { $0.meaning == entry.meaning }) {
      changes.append(Change(section: "cleansing", kind: .removed, name: "", text: entry.shown, keys: []))
    }
    for entry in b where !a.contains(where: { $0.meaning == entry.meaning }) {
      changes.append(Change(section: "cleansing", kind: .added, name: "", text: entry.shown, keys: []))
    }
  }

  /// Rows of which the first that matches counts, and sinks: by their place.
  private mutating func ordered(_ section: String, _ old: [Settings], _ new: [Settings]) {
    let (a, b) = (old.map(Entry.init), new.map(Entry.init))
    // What is left between the equal ones at both ends.
    var front = 0
    while front < min(a.count, b.count), a[front].meaning == b[front].meaning { front += 1 }
    var back = 0
    while back < min(a.count, b.count) - front, a[a.count - 1 - back].meaning == b[b.count - 1 - back].meaning {
      back += 1
    }
    for index in front..<max(a.count, b.count) - back {
      let one = index < a.count - back ? a[index] : nil, other = index < b.count - back ? b[index] : nil
      compare(section, "\(index + 1)", one, other)
    }
  }

  private mutating func named(
    _ section: String, _ old: [Declaration.Named], _ new: [Declaration.Named], form: ValueForm? = nil
  ) {
    func entry(_ all: [Declaration.Named], _ name: String) -> Entry? {
      all.first { $0.name.text == name }.map { Entry($0.setting, form) }
    }
    var names = old.map(\.name.text)
    names += new.map(\.name.text).filter { !names.contains($0) }
    for name in names { compare(section, name, entry(old, name), entry(new, name)) }
  }

  private mutating func compare(_ section: String, _ name: String, _ old: Entry?, _ new: Entry?) {
    switch (old, new) {
    case (nil, nil): return
    case (let old?, nil):
      changes.append(Change(section: section, kind: .removed, name: name, text: old.shown, keys: []))
    case (nil, let new?):
      changes.append(Change(section: section, kind: .added, name: name, text: new.shown, keys: []))
    case (let old?, let new?):
      guard old.meaning != new.meaning else { return }
      let keys = old.kind == new.kind ? old.differences(new) : []
      let text = keys.isEmpty ? "\(old.shown) -> \(new.shown)" : ""
      changes.append(Change(section: section, kind: .changed, name: name, text: text, keys: keys))
    }
  }
}

/// Something that can differ: its meaning, and the meanings of its keys.
private struct Entry {
  let meaning: String
  let shown: String
  /// What kind of component it is: those of two kinds are not compared key by key.
  let kind: String
  private let keys: [(name: String, text: CanonicalText)]

  init(_ settings: Settings) {
    self.init(Setting(node: Node(.empty, span: settings.span), value: .settings(settings)), nil)
  }

  init(_ setting: Setting, _ form: ValueForm?) {
    let text = CanonicalText(setting, form)
    meaning = text.meaning
    guard let settings = setting.settings else {
      shown = text.shown
      kind = ""
      keys = []
      return
    }
    kind = settings.specification.name
    var keys: [(name: String, text: CanonicalText)] = settings.specification.keys.compactMap { key in
      settings[key.name].map { (key.name, CanonicalText($0, key.form)) }
    }
    keys += settings.free.map {
      ($0.key.text, CanonicalText($0.setting, settings.specification.freeKeys?.form))
    }
    keys += settings.beside.sorted { $0.key < $1.key }.map { ($0.key, CanonicalText($0.value, nil)) }
    self.keys = keys
    let given = settings.given.union(settings.free.map(\.key.text)).union(settings.beside.keys)
    let typed = keys.filter { given.contains($0.name) }
    shown =
      "{\(typed.map { "\($0.name): \(SecretName.isSecret($0.name) ? "(hidden)" : $0.text.shown)" }.joined(separator: ", "))}"
  }

  func differences(_ other: Entry) -> [String] {
    var names = keys.map(\.name)
    names += other.keys.map(\.name).filter { !names.contains($0) }
    return names.compactMap { name in
      let a = keys.first { $0.name == name }?.text, b = other.keys.first { $0.name == name }?.text
      guard a?.meaning != b?.meaning else { return nil }
      if SecretName.isSecret(name) { return "\(name): (hidden) -> (hidden)" }
      return "\(name): \(a?.shown ?? "(none)") -> \(b?.shown ?? "(none)")"
    }
  }
}
