import Runtime
import TestSupport
import Testing

@testable import ChainExecution

/// More groups at a time than have numbers. That takes 2^31 of them: here a table has room for a few.
@Suite struct GroupLimitTests {
  private static func table(_ most: Int) throws -> (table: GroupTable, pipeline: Pipeline) {
    let pipeline = try Job(
      """
      pipeline: many
      record: {format: csv, fields: {k: i64}}
      groups: {g: {by: k, n: count}}
      histograms: {n: {of: g.n, bins: integers 0..9}}
      """
    ).load(Scratch())
    var plan = pipeline.plan.groups[0]
    plan.mostOpen = most
    return (plan.makeTable(), pipeline)
  }

  private static func assign(_ keys: [Int64], to table: GroupTable) -> [Int32] {
    var slots = [Int32](repeating: -7, count: keys.count)
    table.assign(keys, count: keys.count, into: &slots)
    return slots
  }

  @Test(arguments: [1, 1_000_000_000_000] as [Int64])
  func `Further groups have no slot, and their rows are counted`(step: Int64) throws {
    let (table, pipeline) = try Self.table(3)
    #expect(Self.assign([5, 6, 5].map { $0 * step }, to: table) == [0, 1, 0])
    #expect(pipeline.plan.refusedGroups == [])
    let more = [6, 7, 8, 9, 8, 5].map { $0 * step }
    #expect(Self.assign(more, to: table) == [1, 2, -1, -1, -1, 0])
    #expect(table.count == 3)
    #expect(
      pipeline.plan.refusedGroups == [
        "more than 2147479551 groups of `g` were open at a time: 3 rows of further ones are in no group; set `disorder`, or take shorter windows"
      ])
    #expect(table.slots(of: [5, 10].map { $0 * step }) == nil)
  }

  @Test func `Tables that come together have no more groups than one`() throws {
    let (table, pipeline) = try Self.table(4), other = try Self.table(4).table
    #expect(Self.assign([1, 2, 3], to: table) == [0, 1, 2])
    #expect(Self.assign([2, 8, 9], to: other) == [0, 1, 2])
    #expect(table.merge(other, slots: [0, 1, 2]) == [1, 3, -1])
    #expect(table.count == 4)
    #expect(pipeline.plan.refusedGroups.count == 1)
  }
}
