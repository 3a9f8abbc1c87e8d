/// The groups of open windows that may still get rows, for each stream apart: a group of a keyed topic lies in one partition,
/// so that how far that partition has come says when it is complete. Groups that may lie in several are kept together.
struct GroupStore {
  private struct Place: Hashable {
    let window: Int64
    /// Nil where a group's rows may be in any stream.
    let stream: Int?
  }

  private let plan: ChainPlan
  private let pool: WindowPool
  private let closer: GroupCloser
  private var open: [Place: OpenGroups] = [:]
  /// Whether rows came of which other streams may have the rest of the group.
  private var areSpread = false
  private var sizesAtLastClosing: [Place: Int] = [:]
  /// Whether others count what comes before and behind: groups that may have rows there stay open.
  private let isPart: Bool
  private(set) var edges: [Int: GroupEdges] = [:]

  init(_ plan: ChainPlan, pool: WindowPool, isPart: Bool) {
    self.plan = plan
    self.pool = pool
    self.isPart = isPart
    closer = GroupCloser(plan)
  }

  /// Notes where the keys of a part's stream begin; before the groups of the chunk are taken.
  mutating func note(_ outcome: ChunkOutcome, stream: Int) {
    if isPart { edges[stream, default: GroupEdges(plan)].note(outcome, plan) }
  }

  /// Takes the groups that a chunk left open in a window, and counts those that are complete by now. `before` and `now` say
  /// where the keys stood before and after the chunk. Gives how many groups may have been complete before a row of them
  /// came.
  mutating func take(
    _ groups: OpenGroups, window: Int64, stream: Int?, _ outcome: ChunkOutcome, before: [Int64?], now: [Int64?]
  ) -> UInt64 {
    defer { pool.giveGroups(groups) }
    guard !groups.isEmpty else { return 0 }
    if stream == nil, !areSpread { spread() }
    let place = Place(window: window, stream: stream)
    let mine = open[place] ?? pool.takeGroups()
    let disordered = countDisordered(groups, mine, outcome, before)
    mine.merge(groups, plan: plan)
    // Going through all open groups costs as much as there are; it waits until they have grown by half.
    let size = mine.tables.reduce(0) { $0 + $1.count }
    guard size > (sizesAtLastClosing[place] ?? 0) * 3 / 2 + 1024, plan.groups.contains(where: { $0.disorder != nil })
    else {
      open[place] = mine
      return disordered
    }
    let mustWait = (plan.deferred?.groups.count ?? 0) > 1 ? Set(plan.deferred!.groups) : []
    let complete = plan.groups.enumerated().map { index, group -> Range<Int64>? in
      guard let disorder = group.disorder, let now = now[index], !mustWait.contains(index) else { return nil }
      if isPart { return stream.flatMap { edges[$0]?.complete(index, now: now, disorder: disorder) } }
      return now.subtractingReportingOverflow(disorder).overflow ? nil : .min..<now - disorder
    }
    let rest = pool.takeGroups()
    let counts = pool.take(window)
    closer.closeSome(mine, into: counts, rest: rest, complete: complete)
    pool.give(window, counts)
    pool.giveGroups(mine)
    open[place] = rest
    sizesAtLastClosing[place] = rest.tables.reduce(0) { $0 + $1.count }
    return disordered
  }

  /// Keeps the groups of all streams together from here on.
  private mutating func spread() {
    areSpread = true
    for (place, groups) in open.sorted(by: {
      ($0.key.window, $0.key.stream ?? -1) < ($1.key.window, $1.key.stream ?? -1)
    }) {
      open[place] = nil
      sizesAtLastClosing[place] = nil
      let together = Place(window: place.window, stream: nil)
      if let all = open[together] {
        all.merge(groups, plan: plan)
        pool.giveGroups(groups)
      } else {
        open[together] = groups
      }
    }
  }

  /// Counts groups that may have been complete before a row of them came: those of this chunk that lie further behind the
  /// chunks before than `disorder`, and those held here that the chunk took as complete.
  private func countDisordered(
    _ groups: OpenGroups, _ held: OpenGroups, _ outcome: ChunkOutcome, _ before: [Int64?]
  ) -> UInt64 {
    var count: UInt64 = 0
    for (index, group) in plan.groups.enumerated() {
      guard let disorder = group.disorder else { continue }
      if let now = before[index], !now.subtractingReportingOverflow(disorder).overflow {
        let table = groups.tables[index]
        for slot in 0..<table.count where table.key(slot) < now - disorder { count += 1 }
      }
      if let interior = outcome.interiors[index] {
        let table = held.tables[index]
        for slot in 0..<table.count where interior.contains(table.key(slot)) { count += 1 }
      }
    }
    return count
  }

  /// Hands out the groups of a window that are open, each stream's apart.
  mutating func takeAll(_ window: Int64) -> [(stream: Int?, groups: OpenGroups)] {
    open.keys.filter { $0.window == window }.sorted { ($0.stream ?? -1) < ($1.stream ?? -1) }.map { place in
      sizesAtLastClosing[place] = nil
      return (place.stream, open.removeValue(forKey: place)!)
    }
  }

  /// Counts all groups of a window.
  mutating func close(_ window: Int64, into counts: WindowCounts) {
    var all: OpenGroups?
    // In a fixed order: sums of floats depend on it.
    let places = open.keys.filter { $0.window == window }.sorted { ($0.stream ?? -1) < ($1.stream ?? -1) }
    for place in places {
      sizesAtLastClosing[place] = nil
      let groups = open.removeValue(forKey: place)!
      if let all {
        all.merge(groups, plan: plan)
        pool.giveGroups(groups)
      } else {
        all = groups
      }
    }
    guard let all else { return }
    closer.closeAll(all, into: counts)
    pool.giveGroups(all)
  }
}
