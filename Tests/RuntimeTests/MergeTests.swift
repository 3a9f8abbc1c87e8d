import Connectors
import Foundation
import Results
import Runtime
import Simulation
import TestSupport
import Testing

/// Results of parts of the rows, merged, against the results of all rows.
@Suite struct MergeTests {
  /// Hits only, and so many that every window, the last one too, has some of each part.
  private static func telescope(seed: UInt64, rows: Int) -> Telescope {
    var telescope = Telescope(seed: seed, rows: rows)
    let end = (telescope.rows.filter { $0.head == 2 }.map(\.orbit).max() ?? 0) / 2000 * 2000
    telescope.rows.removeAll { $0.head != 2 || $0.orbit >= end }
    return telescope
  }

  /// What each of several instances publishes that share the orbits, in their order.
  private static func parts(_ telescope: Telescope, _ count: Int, window: String) throws -> [[ResultContent]] {
    try (0..<count).map { part in
      var own = telescope
      own.rows = telescope.rows.filter { Int($0.orbit) % count == part }
      return try Job(everyForm).with { $0.window = window }.run(bytes: own.text()).lines.map {
        try content($0).partial(partition: part, of: count)
      }
    }
  }

  private static func merger() throws -> ResultMerger { ResultMerger(try Job(everyForm).load(Scratch())) }

  @Test func `Messages of a run are read and written alike`() throws {
    let outcome = try Job(everyForm).with { $0.window = "span: 1000 of ORBIT_CNT" }
      .run(bytes: Self.telescope(seed: 4, rows: 4_000).text())
    #expect(outcome.lines.count > 10)
    for line in outcome.lines { #expect(try Data(content(line).bytes) == line) }
  }

  @Test(arguments: [2, 3], [1, 2] as [UInt64])
  func `Parts by orbit merge to the whole, byte for byte`(count: Int, seed: UInt64) throws {
    let telescope = Self.telescope(seed: seed, rows: 6_000)
    let window = "span: 1000 of ORBIT_CNT, late: 400"
    let whole = try Job(everyForm).with { $0.window = window }.run(bytes: telescope.text()).lines.map(content)
    let parts = try Self.parts(telescope, count, window: window)
    var dice = Dice(seed)
    for _ in 0..<4 {
      let merger = try Self.merger()
      var merged: [ResultMerger.Merged] = []
      var left = parts.map { $0[...] }
      while let chosen = left.indices.filter({ !left[$0].isEmpty }).randomElement(using: &dice) {
        merged += try merger.add(left[chosen].removeFirst().bytes)
      }
      // What the last window's messages completed came out already.
      #expect(merged.count >= whole.count - 1)
      merged += merger.finish()
      #expect(try merged.map { try content($0.message).withoutOrigin } == whole.map(\.withoutOrigin))
      #expect(merged.allSatisfy { !$0.head.isPartial })
      for (window, original) in zip(merged, whole) {
        #expect(
          window.head.source.offsets.count == parts.count { $0.contains { $0.head.window == original.head.window } })
      }
    }
  }

  @Test func `Merging some first, and then the rest, gives the same`() throws {
    let parts = try Self.parts(Self.telescope(seed: 5, rows: 5_000), 3, window: "span: 2000 of ORBIT_CNT, late: 400")
    func merged(_ messages: [[UInt8]]) throws -> [[UInt8]] {
      let merger = try Self.merger()
      return try messages.flatMap { try merger.add($0) }.map(\.message) + merger.finish().map(\.message)
    }
    let bytes = parts.map { $0.map(\.bytes) }
    let atOnce = try merged(bytes.flatMap(\.self))
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]] {
      let first = try merged(bytes[order[0]] + bytes[order[1]])
      #expect(try first.allSatisfy { try content($0).head.isPartial })
      #expect(try merged(first + bytes[order[2]]) == atOnce)
      #expect(try merged(bytes[order[2]] + first) == atOnce)
    }
  }

  @Test func `One window over everything`() throws {
    let telescope = Self.telescope(seed: 6, rows: 2_000)
    let outcome = try Job(everyForm).run(bytes: telescope.text())
    // A plot keeps the points of the smallest x, whichever message has them.
    #expect(outcome.histogram("active/0")?.x?.count == 40)
    #expect(try #require(outcome.histogram("active/0")?.omitted) > 100)
    let whole = try outcome.lines.map(content)
    let parts = try Self.parts(telescope, 2, window: "all").flatMap(\.self)
    let merger = try Self.merger()
    #expect(try merger.add(parts[0].bytes).isEmpty)
    let merged = try merger.add(parts[1].bytes)
    #expect(try merged.map { try content($0.message).withoutOrigin } == whole.map(\.withoutOrigin))
  }

  @Test func `Results of files are complete at the end`() throws {
    let telescope = Self.telescope(seed: 8, rows: 3_000)
    let window = "span: 1000 of ORBIT_CNT, late: 400"
    let parts = try (0..<2).map { part in
      var own = telescope
      own.rows = telescope.rows.filter { Int($0.orbit) % 2 == part }
      return try Job(everyForm).with { $0.window = window }.run(bytes: own.text()).lines
    }
    let whole = try Job(everyForm).with { $0.window = window }.run(bytes: telescope.text()).lines.map(content)
    let merger = try Self.merger()
    for line in parts.flatMap(\.self) { #expect(try merger.add(Array(line)).isEmpty) }
    let merged = merger.finish()
    #expect(try merged.map { try content($0.message).withoutOrigin } == whole.map(\.withoutOrigin))
    #expect(merged.allSatisfy { !$0.head.isPartial })
    #expect(merger.finish().isEmpty)
  }
}
