/// How far the keys of a group are in the stream of a chunk.
struct KeyProgress {
  /// Whose groups they are.
  let stream: GroupStream
  /// Whether rows come about in the order of their keys, so that groups are complete before their window is.
  var isOrdered = false
  /// Keys below are too late by the clock as it stood before the chunk; nil where the chunk has none.
  var limit: Int64?
  /// The newest keys before the chunk.
  var newest: Int64?
  /// Where it stands behind the chunk.
  var now: Int64?
  /// Rows of the chunk that were too late within it.
  var late: [LateKey] = []
}

/// Groups of a window that got rows when they may have been counted.
struct DisorderedGroups {
  /// The keys of each definition.
  var keys: [Set<Int64>]
  /// What those rows come to; nil where all of them went with the others.
  var groups: OpenGroups?

  init(_ plan: ChainPlan) { keys = plan.groups.map { _ in [] } }

  var count: UInt64 { keys.reduce(0) { $0 + UInt64($1.count) } }
}

/// The groups of open windows that may still get rows, for each stream apart: a group of a keyed topic lies in one partition,
/// so that how far that partition has come says when it is complete. Groups that may lie in several are kept together.
///
/// A row that comes behind the clock begins its group again. Such groups stay open to the end of their window, so that each
/// counts in two parts at the most, and which parts those are does not depend on chunks.
struct GroupStore {
  private struct Place: Hashable {
    let window: Int64
    let stream: GroupStream
  }

  private let plan: ChainPlan
  private let pool: WindowPool
  private let closer: GroupCloser
  private var open: [Place: OpenGroups] = [:]
  private var late: [Place: DisorderedGroups] = [:]
  /// Whether rows came of which other streams may have the rest of the group.
  private var areSpread = false
  private var sizesAtLastClosing: [Place: Int] = [:]
  /// Whether others count what comes before and behind: groups that may have rows there stay open.
  private let isPart: Bool
  /// For each group.
  private(set) var edges: [[GroupStream: GroupEdges]]

  init(_ plan: ChainPlan, pool: WindowPool, isPart: Bool) {
    self.plan = plan
    self.pool = pool
    self.isPart = isPart
    closer = GroupCloser(plan)
    edges = plan.groups.map { _ in [:] }
  }

  /// Notes where the keys of a part's streams begin; before the groups of the chunk are taken.
  mutating func note(_ outcome: ChunkOutcome, _ keys: [KeyProgress]) {
    guard isPart else { return }
    for (index, group) in plan.groups.enumerated() where keys[index].isOrdered {
      guard let disorder = group.disorder else { continue }
      edges[index][keys[index].stream, default: GroupEdges()].note(outcome.keyBlocks[index], disorder: disorder)
    }
  }

  // MARK: Chunks

  /// Takes the groups that a chunk left open in a window, and counts those that are complete by now.
  mutating func take(_ groups: OpenGroups, window: Int64, _ outcome: ChunkOutcome, _ keys: [KeyProgress]) {
    defer { pool.giveGroups(groups) }
    let streams = Set(keys.map(\.stream))
    if streams.contains(where: { !$0.isFile && $0.number == nil }), !areSpread { spread() }
    guard streams.count > 1 else {
      if let stream = streams.first { take(groups, Place(window: window, stream: stream), outcome, keys) }
      return
    }
    // Where rows wait for several groups, all of them are of one stream.
    for stream in streams.sorted() {
      let part = pool.takeGroups()
      let slots = plan.groups.indices.map { index in
        keys[index].stream == stream ? Array(0..<Int32(groups.tables[index].count)) : []
      }
      let hasRows = plan.deferred?.groups.first.map { keys[$0].stream == stream } == true
      part.take(slots, rows: hasRows ? Array(0..<Int32(groups.rows?.count ?? 0)) : [], from: groups, plan: plan)
      take(part, Place(window: window, stream: stream), outcome, keys)
      pool.giveGroups(part)
    }
  }

