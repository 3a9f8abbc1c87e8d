import Columns
import Histograms

/// The rows of a window, as counted in `counts` of a result.
package struct RowCounts: Sendable, Equatable {
  /// Well-formed rows read.
  package var records: UInt64 = 0
  /// Rows that could not be decoded.
  package var malformed: UInt64 = 0
  /// Rows that cleansing took out.
  package var dropped: UInt64 = 0
  /// Hits that no row of the chamber map took.
  package var unmapped: UInt64 = 0
  /// Rows of a window already published.
  package var late: UInt64 = 0
  /// Rows that are in no window: their clock is unknown, or their window would be one too many to keep open.
  package var stray: UInt64 = 0
  /// Groups of which a row came further behind than `disorder` says: each may count in two parts. Where there is none,
  /// groups are what the pipeline says, however the input was read.
  package var disordered: UInt64 = 0
  /// Offsets of a topic that hold no message any more: they ran out before they were read.
  package var gaps: UInt64 = 0

  package init() {}

  /// What there is to say of groups that may count in two parts; nil where there are none.
  package var disorderNote: String? {
    guard disordered > 0 else { return nil }
    return
      "\(disordered) \(disordered == 1 ? "group" : "groups") got rows further behind than `disorder` allows and may count in two parts: write a longer `disorder` or leave it out, or `within: file` in the group, or the parameter of its plugin, where each file begins its keys again; `hitmon lint --sample FILE` shows how far rows come behind"
  }

  package var hits: UInt64 { records - dropped }

  package static func += (a: inout RowCounts, b: RowCounts) {
    a.records += b.records
    a.malformed += b.malformed
    a.dropped += b.dropped
    a.unmapped += b.unmapped
    a.late += b.late
    a.stray += b.stray
    a.disordered += b.disordered
    a.gaps += b.gaps
  }

  /// Takes out rows that were added before.
  package static func -= (a: inout RowCounts, b: RowCounts) {
    a.records -= b.records
    a.malformed -= b.malformed
    a.dropped -= b.dropped
    a.unmapped -= b.unmapped
    a.late -= b.late
    a.stray -= b.stray
    a.disordered -= b.disordered
    a.gaps -= b.gaps
  }
}

/// The stretch of one partition (a file, a topic's partition) that rows of a window lie in, half open.
package struct OffsetRange: Sendable, Equatable {
  package var start: Int64
  package var end: Int64

  package init(start: Int64, end: Int64) {
    self.start = start
    self.end = end
  }

  package mutating func extend(_ other: OffsetRange) {
    start = min(start, other.start)
    end = max(end, other.end)
  }
}

/// What one worker has counted of one window so far. Merging those of all workers gives the window.
package final class WindowCounts {
  package var counts = RowCounts()
  /// By partition.
  package var offsets: [Int: OffsetRange] = [:]
  let histograms: [any HistogramState]

  package init(_ plan: ChainPlan) {
    histograms = plan.histograms.map { $0.kind.makeState() }
  }

  package func merge(_ other: WindowCounts) {
    counts += other.counts
    for (partition, range) in other.offsets { extend(partition, range) }
    for (mine, theirs) in zip(histograms, other.histograms) { mine.merge(theirs) }
  }

  package func extend(_ partition: Int, _ range: OffsetRange) {
    if offsets[partition]?.extend(range) == nil { offsets[partition] = range }
  }

  /// Tells it of others of the same window, before it counts.
  func share(with other: WindowCounts) {
    for (mine, theirs) in zip(histograms, other.histograms) { mine.share(with: theirs) }
  }

  package func reset() {
    counts = RowCounts()
    offsets = [:]
    for histogram in histograms { histogram.reset() }
  }

  /// What is published of histogram `index`: its name in the result, and its counts.
  package func contents(of index: Int, _ plan: ChainPlan) -> [(name: String, content: any HistogramContent)] {
    let histogram = plan.histograms[index]
    guard let cells = histogram.cells else { return [(histogram.name, histograms[index].content(cell: 0))] }
    return cells.values.enumerated().map { cell, value in
      ("\(histogram.name)/\(plan.cellName(value, type: histogram.perType))", histograms[index].content(cell: cell))
    }
  }
}

extension ChainPlan {
  /// How a value of a `per` column is written in the name of a histogram.
  func cellName(_ value: Int64, type: ValueType?) -> String {
    switch type?.kind {
    case .text: categories.text(of: Int32(truncatingIfNeeded: value)) ?? "?"
    case .boolean: value == 1 ? "true" : "false"
    default: String(value)
    }
  }
}
