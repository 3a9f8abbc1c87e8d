/// Where the keys of a group begin in a stretch of a stream that others go on with at both ends.
struct GroupEdges {
  /// The least keys of the first blocks of rows.
  private var minima: [Int64] = []
  /// Groups from here on have no rows before the stretch; nil while too few rows have come to tell.
  private(set) var lower: Int64?

  /// As many as it takes to tell single rows far off from the stream (``Clock``).
  private static let blocks = 16
  private static let agreeing = 4

  mutating func note(_ blocks: KeyBlocks, disorder: Int64) {
    guard lower == nil else { return }
    minima += blocks.minima.prefix(Self.blocks)
    guard minima.count >= Self.blocks else { return }
    let (first, overflow) = minima.sorted()[Self.agreeing - 1].addingReportingOverflow(disorder + 1)
    if !overflow { lower = first }
  }

  /// The keys whose groups have all their rows in the stretch, when the stream's keys have come to `now`.
  func complete(now: Int64, disorder: Int64) -> Range<Int64>? {
    let (end, overflow) = now.subtractingReportingOverflow(disorder)
    guard let lower, !overflow, lower < end else { return nil }
    return lower..<end
  }
}
