import CScan
import Columns

/// Counts rows whose groups are complete, a block at a time.
final class DeferredCounter {
  private let stage: DeferredStage
  private let frame: Frame
  private let filler: HistogramFiller
  /// The rows of the block, by their numbers among those that waited.
  private let block: UnsafeMutablePointer<Int32>
  private let entries: UnsafeMutablePointer<Int64>
  private let groups: UnsafeMutablePointer<Int32>
  private let cells: UnsafeMutablePointer<Int32>
  /// The rows of the block that pass the gate.
  private let passing: UnsafeMutablePointer<Int32>
  private let identity: UnsafeMutablePointer<Int32>
  private let lookups: [GroupPlan.Split: CellLookup]

  init(_ stage: DeferredStage, groups: [GroupPlan]) {
    self.stage = stage
    frame = Frame(layout: stage.layout)
    filler = HistogramFiller(stage.histograms)
    block = .allocate(capacity: frame.capacity)
    entries = .allocate(capacity: frame.capacity)
    self.groups = .allocate(capacity: frame.capacity)
    cells = .allocate(capacity: frame.capacity)
    passing = .allocate(capacity: frame.capacity)
    identity = .allocate(capacity: frame.capacity)
    for row in 0..<frame.capacity { identity[row] = Int32(row) }
    let splits = stage.values.compactMap { groups[$0.group].functions[$0.function].split }
    lookups = Dictionary(splits.map { ($0, CellLookup($0.cells, range: $0.range)) }, uniquingKeysWith: { a, _ in a })
  }

  deinit {
    block.deallocate()
    entries.deallocate()
    groups.deallocate()
    cells.deallocate()
    passing.deallocate()
    identity.deallocate()
  }

  /// Whether the rows of a group count, asked once for each group where one definition alone says so: 1 for those of a group
  /// that do, 2 for those that do not. Also for rows of no group; `flags` has three bytes more than there are groups.
  func judge(_ table: GroupTable) -> (flags: [UInt8], none: UInt8) {
    var flags = [UInt8](repeating: 1, count: table.count + 3)
    guard let gate = stage.gate else { return (flags, 1) }
    func run(_ count: Int) -> UnsafeMutablePointer<UInt8> {
      frame.count = count
      for value in stage.values where table.plan.functions[value.function].split == nil {
        table.functions[value.function].write(entries, count: count, to: frame.raw(value.slot))
      }
      for step in gate.steps { step.run(frame) }
      return frame.flag(gate.flag)
    }
    var start = 0
    while start < table.count {
      let n = min(frame.capacity, table.count - start)
      for i in 0..<n { entries[i] = Int64(start + i) }
      let passes = run(n)
      for i in 0..<n { flags[start + i] = passes[i] == 1 ? 1 : 2 }
      start += n
    }
    entries[0] = -1
    return (flags, run(1)[0] == 1 ? 1 : 2)
  }

  /// Counts the rows `ready`, whose groups are in `tables`; all that ``judge(_:)`` let through, if they were `judged`.
  func count(
    _ rows: DeferredRows, _ ready: [Int32], _ tables: [GroupTable], judged: Bool, into window: WindowCounts
  ) {
    var start = 0
    while start < ready.count {
      let n = min(frame.capacity, ready.count - start)
      frame.count = n
      ready.withUnsafeBufferPointer { block.update(from: $0.baseAddress! + start, count: n) }
      start += n
      if let gate = stage.gate, !judged {
        // The gate needs no value of a split, which would need a column of the row.
        readValues(rows, tables, ofSplits: false)
        for step in gate.steps { step.run(frame) }
        let passed = scan_select(frame.flag(gate.flag), n, 1, passing)
        if passed == 0 { continue }
        for i in 0..<passed { block[i] = block[Int(passing[i])] }
        frame.count = passed
      }
      gatherKept(rows)
      readValues(rows, tables)
      // Again for the rows that are left: everything the gate computed is then there for what follows.
      for step in stage.gate?.steps ?? [] { step.run(frame) }
      for step in stage.steps { step.run(frame) }
      filler.fill(frame, rows: identity, count: frame.count, into: window.histograms)
    }
  }

  private func gatherKept(_ rows: DeferredRows) {
    for (index, kept) in stage.kept.enumerated() {
      switch kept.slot.lane {
      case .int32: gather(rows, index, frame.int32(kept.slot))
      case .int64: gather(rows, index, frame.int64(kept.slot))
      case .float64: gather(rows, index, frame.float64(kept.slot))
      case .flag: gather(rows, index, frame.flag(kept.slot))
      }
    }
  }

  private func gather<T: BitwiseCopyable>(_ rows: DeferredRows, _ index: Int, _ out: UnsafeMutablePointer<T>) {
    ChainExecution.gather(
      UnsafePointer(rows.column(index).assumingMemoryBound(to: T.self)), block, count: frame.count, to: out)
  }

  /// Writes the values of the groups of the block's rows. Those of a split go by a kept column.
  private func readValues(_ rows: DeferredRows, _ tables: [GroupTable], ofSplits: Bool = true) {
    let n = frame.count
    for value in stage.values {
      // The groups of the stage are those of its values, and it keeps the column of each split.
      let slots = rows.slots[stage.groups.firstIndex(of: value.group)!]
      let table = tables[value.group]
      if let split = table.plan.functions[value.function].split {
        if !ofSplits { continue }
        // The row's own cell: the split column is among the kept ones.
        let column = stage.kept.first { $0.source == split.slot }!.slot
        lookups[split]!.assign(frame, column, rows: identity, count: n, into: cells)
        scan_gather_int32(slots, block, n, groups)
        scan_entries(groups, cells, n, Int32(split.count), entries)
      } else {
        for i in 0..<n { entries[i] = Int64(slots[Int(block[i])]) }
      }
      table.functions[value.function].write(entries, count: n, to: frame.raw(value.slot))
    }
  }
}
