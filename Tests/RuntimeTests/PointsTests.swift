import TestSupport
import Testing

/// Plots whose lists are full long before the end, counted by several workers at a time.
@Suite("Points of long windows") struct PointsTests {
  private struct Row {
    let time: Int
    let kind: Int
    let value: Int
  }

  /// Rows of a counter, a little out of order; those of kind 3 are few, and a value of 0 has no y.
  private static let rows: [Row] = {
    var dice = Dice(41)
    return (0..<60_000).map { row in
      Row(
        time: 3_000_000_000 + row / 3 - dice.int(0...150), kind: dice.int(0...999) == 0 ? 3 : dice.int(0...2),
        value: dice.int(0...9))
    }
  }()

  private static let text = rows.map { "\($0.time),\($0.kind),\($0.value)\n" }.joined()

  private func check(_ plot: String, _ limit: Int, threads: Int, kinds: ClosedRange<Int>) throws {
    let job = Job(
      """
      pipeline: plots
      record: {format: csv, fields: {time: u32, kind: u8, value: u8}}
      columns: {inverse: 90 // value}
      histograms: {h: {plot: inverse, against: time, points: \(limit)\(plot)}}
      """
    ).with {
      $0.threads = threads
      $0.chunkBytes = 4_000
    }
    let found = try job.run(rows: Self.text)
    for kind in kinds {
      let name = plot.contains("per") ? "h/\(kind)" : "h"
      let points = Self.rows.filter {
        (plot.contains("per") ? $0.kind == kind : kinds.contains($0.kind)) && $0.value != 0
      }
      .map { ($0.time, 90 / $0.value) }.sorted { $0 < $1 }
      let h = try #require(found.histogram(name))
      #expect(h.x == points.prefix(limit).map { Double($0.0) })
      #expect(h.y == points.prefix(limit).map { Double($0.1) })
      #expect(h.omitted == max(0, points.count - limit))
    }
  }

  @Test(arguments: [1, 60, 900, 5_000, 1_000_000], [1, 3])
  func `The smallest are kept, by any number of threads`(limit: Int, threads: Int) throws {
    try check("", limit, threads: threads, kinds: 0...3)
    try check(", per: kind", limit, threads: threads, kinds: 0...3)
    // Every list is full soon: rows beyond are counted without a look at each.
    try check(", per: kind, where: kind < 3 and value > 0", limit, threads: threads, kinds: 0...2)
  }
}
