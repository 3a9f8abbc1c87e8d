import ChainExecution
import Histograms

extension ResultHead {
  /// Adds the head of a message that covers other rows of the same window.
  mutating func add(_ other: ResultHead) throws(ResultError) {
    try window.add(other.window)
    run = Self.joined(run, other.run)
    counts = try Self.sum(counts, other.counts)
    try source.add(other.source)
    // That of the message which came last would depend on their order, where the pipeline was edited between the two.
    dashboard = [dashboard, other.dashboard].compactMap(\.self).min { $0.lexicographicallyPrecedes($1) }
  }

  /// Adds counts; those that the head does not have come behind.
  mutating func add(_ more: [Count]) throws(ResultError) { counts = try Self.sum(counts, more) }

  /// Names with commas between them, each once.
  fileprivate static func joined(_ a: String, _ b: String) -> String {
    a == b ? a : Set((a + "," + b).split(separator: ",")).sorted().joined(separator: ",")
  }

  /// In this order counts stand in a message.
  private static let order = [
    "records", "malformed", "dropped", "hits", "unmapped", "late", "stray", "disordered", "gaps",
  ]

  private static func sum(_ a: [Count], _ b: [Count]) throws(ResultError) -> [Count] {
    var sums = a
    for count in b {
      if let index = sums.firstIndex(where: { $0.name == count.name }) {
        sums[index].value = try sumOfCounts(sums[index].value, count.value)
      } else {
        sums.append(count)
      }
    }
    guard a.map(\.name) != b.map(\.name) else { return sums }
    // Messages of two versions: whichever comes first, the order is the same.
    func rank(_ name: String) -> Int { order.firstIndex(of: name) ?? order.count }
    return sums.sorted { (rank($0.name), $0.name) < (rank($1.name), $1.name) }
  }
}

extension ResultHead.Window {
  fileprivate mutating func add(_ other: Self) throws(ResultError) {
    guard kind == other.kind, of == other.of, start == other.start, end == other.end else {
      throw ResultError("the window begins or ends elsewhere in another message: were the pipelines the same?")
    }
    // Instances number arrival windows from their own beginnings: the oldest one's number stays.
    index = max(index, other.index)
  }
}

extension ResultHead.Source {
  fileprivate mutating func add(_ other: Self) throws(ResultError) {
    guard topic == other.topic else {
      throw ResultError("the messages of the window are of two inputs: \(describe(topic)) and \(describe(other.topic))")
    }
    name = ResultHead.joined(name, other.name)
    partitions = [partitions, other.partitions].compactMap(\.self).max()
    offsets.merge(other.offsets) {
      OffsetRange(start: min($0.start, $1.start), end: max($0.end, $1.end))
    }
    resume.merge(other.resume) { max($0, $1) }
    read.merge(other.read) { max($0, $1) }
    last.merge(other.last) { max($0, $1) }
    marks.merge(other.marks) { $0.offset < $1.offset ? $1 : $0 }
    gaps.merge(other.gaps) { mine, theirs in
      (mine + theirs.filter { !mine.contains($0) }).sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }
  }

  private func describe(_ topic: String?) -> String { topic.map { "the topic `\($0)`" } ?? "no topic" }
}
