/// A window that is complete.
public struct ClosedWindow {
  public let index: Int64
  public let counts: WindowCounts
  /// For each partition the offset from which a restart must read so that no row of an open window is lost.
  public let resume: [Int: Int64]
}

/// Brings the outcomes of chunks together in the order of the input: groups at the edges of chunks, the clock, and the
/// windows that are complete. What it decides depends on the order of the chunks alone, not on which worker took which
/// chunk when.
///
/// One thread at a time calls it.
public final class WindowSequencer {
  private let plan: ChainPlan
  private let pool: WindowPool
  private let closer: GroupCloser
  /// How many chunks may be under way at a time. Windows close that much later than the clock alone would allow.
  private let lag: Int
  private let publish: (ClosedWindow) -> Void

  private var clock = Clock()
  private var groupClocks: [Clock]
  private var open: [Int64: OpenGroups] = [:]
  private var groupsAtLastClosing: [Int64: Int] = [:]
  private var completed = 0
  /// What was settled after each of the last chunks, the oldest first; see ``context(for:)``.
  private var contexts: [ChunkContext] = []
  private var frontier: Int64?
  private var pending = RowCounts()
  private var ends: [Int: Int64] = [:]
  private var touched: Set<Int64> = []
  /// How long chunks should be; grows from the least while windows are few.
  private var chunkBytes = leastChunkBytes
  private static let leastChunkBytes = 16_384
  private static let mostChunkBytes = 1 << 20
  private var starts: [Int64: [Int: Int64]] = [:]

  public init(_ plan: ChainPlan, pool: WindowPool, lag: Int, publish: @escaping (ClosedWindow) -> Void) {
    self.plan = plan
    self.pool = pool
    self.lag = max(1, lag)
    self.publish = publish
    closer = GroupCloser(plan)
    groupClocks = plan.groups.map { _ in Clock() }
  }

  /// What chunk `number` (from 0) is processed with; nil while it is not settled. It is what was known after the chunk
  /// `lag` before, whatever has been completed since, so that a run with many threads decides as one with few.
  public func context(for number: Int) -> ChunkContext? {
    if number == 0 {
      return ChunkContext(
        groupClocks: plan.groups.map { _ in nil }, newWindows: ChainPlan.openWindowLimit, chunkBytes: chunkBytes)
    }
    let needed = max(0, number - lag)
    guard needed < completed else { return nil }
    return contexts[contexts.count - (completed - needed)]
  }

  /// Takes the outcome of the next chunk of the input.
  public func complete(_ outcome: ChunkOutcome, of chunk: Chunk) {
    for (index, counts) in outcome.windows {
      touched.insert(index)
      for (partition, range) in counts.offsets {
        let start = starts[index]?[partition] ?? range.start
        starts[index, default: [:]][partition] = min(start, range.start)
      }
      pool.give(index, counts)
    }
    ends[chunk.partition] = chunk.offset + Int64(chunk.bytes.count)
    pending += outcome.unplaced
    let before = groupClocks.map(\.now)
    for index in groupClocks.indices { groupClocks[index].advance(outcome.groupBlocks[index]) }
    clock.advance(outcome.clockBlocks)
    for (window, groups) in outcome.open { take(groups, window, outcome, before) }
    adaptChunkBytes(chunk.bytes.count, windows: outcome.windows.count)
    settle()
    publishReady()
  }

  /// Aims at chunks of some 256 event windows: many small windows in long chunks would all be open at a time.
  private func adaptChunkBytes(_ bytes: Int, windows: Int) {
    guard !plan.window.cutsInput, windows > 0 else { return }
    let ideal = bytes / windows * 256
    // A chunk that was cut short by the end of what had been read says nothing for a longer one.
    if ideal < chunkBytes || bytes * 2 > chunkBytes {
      chunkBytes = min(max(ideal, Self.leastChunkBytes), 2 * chunkBytes, Self.mostChunkBytes)
    }
  }

