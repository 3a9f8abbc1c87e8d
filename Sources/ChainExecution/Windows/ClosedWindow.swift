/// A window that is complete.
package struct ClosedWindow {
  package let index: Int64
  package let counts: WindowCounts
  /// For each partition the offset from which a restart must read so that no row of an open window is lost.
  package let resume: [Int: Int64]
  /// For each partition how far it has been read.
  package let read: [Int: Int64]
  /// Of a span: for each partition the last window that was published with it, this one included.
  package let last: [Int: Int64]
  /// For each partition the offsets that were missing.
  package let gaps: [Int: [OffsetRange]]
  /// A message of each partition of a topic that has been read.
  package var marks: [Int: MessageMark] = [:]
  /// The partitions that windows which are still open have rows of.
  package var openPartitions: Set<Int> = []
  /// Of a part of the input: the groups that may have more rows elsewhere, by stream.
  var open: [GroupStore.Left] = []
  /// Of a part of the input: how many groups it knows of that may count in two parts.
  package var disordered: UInt64 { open.reduce(0) { $0 + ($1.late?.count ?? 0) } }
  /// Of a part of the input: the first window that was not complete when the last of these rows came.
  var frontier: Int64?

  init(
    index: Int64, counts: WindowCounts, resume: [Int: Int64], read: [Int: Int64], last: [Int: Int64],
    gaps: [Int: [OffsetRange]]
  ) {
    self.index = index
    self.counts = counts
    self.resume = resume
    self.read = read
    self.last = last
    self.gaps = gaps
  }
}
