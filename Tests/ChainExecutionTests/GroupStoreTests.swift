import Histograms
import TestSupport
import Testing

@testable import ChainExecution

/// Groups that chunks leave open. Rows here are `key,kind,a,f,name`, and groups are those of one key; the histogram counts
/// groups by how many rows they have.
struct GroupStoreTests {
  private static let sections = """
    window: all
    groups: {g: {by: key, disorder: 2, n: count}}
    histograms: {sizes: {of: g.n, bins: 'integers 1..4'}}
    """

  private func rows(_ keys: Int...) -> String { keys.map { "\($0),0,0,0,up\n" }.joined() }

  /// What a store makes of chunks, each of a stream.
  private func sizes(_ chunks: [(text: String, progress: KeyProgress)]) throws -> (bins: [UInt64], disordered: UInt64) {
    let counting = try Counting(Self.sections)
    var store = GroupStore(counting.plan, pool: counting.pool, isPart: false)
    for (text, progress) in chunks {
      let (chunk, outcome) = try counting.process(text, window: 0)
      for (index, counts) in outcome.windows { counting.pool.give(index, counts) }
      for (window, open) in outcome.open { store.take(open, window: window, outcome, [progress]) }
      // The context of the next chunk is settled.
      counting.sequencer.complete(ChunkOutcome.nothing(counting.plan), of: chunk)
    }
    let counts = counting.pool.collect(0)
    store.close(0, into: counts)
    let content = try #require(counts.contents(of: 0, counting.plan)[0].content as? CountsContent)
    return (Array(content.entries.dropFirst().dropLast()), counts.counts.disordered)
  }

  @Test func `A group that two chunks have rows of is one`() throws {
    let stream = KeyProgress(stream: GroupStream(number: 0))
    let found = try sizes([(rows(1, 1, 2), stream), (rows(2, 2, 3), stream)])
    // Of 1, 2 and 3 rows: key 3, key 1, key 2.
    #expect(found.bins == [1, 1, 1, 0])
    #expect(found.disordered == 0)
  }

  @Test func `The same key in two partitions is two groups, where partitions have their own`() throws {
    let first = KeyProgress(stream: GroupStream(number: 0)), second = KeyProgress(stream: GroupStream(number: 1))
    #expect(try sizes([(rows(5, 5), first), (rows(5), second)]).bins == [0, 0, 1, 0])
    let a = KeyProgress(stream: GroupStream(number: 0, isFile: true))
    let b = KeyProgress(stream: GroupStream(number: 1, isFile: true))
    #expect(try sizes([(rows(5, 5), a), (rows(5), b)]).bins == [1, 1, 0, 0])
  }

  @Test func `Groups are kept together once rows came that may be of any partition`() throws {
    let first = KeyProgress(stream: GroupStream(number: 0)), any = KeyProgress(stream: GroupStream(number: nil))
    #expect(try sizes([(rows(5, 5), first), (rows(5), any)]).bins == [0, 0, 1, 0])
  }

  @Test func `Rows behind the clock begin their group again, and it is told`() throws {
    var first = KeyProgress(stream: GroupStream(number: 0), isOrdered: true)
    first.now = 100
    var late = KeyProgress(stream: GroupStream(number: 0), isOrdered: true)
    (late.limit, late.newest, late.now) = (98, 100, 100)
    let found = try sizes([(rows(10, 10, 100), first), (rows(10, 99), late)])
    // Key 10 counts twice, as a group of 2 rows and as one of 1.
    #expect(found.bins == [3, 1, 0, 0])
    #expect(found.disordered == 1)
  }
}

extension ChunkOutcome {
  /// What comes of a chunk without rows.
  static func nothing(_ plan: ChainPlan) -> ChunkOutcome {
    var outcome = ChunkOutcome()
    outcome.keyBlocks = plan.groups.map { KeyBlocks(disorder: $0.disorder ?? 0) }
    outcome.late = plan.groups.map { _ in [] }
    outcome.interiors = plan.groups.map { _ in nil }
    outcome.isHandedOn = plan.groups.map { _ in false }
    return outcome
  }
}