  private func settle() {
    completed += 1
    if case .span(let windows) = plan.window, let now = clock.now {
      let (tick, overflow) = now.subtractingReportingOverflow(windows.late)
      if !overflow { frontier = max(frontier ?? .min, windows.index(of: tick)) }
    }
    // Garbage in the clock's column must not fill the memory with windows. A chunk of the least length always gets one for
    // each of its rows, so that no row of the stream itself is left out.
    let room = max(ChainPlan.openWindowLimit - touched.count, Self.leastChunkBytes / 4)
    contexts.append(
      ChunkContext(
        frontier: frontier, clock: clock.now, groupClocks: groupClocks.map(\.now), newWindows: room,
        chunkBytes: chunkBytes))
    if contexts.count > lag + 1 { contexts.removeFirst() }
  }

  /// Publishes the windows that no chunk from here on can add to.
  private func publishReady() {
    guard let settled = context(for: completed)?.frontier else { return }
    for index in touched.sorted() where index < settled { close(index) }
  }

  // MARK: Groups

  private func take(_ groups: OpenGroups, _ window: Int64, _ outcome: ChunkOutcome, _ before: [Int64?]) {
    defer { pool.giveGroups(groups) }
    guard !groups.isEmpty else { return }
    let mine = open[window] ?? pool.takeGroups()
    countDisordered(groups, mine, outcome, before)
    mine.merge(groups, plan: plan)
    // Going through all open groups costs as much as there are; it waits until they have grown by half.
    let size = mine.tables.reduce(0) { $0 + $1.count }
    guard size > (groupsAtLastClosing[window] ?? 0) * 3 / 2 + 1024, plan.groups.contains(where: { $0.disorder != nil })
    else {
      open[window] = mine
      return
    }
    let mustWait = (plan.deferred?.groups.count ?? 0) > 1 ? Set(plan.deferred!.groups) : []
    let complete = plan.groups.enumerated().map { index, group -> Range<Int64>? in
      guard let disorder = group.disorder, let now = groupClocks[index].now, !mustWait.contains(index) else {
        return nil
      }
      return now.subtractingReportingOverflow(disorder).overflow ? nil : .min..<now - disorder
    }
    let rest = pool.takeGroups()
    let counts = pool.take(window)
    closer.closeSome(mine, into: counts, rest: rest, complete: complete)
    pool.give(window, counts)
    pool.giveGroups(mine)
    open[window] = rest
    groupsAtLastClosing[window] = rest.tables.reduce(0) { $0 + $1.count }
  }

  /// Counts groups that may have been complete before a row of them came: those of this chunk that lie further behind the
  /// chunks before than `disorder`, and those held here that the chunk took as complete.
  private func countDisordered(_ groups: OpenGroups, _ held: OpenGroups, _ outcome: ChunkOutcome, _ before: [Int64?]) {
    for (index, group) in plan.groups.enumerated() {
      guard let disorder = group.disorder else { continue }
      if let now = before[index], !now.subtractingReportingOverflow(disorder).overflow {
        let table = groups.tables[index]
        for slot in 0..<table.count where table.key(slot) < now - disorder { pending.disordered += 1 }
      }
      if let interior = outcome.interiors[index] {
        let table = held.tables[index]
        for slot in 0..<table.count where interior.contains(table.key(slot)) { pending.disordered += 1 }
      }
    }
  }

  // MARK: Closing

  /// Closes a window, with or without rows. For windows that cut the input: no chunk after this call is of the window.
  public func close(_ index: Int64) {
    let counts = pool.collect(index)
    if let groups = open.removeValue(forKey: index) {
      closer.closeAll(groups, into: counts)
      pool.giveGroups(groups)
    }
    groupsAtLastClosing[index] = nil
    counts.counts += pending
    pending = RowCounts()
    touched.remove(index)
    starts[index] = nil
    var resume = plan.window.cutsInput ? counts.offsets.mapValues(\.end) : ends
    for window in starts.values {
      for (partition, start) in window { resume[partition] = min(resume[partition] ?? start, start) }
    }
    publish(ClosedWindow(index: index, counts: counts, resume: resume))
  }

  /// Closes all windows that are open, in order. `always` closes one even where there was no row.
  public func finish(always index: Int64? = nil) {
    if let index, touched.isEmpty { touched.insert(index) }
    for window in touched.sorted() { close(window) }
  }

  /// Rows that belong to no window that was published.
  public var unpublished: RowCounts { pending }
  public var openWindows: Int { touched.count }
}
