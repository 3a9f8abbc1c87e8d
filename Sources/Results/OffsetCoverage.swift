import ChainExecution

/// Which offsets of each partition are in some message already.
struct OffsetCoverage {
  /// Ascending, neither overlapping nor meeting.
  private var ranges: [String: [OffsetRange]] = [:]

  func contains(partition: String) -> Bool { ranges[partition] != nil }

  /// A stretch of `range` that is covered.
  func overlap(of partition: String, with range: OffsetRange) -> OffsetRange? {
    let known = ranges[partition] ?? []
    // The first that ends behind the beginning of `range`.
    var low = 0, high = known.count
    while low < high {
      let middle = (low + high) / 2
      if known[middle].end > range.start { high = middle } else { low = middle + 1 }
    }
    guard low < known.count, known[low].start < range.end, range.start < range.end else { return nil }
    return OffsetRange(start: max(known[low].start, range.start), end: min(known[low].end, range.end))
  }

  /// Adds a range that overlaps none.
  mutating func insert(_ range: OffsetRange, partition: String) {
    var known = ranges[partition] ?? []
    var range = range
    var index = known.firstIndex { $0.end >= range.start } ?? known.count
    if index < known.count, known[index].end == range.start {
      range.start = known[index].start
      known.remove(at: index)
    }
    if index < known.count, known[index].start == range.end {
      range.end = known[index].end
      known.remove(at: index)
    }
    index = min(index, known.count)
    known.insert(range, at: index)
    ranges[partition] = known
  }
}
