import Diagnostics
import Histograms
import JSON

/// What the windows of a run add up to, in their order.
///
/// Counts, bins and sums add. What does not add over windows, such as lists of points, is that of the newest.
package struct ResultTotal: Sendable {
  /// The newest message's head, with the counts of all.
  package private(set) var head: ResultHead?
  /// How many windows it covers.
  package private(set) var windows = 0
  private var start: ResultHead.Mark?
  private var order: [String] = []
  private var histograms: [String: ResultHistogram] = [:]

  package init() {}

  /// Every histogram with what it adds up to, in the order of messages.
  package var all: [(name: String, histogram: ResultHistogram)] {
    order.compactMap { name in histograms[name].map { (name, $0) } }
  }

  package subscript(name: String) -> ResultHistogram? { histograms[name] }

  /// Takes histograms out, and those of their values of a `per` column: what comes of them counts something else.
  package mutating func forget(_ names: Set<String>) {
    guard !names.isEmpty else { return }
    func isForgotten(_ name: String) -> Bool {
      names.contains(name) || name.lastIndex(of: "/").map { names.contains(String(name[..<$0])) } == true
    }
    order.removeAll(where: isForgotten)
    histograms = histograms.filter { !isForgotten($0.key) }
  }

  /// Adds the next window. A window of another run, or whose bins are others, begins a new total.
  package mutating func add(_ content: ResultContent) {
    if let head, head.pipeline != content.head.pipeline || !Self.share(head.run, content.head.run) { self = .init() }
    do {
      try sum(content)
    } catch {
      self = .init()
      // One message alone has nothing that it could disagree with.
      try? sum(content)
    }
  }

  private mutating func sum(_ content: ResultContent) throws(ResultError) {
    var sums = histograms
    var order = order
    for (name, histogram) in content.histograms {
      guard var sum = sums[name] else {
        sums[name] = histogram
        order.append(name)
        continue
      }
      // Points of all windows would be ever more of them: the newest ones stay.
      if histogram.content is PointsContent {
        sum = histogram
      } else {
        try sum.add(histogram, pointLimit: nil)
        sum.title = histogram.title
      }
      sums[name] = sum
    }
    var counts = head?.counts ?? []
    for count in content.head.counts {
      if let index = counts.firstIndex(where: { $0.name == count.name }) {
        counts[index].value = try sumOfCounts(counts[index].value, count.value)
      } else {
        counts.append(count)
      }
    }
    if head == nil { start = content.head.window.start }
    head = content.head
    head?.counts = counts
    (histograms, self.order) = (sums, order)
    windows += 1
  }

  /// Whether one of the runs that make up a message is also in another: a merged message names all of its runs.
  private static func share(_ a: String, _ b: String) -> Bool {
    a == b || !Set(a.split(separator: ",")).isDisjoint(with: b.split(separator: ","))
  }

  /// Writes a message of the same form as that of a window, whose `window` is of the kind `total`. Writes `null` where
  /// there was no window yet.
  package func write(to writer: inout JSONWriter) {
    guard let head else { return writer.null() }
    writer.beginObject()
    writer.field("schema", ResultHead.schema)
    writer.field("pipeline", head.pipeline)
    writer.field("run", head.run)
    writer.key("window")
    writer.beginObject()
    writer.field("index", head.window.index)
    writer.field("kind", "total")
    writer.field("windows", windows)
    if let of = head.window.of { writer.field("of", of) }
    writer.field("start", start)
    writer.field("end", head.window.end)
    writer.endObject()
    writer.key("counts")
    writer.beginObject()
    for count in head.counts { writer.field(count.name, count.value) }
    writer.endObject()
    writer.key("source")
    writer.beginObject()
    writer.field("name", head.source.name)
    if let topic = head.source.topic { writer.field("topic", topic) }
    writer.endObject()
    writer.key("histograms")
    writer.beginObject()
    for (name, histogram) in all {
      writer.key(name)
      histogram.write(to: &writer)
    }
    writer.endObject()
    writer.endObject()
  }
}
