/// How far each partition has been read, and where a restart must begin so that no row of an open window is lost.
package struct ReadPositions {
  private(set) var ends: [Int: Int64] = [:]
  /// How far earlier runs had read partitions when they last published.
  private var readBefore: [Int: Int64] = [:]
  /// The last window of a span that was published with each partition.
  private(set) var last: [Int: Int64] = [:]
  /// A message of each partition of a topic that has been read, one of the last.
  private(set) var marks: [Int: MessageMark] = [:]
  /// Partitions that stay: every window says how far they are, with rows of them or without.
  private(set) var lasting: Set<Int> = []
  /// Where each open window has its first row of each partition.
  private var starts: [Int64: [Int: Int64]] = [:]

  mutating func add(partition: Int, at offset: Int64, readBefore: Int64, last: Int64?) {
    self.last[partition] = last
    ends[partition] = offset
    self.readBefore[partition] = max(offset, readBefore)
    lasting.insert(partition)
  }

  mutating func remove(partition: Int) {
    ends[partition] = nil
    readBefore[partition] = nil
    last[partition] = nil
    marks[partition] = nil
    lasting.remove(partition)
  }

  mutating func note(end: Int64, of partition: Int) { ends[partition] = end }

  mutating func note(_ mark: MessageMark, of partition: Int) { marks[partition] = mark }

  mutating func note(_ offsets: [Int: OffsetRange], ofWindow index: Int64) {
    for (partition, range) in offsets {
      let start = starts[index]?[partition] ?? range.start
      starts[index, default: [:]][partition] = min(start, range.start)
    }
  }

  /// The partitions that windows which are open have rows of.
  var open: Set<Int> { starts.values.reduce(into: []) { $0.formUnion($1.keys) } }

  mutating func close(window index: Int64) {
    starts[index] = nil
    // A window of the past may be published after a later one, of partitions that others have read before.
    for partition in lasting { last[partition] = max(last[partition] ?? index, index) }
  }

  /// How far partitions were read by this run or an earlier one: rows without a window of their own are not counted again.
  var read: [Int: Int64] { ends.merging(readBefore) { max($0, $1) } }

  /// Where a restart must begin, for each partition.
  ///
  /// - Parameter cut: the offsets of a window that ends where its rows end; nil for windows that overlap in the input.
  func resume(behind cut: [Int: OffsetRange]?) -> [Int: Int64] {
    var resume = cut?.mapValues(\.end) ?? ends
    for partition in lasting { resume[partition] = ends[partition] }
    for window in starts.values {
      for (partition, start) in window { resume[partition] = min(resume[partition] ?? start, start) }
    }
    return resume
  }
}
