import Connectors
import Diagnostics
import ChainExecution
import Runtime
import Specifications

/// The chain of a pipeline as boxes and arrows: where rows come from, what happens to them, and where results go.
package struct ChainGraph: Sendable {
  /// What a box is, which decides its colour.
  package enum Kind: String, Sendable {
    case source, stage, group, histogram, sink
  }

  package struct Node: Sendable {
    package let id: String
    package let kind: Kind
    package let title: String
    /// What stands below the title.
    package let lines: [String]
  }

  package struct Edge: Sendable, Equatable {
    package let from: String
    package let to: String
  }

  package let name: String
  package private(set) var nodes: [Node] = []
  package private(set) var edges: [Edge] = []

  /// Longer boxes are cut.
  private static let mostLines = 12

  package init(_ pipeline: Pipeline) {
    let declaration = pipeline.declaration
    name = declaration.name.text
    let dependence = GroupDependence(declaration)
    let stages = pipeline.plan.description.stages
    var last = addInputs(declaration, stages.filter { $0.name.hasPrefix("decode") })
    func isLater(_ name: String) -> Bool { name == "columns" || name.hasPrefix("group ") }
    for stage in stages where !stage.name.hasPrefix("decode") && !isLater(stage.name) {
      last = [add(.stage, stage.name, stage.lines + stage.columns.map(Self.words), after: last)]
    }
    let columns = stages.first { $0.name == "columns" }?.columns ?? []
    let early = columns.filter { !dependence.isOfGroup($0.name) }
    let late = columns.filter { dependence.isOfGroup($0.name) }
    if !early.isEmpty { last = [add(.stage, "columns", early.map(Self.words), after: last)] }
    var groups: [String: String] = [:]
    for stage in stages where stage.name.hasPrefix("group ") {
      let group = String(stage.name.dropFirst(6).prefix { $0 != " " })
      groups[group] = add(.group, stage.name, stage.lines + stage.columns.map(Self.words), after: last)
    }
    var waiting: String?
    var ends: [String] = []
    let uses = declaration.histograms.map { dependence.groups(of: Self.names($0.setting.settings)) }
    func waits(_ histogram: HistogramPlan, _ used: Set<String>) -> Bool {
      !used.isEmpty && histogram.level.hasPrefix("for every hit")
    }
    // All hits wait in one place, for the groups that any of them needs.
    let awaited = zip(pipeline.plan.histograms, uses).filter(waits).reduce(into: Set<String>()) { $0.formUnion($1.1) }
    for ((histogram, entry), used) in zip(zip(pipeline.plan.histograms, declaration.histograms), uses) {
      let from: [String]
      if used.isEmpty {
        from = last
      } else if waits(histogram, used) {
        let stage =
          waiting
          ?? add(
            .stage, "hits of complete groups", late.map(Self.words),
            after: last + awaited.sorted().compactMap { groups[$0] })
        waiting = stage
        from = [stage]
      } else {
        from = used.sorted().compactMap { groups[$0] }
      }
      let split = histogram.cells.map { ["per \($0.column)"] } ?? []
      let condition = entry.setting.settings?[HistogramKeys.condition].map { ["where \($0.written)"] } ?? []
      ends.append(
        add(.histogram, histogram.name, [histogram.summary, histogram.level] + split + condition, after: from))
    }
    let window = add(.stage, "window", [Self.words(pipeline.plan.window)], after: ends)
    for sink in declaration.sinks {
      let keys = [FileSinkKeys.path.key, KafkaKeys.topic.key, DashboardKeys.port.key]
      let place = keys.compactMap { sink.setting($0)?.node.scalar?.written }.first
      _ = add(.sink, sink.specification.name, [place].compactMap { $0 }, after: [window])
    }
  }

  /// Boxes of the sources and of the records that decode them; gives the last ones.
  private mutating func addInputs(_ declaration: Declaration, _ decoders: [ChainDescription.Stage]) -> [String] {
    var sources: [(name: String, id: String)] = []
    for source in declaration.sources {
      let settings = source.setting.settings
      let place = ["path", "topic"].compactMap { key -> String? in
        guard let setting = settings?[key] else { return nil }
        return setting.list?.compactMap(\.node.scalar?.written).joined(separator: ", ") ?? setting.node.scalar?.written
      }.first
      let id = add(
        .source, "\(source.name.text) (\(settings?.specification.name ?? ""))", [place].compactMap { $0 }, after: [])
      sources.append((source.name.text, id))
    }
    if sources.isEmpty { sources.append(("", add(.source, "input", ["files given with --input"], after: []))) }
    var ends: [String] = []
    for decoder in decoders {
      let users =
        decoder.name.split(separator: " ", maxSplits: 3).count > 3
        ? decoder.name.split(separator: " ", maxSplits: 3)[3].split(separator: ",").map { $0.filter { $0 != " " } } : []
      let from = sources.filter { users.isEmpty || users.contains($0.name) }.map(\.id)
      let used = decoder.columns.filter { $0.note != "skipped" }
      let skipped = decoder.columns.count - used.count
      let more = skipped > 0 ? ["\(skipped) more, not converted"] : []
      ends.append(add(.stage, decoder.name, used.map(Self.words) + more, after: from))
    }
    return ends
  }

  private mutating func add(_ kind: Kind, _ title: String, _ lines: [String], after: [String]) -> String {
    let id = "n\(nodes.count)"
    let all = lines.filter { !$0.isEmpty }.map(Cell.printable)
    let shown =
      all.count > Self.mostLines
      ? Array(all.prefix(Self.mostLines - 1)) + ["and \(all.count - Self.mostLines + 1) more"] : all
    nodes.append(Node(id: id, kind: kind, title: Cell.printable(title), lines: shown.map(Self.short)))
    edges += after.map { Edge(from: $0, to: id) }
    return id
  }

  private static func short(_ line: String) -> String { line.count > 48 ? "\(line.prefix(47))…" : line }

  private static func words(_ column: ChainDescription.Column) -> String {
    column.note.hasPrefix("=") ? "\(column.name) \(column.note)" : "\(column.name): \(column.type)"
  }

  private static func words(_ window: WindowPlan) -> String {
    switch window {
    case .every(let nanoseconds): "every \(Cell.float(Double(nanoseconds) / 1e9).words) s by time of arrival"
    case .rows(let rows): "of \(grouped(Int(rows))) rows"
    case .span(let windows): "spans of \(windows.label)"
    case .all: "the whole input"
    }
  }

  /// The names that the settings of a histogram use.
  private static func names(_ settings: Settings?) -> Set<String> {
    guard let settings else { return [] }
    let keys = ["of", "plot", "against", "profile", "where", "per", "weight"]
    let texts = keys.compactMap { settings[$0] }.flatMap { setting in
      setting.list?.compactMap(\.text) ?? [setting.text].compactMap { $0 }
    }
    return texts.reduce(into: []) { $0.formUnion(GroupDependence.names(in: $1)) }
  }
}
