import CScan
import Columns

/// Runs the chain over chunks, one batch after the other. One a thread.
package final class ChainWorker {
  private let plan: ChainPlan
  private let frame: Frame
  /// One for each format, made when the first chunk of it comes.
  private var decoders: [(any RecordDecoder)?]
  private let filler: HistogramFiller
  private let updaters: [GroupUpdater]
  private let closer: GroupCloser
  private let splitter: WindowSplitter?
  private let deadTimes: DeadTimeFilter?
  private let rowSteps: RowStepRunner

  package init(_ plan: ChainPlan) {
    self.plan = plan
    frame = Frame(layout: plan.rowLayout)
    decoders = Array(repeating: nil, count: plan.formats.count)
    filler = HistogramFiller(plan.rowHistograms)
    updaters = plan.groups.map { GroupUpdater($0) }
    closer = GroupCloser(plan)
    deadTimes = plan.deadTimes.isEmpty ? nil : DeadTimeFilter(plan.deadTimes)
    rowSteps = RowStepRunner(plan.rowSteps)
    if case .span(let windows) = plan.window { splitter = WindowSplitter(windows) } else { splitter = nil }
  }

  /// What a chunk needs while it is processed.
  private struct Work {
    let chunk: Chunk
    let context: ChunkContext
    let pool: WindowPool
    var outcome = ChunkOutcome()
    /// For each group how many late rows of its blocks have their window.
    var placed: [Int]
    /// Where rows behind the last hit go.
    var owner = RowOwner.unknown
  }

  /// Processes a chunk, counting into windows of `pool`, which the outcome hands back.
  package func process(_ chunk: Chunk, _ context: ChunkContext, _ pool: WindowPool) -> ChunkOutcome {
    var work = Work(chunk: chunk, context: context, pool: pool, placed: updaters.map { _ in 0 })
    work.outcome.late = updaters.map { _ in [] }
    for (index, updater) in updaters.enumerated() { updater.begin(chunk, reference: context.groupClocks[index]) }
    splitter?.begin(chunk, reference: context.clock, frontier: context.frontier, allowance: context.newWindows)

    let decoder = decoder(of: chunk.format)
    let conversions = plan.inputs[chunk.format].conversions
    var offset = 0
    if let refused = chunk.refused {
      work.outcome.report.add(refused)
      frame.count = 0
      var counts = RowCounts()
      counts.malformed = 1
      processBatch(&work, counts, end: 0)
    }
    while offset < chunk.bytes.count {
      let malformedBefore = work.outcome.report.malformed
      let start = offset
      offset = decoder.decode(chunk.bytes, from: offset, order: chunk.order, into: frame, report: &work.outcome.report)
      if let fault = work.outcome.report.fault {
        work.outcome.fault = fault
        return work.outcome
      }
      for conversion in conversions { conversion.run(frame) }
      work.outcome.rows += frame.count
      var counts = RowCounts()
      counts.malformed = UInt64(work.outcome.report.malformed - malformedBefore)
      counts.records = UInt64(frame.count)
      processBatch(&work, counts, end: offset)
      if work.outcome.fault != nil { return work.outcome }
      // A decoder that cannot go on would be a defect; it must not become an endless loop.
      if offset == start { break }
    }
    if let window = chunk.window {
      let counts = windowCounts(window, &work)
      counts.extend(chunk.partition, chunk.place)
    }
    work.outcome.lastOwner = work.owner
    closeInterior(&work)
    work.outcome.clockBlocks = splitter?.blocks.maxima ?? []
    work.outcome.keyBlocks = updaters.map(\.blocks)
    return work.outcome
  }

  private func decoder(of format: Int) -> any RecordDecoder {
    if let decoder = decoders[format] { return decoder }
    let decoder = plan.formats[format].makeDecoder(columns: plan.inputs[format].columns, categories: plan.categories)
    decoders[format] = decoder
    return decoder
  }

  private func windowCounts(_ index: Int64, _ work: inout Work) -> WindowCounts {
    if let counts = work.outcome.windows[index] { return counts }
    let counts = work.pool.take(index)
    work.outcome.windows[index] = counts
    return counts
  }

  private func openGroups(_ index: Int64, _ work: inout Work) -> OpenGroups {
    if let open = work.outcome.open[index] { return open }
    let open = work.pool.takeGroups()
    work.outcome.open[index] = open
    return open
  }

  // MARK: Batches

  private func processBatch(_ work: inout Work, _ batch: RowCounts, end: Int) {
    var counts = batch
    if frame.count > 0 {
      for step in plan.cleansingSteps { step.run(frame) }
      select()
      deadTimes?.select(frame, stream: work.chunk.stream)
      counts.dropped = UInt64(frame.count - frame.selectedCount)
    } else {
      frame.selectedCount = 0
    }
    if frame.selectedCount > 0 { rowSteps.run(frame, stream: work.chunk.stream) }
    if let faults = plan.faults, let fault = faults.value {
      work.outcome.fault = fault
      return
    }
    if let window = work.chunk.window {
      let target = windowCounts(window, &work)
      target.counts += counts
      fill(window, frame.selection, frame.selectedCount, &work)
      placeLate(&work) { _ in window }
    } else if let splitter {
      fillEvents(splitter, &work, counts, end: end)
    }
  }

  /// Writes the numbers of the rows that pass every rule.
  private func select() {
    guard let first = plan.rules.first else {
      frame.selectAll()
      return
    }
    let selection = frame.selection
    // A row passes `keep` if the flag is true, and `drop` unless it is.
    var count = scan_select(frame.flag(first.flag), frame.count, first.keeps ? 1 : 0, selection)
    for rule in plan.rules.dropFirst() {
      let flags = frame.flag(rule.flag)
      let before = count
      count = 0
      for i in 0..<before {
        let row = selection[i]
        selection[count] = row
        count &+= (flags[Int(row)] == 1) == rule.keeps ? 1 : 0
      }
    }
    frame.selectedCount = count
  }

  private func fillEvents(_ splitter: WindowSplitter, _ work: inout Work, _ batch: RowCounts, end: Int) {
    let rest = splitter.split(frame)
    // Late rows count as late and as nothing else, and so do stray ones.
    work.outcome.unplaced.late += UInt64(rest.late)
    work.outcome.unplaced.stray += UInt64(rest.stray)
    // Malformed rows have no clock, and count once however often they are read.
    if !work.chunk.isRepeat { work.outcome.unplaced.malformed += batch.malformed }
    // Rows that are no hits have no clock of their own: they go with the hit before them.
    let dropped = splitter.dropped(frame, rest: rest)
    place(dropped.before, of: work.owner, &work)
    place(dropped.ofPublished, of: .published, &work)
    // The keys of several windows' rows are noted in the order of the rows, before those of each window are put together.
    let isApart = splitter.parts.count > 1 && !updaters.isEmpty
    if isApart {
      let (rows, count) = splitter.placed(frame)
      for updater in updaters { updater.note(frame, rows: rows, count: count) }
    }
    for (part, count) in zip(splitter.parts, dropped.ofPart) {
      let target = windowCounts(part.index, &work)
      target.counts.records += UInt64(part.count + count)
      target.counts.dropped += UInt64(count)
      let first = Int(part.rows[0]), last = Int(part.rows[part.count - 1])
      let after = last + 1 < frame.count ? Int(frame.rowOffsets[last + 1]) : end
      target.extend(
        work.chunk.partition,
        OffsetRange(
          start: work.chunk.offset(of: Int(frame.rowOffsets[first])), end: work.chunk.offset(behind: after)))
      fill(part.index, part.rows, part.count, isNoted: isApart, &work)
    }
    placeLate(&work) { row in splitter.parts.first { $0.has(row) }!.index }
    if dropped.last != .unknown { work.owner = dropped.last }
  }

  /// Counts rows that are no hits: with the window of the hit before them, or with the next window that is published.
  private func place(_ dropped: Int, of owner: RowOwner, _ work: inout Work) {
    guard dropped > 0 else { return }
    var counts = RowCounts()
    counts.records = UInt64(dropped)
    counts.dropped = UInt64(dropped)
    switch owner {
    case .unknown: work.outcome.leading += counts
    case .window(let index): windowCounts(index, &work).counts += counts
    // An earlier run that read them has counted them.
    case .published: if !work.chunk.isRepeat { work.outcome.unplaced += counts }
    }
  }

  /// Counts rows of one window.
  private func fill(
    _ window: Int64, _ rows: UnsafePointer<Int32>, _ n: Int, isNoted: Bool = false, _ work: inout Work
  ) {
    guard n > 0 else { return }
    let target = windowCounts(window, &work)
    if let chamber = plan.chamber { target.counts.unmapped += UInt64(countUnknown(chamber, rows, n)) }
    filler.fill(frame, rows: rows, count: n, into: target.histograms)
    guard !updaters.isEmpty else { return }
    let open = openGroups(window, &work)
    for (index, updater) in updaters.enumerated() {
      updater.update(frame, rows: rows, count: n, isNoted: isNoted, table: open.tables[index])
    }
    if let stage = plan.deferred {
      open.rows?.append(
        frame, sources: stage.kept.map(\.source), rows: rows, count: n, groups: stage.groups.map { updaters[$0].slots })
    }
  }

  private func countUnknown(_ slot: Slot, _ rows: UnsafePointer<Int32>, _ n: Int) -> Int {
    var count = 0
    if slot.lane == .int32 {
      count = scan_count_unknown(frame.int32(slot), rows, n)
    } else {
      let values = frame.int64(slot)
      for i in 0..<n { count &+= values[Int(rows[i])].isUnknown ? 1 : 0 }
    }
    return count
  }

  // MARK: Groups

  /// Notes the windows of the batch's rows that are too late for their groups.
  private func placeLate(_ work: inout Work, _ window: (Int32) -> Int64) {
    for (index, updater) in updaters.enumerated() where updater.blocks.late.count > work.placed[index] {
      for row in updater.blocks.late[work.placed[index]...] {
        work.outcome.late[index].append(LateKey(window: window(row.row), block: row.block, key: row.key))
      }
      work.placed[index] = updater.blocks.late.count
    }
  }

  /// Counts the groups that lie wholly inside the chunk; the others are handed on, and all of them where the keys may lie
  /// behind those of earlier chunks: some of their groups may be counted already.
  private func closeInterior(_ work: inout Work) {
    guard !updaters.isEmpty else { return }
    // Rows that wait for several groups need all of them, so none of those may go early.
    let joint = plan.jointGroups
    let chunk = work.chunk
    let interiors = updaters.enumerated().map { index, updater -> Range<Int64>? in
      let isWhole = chunk.isOrdered && (updater.plan.isWithinFile || chunk.groupsAreWhole)
      guard isWhole, updater.plan.disorder != nil, !joint.contains(index) else { return nil }
      return updater.blocks.interior
    }
    work.outcome.interiors = interiors
    let complete = interiors.enumerated().map { index, interior -> Range<Int64>? in
      guard let interior, !chunk.mayRestart || updaters[index].plan.isWithinFile else { return nil }
      // In a stream that goes on, what lies within the chunk lies ahead of all that came before.
      guard let newest = work.context.newestKeys[index] else { return interior }
      return interior.lowerBound > newest ? interior : nil
    }
    work.outcome.isHandedOn = zip(interiors, complete).map { $0 != nil && $1 == nil }
    guard complete.contains(where: { $0 != nil }) else { return }
    for (window, open) in work.outcome.open {
      let rest = work.pool.takeGroups()
      work.outcome.closed[window] = closer.closeSome(
        open, into: windowCounts(window, &work), rest: rest, complete: complete)
      work.pool.giveGroups(open)
      work.outcome.open[window] = rest
    }
  }
}
