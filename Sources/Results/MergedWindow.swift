import Diagnostics
import Histograms
import JSON
import Support

/// What the messages of one window that have come so far add up to.
struct MergedWindow {
  private(set) var head: ResultHead
  private var histograms: [String: ResultHistogram] = [:]
  /// For each histogram that is split, the names of its parts in their order; a single one is its own part.
  private var parts: [String: [String]] = [:]
  private(set) var coverage = OffsetCoverage()
  /// Some message said that it covers a part of the window only.
  private(set) var saysPartial: Bool

  init(_ content: ResultContent) {
    head = content.head
    saysPartial = head.isPartial
    for (name, histogram) in content.histograms { histograms[name] = histogram }
    parts = Self.parts(content)
    cover(head)
  }

  /// Adds another message of the window. After an error the window is as before.
  mutating func add(_ content: ResultContent, pointLimit: (String) -> Int?) throws(ResultError) {
    var sum = self
    try sum.head.add(content.head)
    for (name, histogram) in content.histograms {
      do throws(ResultError) {
        if try sum.histograms[name]?.add(histogram, pointLimit: pointLimit(Self.base(name))) == nil {
          sum.histograms[name] = histogram
        }
      } catch {
        throw ResultError("histogram `\(name)`: \(error)")
      }
    }
    for (base, names) in Self.parts(content) where sum.parts[base] != names {
      // One order for any order of messages.
      sum.parts[base] =
        sum.parts[base].map { Set($0).union(names).sorted { namesInOrder(Self.value($0), Self.value($1)) } }
        ?? names
    }
    sum.saysPartial = sum.saysPartial || content.head.isPartial
    sum.cover(content.head)
    self = sum
  }

  private mutating func cover(_ head: ResultHead) {
    for (partition, range) in head.source.offsets where coverage.overlap(of: partition, with: range) == nil {
      coverage.insert(range, partition: partition)
    }
  }

  /// The message of the window. `order` has the pipeline's histograms in their order; others come behind.
  func message(_ head: ResultHead, order: [String], _ writer: inout JSONWriter) -> [UInt8] {
    let bases = order.filter { parts[$0] != nil } + parts.keys.filter { !order.contains($0) }.sorted()
    let names = bases.flatMap { parts[$0] ?? [] }
    writer.removeAll()
    writer.result(head, names.compactMap { name in histograms[name].map { (name, $0) } })
    return writer.bytes
  }

  private static func parts(_ content: ResultContent) -> [String: [String]] {
    Dictionary(grouping: content.histograms.map(\.name), by: base)
  }

  /// The histogram's name without the value that it is split by.
  private static func base(_ name: String) -> String {
    name.firstIndex(of: "/").map { String(name[..<$0]) } ?? name
  }

  private static func value(_ name: String) -> String {
    name.firstIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? ""
  }
}