  private mutating func take(
    _ groups: OpenGroups, _ place: Place, _ outcome: ChunkOutcome, _ keys: [KeyProgress]
  ) {
    let members = plan.groups.indices.filter { keys[$0].stream == place.stream && plan.closesEarly($0) }
    noteLate(place, members, outcome, keys)
    takeLate(groups, place, members, keys)
    let mine = open[place] ?? pool.takeGroups()
    closeInterior(groups, mine, place, members, outcome, keys)
    guard !groups.isEmpty || !mine.isEmpty else {
      pool.giveGroups(mine)
      open[place] = nil
      return
    }
    mine.merge(groups, plan: plan)
    // Going through all open groups costs as much as there are; it waits until they have grown by half.
    let size = mine.tables.reduce(0) { $0 + $1.count }
    guard size > (sizesAtLastClosing[place] ?? 0) * 3 / 2 + 1024, !members.isEmpty else {
      open[place] = mine
      return
    }
    let complete = plan.groups.enumerated().map { index, group -> Range<Int64>? in
      guard members.contains(index), let disorder = group.disorder, let now = keys[index].now else { return nil }
      if isPart { return edges[index][place.stream]?.complete(now: now, disorder: disorder) }
      return now.subtractingReportingOverflow(disorder).overflow ? nil : .min..<now - disorder
    }
    let rest = pool.takeGroups()
    let counts = pool.take(place.window)
    closer.closeSome(mine, into: counts, rest: rest, complete: complete)
    pool.give(place.window, counts)
    pool.giveGroups(mine)
    open[place] = rest
    sizesAtLastClosing[place] = rest.tables.reduce(0) { $0 + $1.count }
  }

  /// Notes the groups of which a row came too late that the chunk itself shows or has counted.
  private mutating func noteLate(
    _ place: Place, _ members: [Int], _ outcome: ChunkOutcome, _ keys: [KeyProgress]
  ) {
    for index in members {
      for row in keys[index].late where row.window == place.window {
        late[place, default: DisorderedGroups(plan)].keys[index].insert(row.key)
      }
      guard let limit = keys[index].limit, let closed = outcome.closed[place.window]?[index] else { continue }
      for key in closed where key < limit { late[place, default: DisorderedGroups(plan)].keys[index].insert(key) }
    }
  }

  /// Moves the groups that lie behind the clock to those that began again.
  private mutating func takeLate(
    _ groups: OpenGroups, _ place: Place, _ members: [Int], _ keys: [KeyProgress]
  ) {
    guard members.contains(where: { keys[$0].limit != nil }) else { return }
    var slots = groups.tables.map { _ in [Int32]() }
    for index in members {
      guard let limit = keys[index].limit else { continue }
      slots[index] = closer.split(groups.tables[index], by: .min..<limit).inside
    }
    guard slots.contains(where: { !$0.isEmpty }) else { return }
    // Sets of keys that are held twice would be copied for every chunk.
    var mine = late.removeValue(forKey: place) ?? DisorderedGroups(plan)
    for (index, slots) in slots.enumerated() {
      for slot in slots { mine.keys[index].insert(groups.tables[index].key(Int(slot))) }
    }
    let again = mine.groups ?? pool.takeGroups()
    groups.move(slots, to: again, plan: plan)
    mine.groups = again
    late[place] = mine
  }

  /// Counts the groups that lie wholly inside a chunk, where the worker left that to be told: those ahead of all keys before.
  /// Of groups that are held here, rows that came far ahead of the others, those are noted of which the chunk counted the
  /// rest.
  private mutating func closeInterior(
    _ groups: OpenGroups, _ held: OpenGroups, _ place: Place, _ members: [Int], _ outcome: ChunkOutcome,
    _ keys: [KeyProgress]
  ) {
    let handedOn = plan.groups.indices.map { index -> Range<Int64>? in
      guard members.contains(index), outcome.isHandedOn[index], let interior = outcome.interiors[index] else {
        return nil
      }
      guard let newest = keys[index].newest else { return interior }
      return newest < interior.upperBound - 1 ? max(interior.lowerBound, newest + 1)..<interior.upperBound : nil
    }
    var closed = outcome.closed[place.window] ?? plan.groups.map { _ in [] }
    if handedOn.contains(where: { $0 != nil }) {
      let rest = pool.takeGroups()
      let counts = pool.take(place.window)
      let counted = closer.closeSome(groups, into: counts, rest: rest, complete: handedOn)
      for index in plan.groups.indices where handedOn[index] != nil { closed[index] = counted[index] }
      pool.give(place.window, counts)
      groups.merge(rest, plan: plan)
      pool.giveGroups(rest)
    }
    for index in members {
      guard let range = handedOn[index] ?? (outcome.isHandedOn[index] ? nil : outcome.interiors[index]) else {
        continue
      }
      let table = held.tables[index]
      let ahead = (0..<table.count).map { table.key($0) }.filter { range.contains($0) }
      if ahead.isEmpty { continue }
      let cut = Set(closed[index]).intersection(ahead)
      if !cut.isEmpty { late[place, default: DisorderedGroups(plan)].keys[index].formUnion(cut) }
    }
  }

