/// Brings the outcomes of chunks together in the order of the input: groups at the edges of chunks, the clock, and the
/// windows that are complete. What it decides depends on the order of the chunks alone, not on which worker took which
/// chunk when.
///
/// One thread at a time calls it.
package final class WindowSequencer {
  private let plan: ChainPlan
  private let pool: WindowPool
  /// How many chunks may be under way at a time. Windows close that much later than the clock alone would allow.
  private let lag: Int
  private let publish: (ClosedWindow) -> Void
  /// What there is to say of the streams where others count what comes before and behind; nil where this is all.
  private var part: PartialStreams?

  private var clocks: StreamClocks
  private var groups: GroupStore
  /// Whether no rows came yet of which other streams may have the rest of the group.
  private var groupsAreWhole = true
  private var completed = 0
  /// What was settled after each of the last chunks, the oldest first; see ``context(for:stream:)``.
  private var settled: [Settled] = []
  private var frontier: Int64?
  private var pending = RowCounts()
  private var gaps: [Int: [OffsetRange]] = [:]
  private var positions = ReadPositions()
  /// The windows that are open and have rows, or may have.
  private var touched: Set<Int64> = []
  /// The partition that was read last of each stream.
  private var partitions: [Int: Int] = [:]
  private var chunkLength = ChunkLength()

  private struct Settled {
    var frontier: Int64?
    var clocks: StreamClocks.Times
    var newWindows: Int
    var chunkBytes: Int
  }

  /// - Parameters:
  ///   - lag: how many chunks may be under way at a time.
  ///   - isPart: this is a part of an input, and others count the rest: no row is late, and groups at the edges stay open.
  ///   - publish: called for every complete window; for a part, for each piece of a window.
  package init(
    _ plan: ChainPlan, pool: WindowPool, lag: Int, isPart: Bool = false, publish: @escaping (ClosedWindow) -> Void
  ) {
    self.plan = plan
    self.pool = pool
    self.lag = max(1, lag)
    self.publish = publish
    clocks = StreamClocks(groups: plan.groups.count)
    groups = GroupStore(plan, pool: pool, isPart: isPart)
    part = isPart ? PartialStreams(plan) : nil
  }

  // MARK: Streams

  /// Continues where earlier runs ended: event windows up to `published` are closed for all partitions, and those near
  /// `last` are where a wrapping counter stands. No row has come yet, of these partitions or of others.
  package func resume(behind published: Int64?, near last: Int64?) {
    frontier = published.map { $0 + 1 }
    if case .span(let windows) = plan.window, let last {
      let (tick, overflow) = (last + 1).multipliedReportingOverflow(by: windows.span)
      if !overflow { clocks.begin = tick }
    }
  }

  /// Continues where another chain, of which no window is open, has been. No row has come yet.
  package func takeOver(_ positions: ReadPositions) { self.positions = positions }

  /// How far the input has been read, for a chain that continues there.
  package var readPositions: ReadPositions { positions }

  /// Notes a partition that stays until the end, where reading begins, how far it was read before, the last window of a
  /// span that was published with it, and a message that was read.
  package func add(
    partition: Int, at offset: Int64, readBefore: Int64, last: Int64? = nil, mark: MessageMark? = nil
  ) {
    positions.add(partition: partition, at: offset, readBefore: readBefore, last: last)
    if let mark { positions.note(mark, of: partition) }
  }

  /// Forgets a partition of which no row came since it was added.
  package func remove(partition: Int) { positions.remove(partition: partition) }

  /// The streams that the clock waits for: it stands where the slowest of them is.
  package func wait(for streams: Set<Int>) {
    guard clocks.active != streams else { return }
    clocks.active = streams
    advanceFrontier()
  }

  /// Closes windows up to one that other instances have published, while no stream is waited for: rows that come for them
  /// later are late. No chunk is under way.
  package func pass(_ window: Int64) {
    let limit = window + 1
    guard clocks.active.isEmpty, limit > frontier ?? .min else { return }
    frontier = limit
    for index in settled.indices { settled[index].frontier = max(settled[index].frontier ?? .min, limit) }
    for index in touched.sorted() where index < limit { close(index) }
  }

  /// The partitions that windows which are open have rows of.
  package var openPartitions: Set<Int> { positions.open }

  /// Notes offsets of a partition that hold no message.
  package func note(gap: OffsetRange, partition: Int) {
    gaps[partition, default: []].append(gap)
    pending.gaps += UInt64(max(0, gap.end - gap.start))
  }

  // MARK: Chunks

  /// What chunk `number` (from 0), of a stream, is processed with; nil while it is not settled. It is what was known after
  /// the chunk `lag` before, whatever has been completed since, so that a run with many threads decides as one with few.
  package func context(for number: Int, stream: Int, partition: Int) -> ChunkContext? {
    if number == 0 {
      return ChunkContext(
        frontier: frontier, clock: clocks.begin, groupClocks: plan.groups.map { _ in nil },
        newWindows: ChainPlan.openWindowLimit, chunkBytes: chunkLength.bytes)
    }
    guard let settled = settled(for: number) else { return nil }
    return ChunkContext(
      frontier: part == nil ? settled.frontier : nil, clock: settled.clocks.clock(near: stream) ?? clocks.begin,
      groupClocks: plan.groups.indices.map { index in
        settled.clocks.reference(index, near: self.stream(of: index, stream, partition, areWhole: true))
      },
      newestKeys: plan.groups.indices.map { index in
        let stream = self.stream(of: index, stream, partition, areWhole: true)
        return settled.clocks.keyClock(index, of: stream)?.newest(within: plan.groups[index].disorder ?? 0)
      },
      newWindows: settled.newWindows, chunkBytes: settled.chunkBytes)
  }

  /// Whose the groups of a definition are.
  private func stream(of group: Int, _ stream: Int, _ partition: Int, areWhole: Bool) -> GroupStream {
    if plan.groups[group].isWithinFile { return GroupStream(number: partition, isFile: true) }
    return GroupStream(number: areWhole ? stream : nil)
  }

  private func settled(for number: Int) -> Settled? {
    let needed = max(0, number - lag)
    guard number > 0, needed < completed else { return nil }
    return settled[settled.count - (completed - needed)]
  }

  /// Takes the outcome of the next chunk of the input.
  package func complete(_ outcome: ChunkOutcome, of chunk: Chunk) {
    part?.note(chunk, outcome, frontier: settled(for: completed)?.frontier)
    for (index, counts) in outcome.windows {
      touched.insert(index)
      positions.note(counts.offsets, ofWindow: index)
      pool.give(index, counts)
    }
    positions.note(end: chunk.place.end, of: chunk.partition)
    if let mark = chunk.mark { positions.note(mark, of: chunk.partition) }
    pending += outcome.unplaced
    if !chunk.isRepeat { pending.malformed += UInt64(chunk.unusable.count) }
    place(outcome.leading, of: chunk)
    if outcome.lastOwner != .unknown { clocks.owners[chunk.stream] = outcome.lastOwner }
    if !chunk.groupsAreWhole { groupsAreWhole = false }
    let keys = advance(outcome, of: chunk)
    groups.note(outcome, keys)
    for (window, open) in outcome.open { groups.take(open, window: window, outcome, keys) }
    endFile(before: chunk)
    if !plan.window.cutsInput { chunkLength.adapt(to: chunk.bytes.count, windows: outcome.windows.count) }
    settle()
    publishReady()
  }

  /// Goes on with the clocks by a chunk.
  private func advance(_ outcome: ChunkOutcome, of chunk: Chunk) -> [KeyProgress] {
    clocks.advance(chunk.stream, outcome)
    // Blocks of a topic are cut where its chunks are.
    let unit = chunk.messages == nil ? chunk.partition : -1 - completed
    return plan.groups.enumerated().map { index, group in
      let own = stream(of: index, chunk.stream, chunk.partition, areWhole: true)
      let stream = stream(of: index, chunk.stream, chunk.partition, areWhole: groupsAreWhole)
      var progress = KeyProgress(stream: stream)
      guard let disorder = group.disorder else { return progress }
      guard chunk.isOrdered else {
        _ = clocks.advance(index, of: own, disorder: disorder, outcome, unit: unit)
        return progress
      }
      progress.isOrdered = true
      if let before = clocks.keyClock(index, of: stream) {
        let (limit, overflow) = before.subtractingReportingOverflow(disorder)
        if !overflow, outcome.keyBlocks[index].minima.contains(where: { $0 < limit }) { progress.limit = limit }
      }
      progress.newest = clocks.times.keyClock(index, of: own)?.newest(within: disorder)
      let late = clocks.advance(index, of: own, disorder: disorder, outcome, unit: unit)
      // Where any stream may have rows of a group, it is counted when all have passed it.
      if stream == own { progress.late = late }
      progress.now = clocks.keyClock(index, of: stream)
      return progress
    }
  }

  /// Counts what is left of the file that a stream had before.
  private func endFile(before chunk: Chunk) {
    guard plan.groups.contains(where: \.isWithinFile),
      let last = partitions.updateValue(chunk.partition, forKey: chunk.stream),
      last != chunk.partition
    else { return }
    let file = GroupStream(number: last, isFile: true)
    groups.end(of: file)
    if part == nil { for index in plan.groups.indices { clocks.forget(index, of: file) } }
  }

  /// Places rows before a chunk's first hit: with the hit before, in an earlier chunk.
  private func place(_ leading: RowCounts, of chunk: Chunk) {
    guard leading != RowCounts() else { return }
    if part != nil, !chunk.isRepeat {
      if case .window(let index)? = clocks.owners[chunk.stream] {
        // Its piece may have been given out; another one comes.
        touched.insert(index)
        let counts = pool.take(index)
        counts.counts += leading
        pool.give(index, counts)
      } else {
        part?.lead(chunk.stream, leading)
      }
      return
    }
    switch clocks.owners[chunk.stream] ?? .unknown {
    case .window(let index) where touched.contains(index):
      let counts = pool.take(index)
      counts.counts += leading
      pool.give(index, counts)
    // Counted by the run that read them first.
    case .unknown where chunk.isRepeat, .published where chunk.isRepeat: break
    default: pending += leading
    }
  }

  private func advanceFrontier() {
    guard case .span(let windows) = plan.window, let now = clocks.slowest else { return }
    let (tick, overflow) = now.subtractingReportingOverflow(windows.late)
    if !overflow { frontier = max(frontier ?? .min, windows.index(of: tick)) }
  }

  private func settle() {
    completed += 1
    advanceFrontier()
    // Garbage in the clock's column must not fill the memory with windows. A chunk of the least length always gets one for
    // each of its rows, so that no row of the stream itself is left out.
    let room = max(ChainPlan.openWindowLimit - touched.count, ChunkLength.least / 4)
    settled.append(Settled(frontier: frontier, clocks: clocks.times, newWindows: room, chunkBytes: chunkLength.bytes))
    if settled.count > lag + 1 { settled.removeFirst() }
  }

  /// Publishes the windows that no chunk from here on can add to.
  private func publishReady() {
    guard let limit = settled(for: completed)?.frontier else { return }
    for index in touched.sorted() where index < limit { close(index) }
  }

  // MARK: Closing

  /// Closes a window, with or without rows. For windows that cut the input: no chunk after this call is of the window.
  package func close(_ index: Int64) {
    let counts = pool.collect(index)
    touched.remove(index)
    positions.close(window: index)
    if part != nil { return publishPiece(of: index, counts) }
    groups.close(index, into: counts)
    counts.counts += pending
    pending = RowCounts()
    let resume = positions.resume(behind: plan.window.cutsInput ? counts.offsets : nil)
    var window = ClosedWindow(
      index: index, counts: counts, resume: resume, read: plan.window.cutsInput ? resume : positions.read,
      last: plan.window.cutsInput ? [:] : positions.last, gaps: gaps)
    window.marks = positions.marks
    if !plan.window.cutsInput { window.openPartitions = positions.open }
    publish(window)
    gaps = [:]
  }

  /// Of a part of an input: others count the rest of the window, and of the groups that are open.
  private func publishPiece(of index: Int64, _ counts: WindowCounts) {
    var window = ClosedWindow(index: index, counts: counts, resume: [:], read: [:], last: [:], gaps: [:])
    window.open = groups.takeAll(index)
    window.frontier = part?.takeFrontier(of: index)
    publish(window)
    for left in window.open {
      if let groups = left.groups { pool.giveGroups(groups) }
      if let groups = left.late?.groups { pool.giveGroups(groups) }
    }
  }

  /// Closes all windows that are open, in order. `always` closes one even where there was no row.
  package func finish(always index: Int64? = nil) {
    if let index, touched.isEmpty { touched.insert(index) }
    for window in touched.sorted() { close(window) }
  }

  /// Of a part of an input that has ended: what its merger must know of it besides the windows. Nil where this is all.
  package func takePartialTail() -> PartialTail? {
    guard var part else { return nil }
    for (stream, owner) in clocks.owners { part.end(stream, owner: owner) }
    for index in plan.groups.indices {
      guard plan.closesEarly(index), let disorder = plan.groups[index].disorder else { continue }
      for (stream, edges) in groups.edges[index] {
        guard stream.isFile || groupsAreWhole, let now = clocks.times.keyClock(index, of: stream)?.now else { continue }
        part.complete(stream, group: index, edges.complete(now: now, disorder: disorder))
      }
    }
    var tail = PartialTail()
    tail.streams = part.all(clocks.times, frontier: settled(for: completed)?.frontier)
    tail.streamNumbers = part.numbers
    tail.pending = pending
    tail.gaps = gaps
    tail.ends = positions.read
    tail.lasting = positions.lasting.sorted()
    return tail
  }

  /// Rows that belong to no window that was published.
  package var unpublished: RowCounts { pending }
  package var openWindows: Int { touched.count }
}
