/// Where the keys of groups begin in a stretch of a stream that others go on with at both ends.
struct GroupEdges {
  /// The least keys of the first blocks of rows, for each group.
  private var minima: [[Int64]]
  /// Groups from here on have no rows before the stretch; nil while too few rows have come to tell.
  private(set) var lower: [Int64?]

  /// As many as it takes to tell single rows far off from the stream (``Clock``).
  private static let blocks = 16
  private static let agreeing = 4

  init(_ plan: ChainPlan) {
    minima = plan.groups.map { _ in [] }
    lower = plan.groups.map { _ in nil }
  }

  mutating func note(_ outcome: ChunkOutcome, _ plan: ChainPlan) {
    for (index, group) in plan.groups.enumerated() where lower[index] == nil {
      guard let disorder = group.disorder else { continue }
      minima[index] += outcome.groupMinima[index].prefix(Self.blocks)
      guard minima[index].count >= Self.blocks else { continue }
      let (first, overflow) = minima[index].sorted()[Self.agreeing - 1].addingReportingOverflow(disorder + 1)
      if !overflow { lower[index] = first }
    }
  }

  /// The keys whose groups have all their rows in the stretch, when the stream's keys have come to `now`.
  func complete(_ group: Int, now: Int64, disorder: Int64) -> Range<Int64>? {
    let (end, overflow) = now.subtractingReportingOverflow(disorder)
    guard let lower = lower[group], !overflow, lower < end else { return nil }
    return lower..<end
  }
}