  /// Keeps the groups of all streams together from here on, but for those of files.
  private mutating func spread() {
    areSpread = true
    for (place, groups) in open.sorted(by: { ($0.key.window, $0.key.stream) < ($1.key.window, $1.key.stream) })
    where !place.stream.isFile {
      open[place] = nil
      sizesAtLastClosing[place] = nil
      merge(groups, into: &open[Place(window: place.window, stream: GroupStream(number: nil))])
    }
    for (place, groups) in late where !place.stream.isFile {
      late[place] = nil
      let together = Place(window: place.window, stream: GroupStream(number: nil))
      var all = late.removeValue(forKey: together) ?? DisorderedGroups(plan)
      for index in all.keys.indices { all.keys[index].formUnion(groups.keys[index]) }
      if let groups = groups.groups { merge(groups, into: &all.groups) }
      late[together] = all
    }
  }

  private func merge(_ groups: OpenGroups, into all: inout OpenGroups?) {
    guard let mine = all else { return all = groups }
    mine.merge(groups, plan: plan)
    pool.giveGroups(groups)
  }

  // MARK: Windows

  /// The groups of a stream that a window has at the end of a part.
  struct Left {
    let stream: GroupStream
    var groups: OpenGroups?
    var late: DisorderedGroups?
  }

  /// Hands out the groups of a window that are open, each stream's apart.
  mutating func takeAll(_ window: Int64) -> [Left] {
    places(of: window).map { place in
      sizesAtLastClosing[place] = nil
      return Left(
        stream: place.stream, groups: open.removeValue(forKey: place), late: late.removeValue(forKey: place))
    }
  }

  /// In a fixed order: sums of floats depend on it.
  private func places(of window: Int64) -> [Place] {
    Set(open.keys).union(late.keys).filter { $0.window == window }.sorted { $0.stream < $1.stream }
  }

  /// Counts all groups of a window.
  mutating func close(_ window: Int64, into counts: WindowCounts) {
    let left = takeAll(window)
    counts.counts.disordered += left.reduce(0) { $0 + ($1.late?.count ?? 0) }
    Self.together(left.map { ($0.stream, $0.groups) }, plan, pool) { closer.closeAll($0, into: counts) }
    Self.together(left.map { ($0.stream, $0.late?.groups) }, plan, pool) { closer.closeAll($0, into: counts) }
  }

  /// Hands on the groups of streams for each set that has rows of a group: files apart, the others together.
  static func together(
    _ streams: [(stream: GroupStream, groups: OpenGroups?)], _ plan: ChainPlan, _ pool: WindowPool?,
    _ body: (OpenGroups) -> Void
  ) {
    var all: OpenGroups?
    for (stream, groups) in streams {
      guard let groups else { continue }
      if stream.isFile {
        body(groups)
      } else if let all {
        all.merge(groups, plan: plan)
      } else {
        all = groups
        continue
      }
      pool?.giveGroups(groups)
    }
    if let all {
      body(all)
      pool?.giveGroups(all)
    }
  }

  /// Counts the groups of a file that is at its end.
  mutating func end(of file: GroupStream) {
    guard !isPart else { return }
    for place in open.keys.filter({ $0.stream == file }) {
      guard let groups = open.removeValue(forKey: place) else { continue }
      sizesAtLastClosing[place] = nil
      let counts = pool.take(place.window)
      closer.closeAll(groups, into: counts)
      pool.give(place.window, counts)
      pool.giveGroups(groups)
    }
  }
}
