import CScan
import Columns

/// Counts rows whose groups are complete, a block at a time.
final class DeferredCounter {
  private let stage: DeferredStage
  private let frame: Frame
  private let filler: Filler
  /// The rows of the block, by their numbers among those that waited.
  private let block: UnsafeMutablePointer<Int32>
  private let entries: UnsafeMutablePointer<Int32>
  /// The rows of the block that pass the gate.
  private let passing: UnsafeMutablePointer<Int32>
  private let identity: UnsafeMutablePointer<Int32>
  private let lookups: [GroupPlan.Split: CellLookup]

  init(_ stage: DeferredStage, groups: [GroupPlan]) {
    self.stage = stage
    frame = Frame(layout: stage.layout)
    filler = Filler(stage.aggregates)
    block = .allocate(capacity: frame.capacity)
    entries = .allocate(capacity: frame.capacity)
    passing = .allocate(capacity: frame.capacity)
    identity = .allocate(capacity: frame.capacity)
    for row in 0..<frame.capacity { identity[row] = Int32(row) }
    let splits = stage.values.compactMap { groups[$0.group].functions[$0.function].split }
    lookups = Dictionary(splits.map { ($0, CellLookup($0.cells, range: $0.range)) }, uniquingKeysWith: { a, _ in a })
  }

  deinit {
    block.deallocate()
    entries.deallocate()
    passing.deallocate()
    identity.deallocate()
  }

  /// Counts the rows `ready`, whose groups are in `tables`.
  func count(_ rows: DeferredRows, _ ready: [Int32], _ tables: [GroupTable], into window: WindowCounts) {
    var start = 0
    while start < ready.count {
      let n = min(frame.capacity, ready.count - start)
      frame.count = n
      ready.withUnsafeBufferPointer { block.update(from: $0.baseAddress! + start, count: n) }
      start += n
      if let gate = stage.gate {
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
      filler.fill(frame, rows: identity, count: frame.count, into: window.aggregates)
    }
  }

  private func gatherKept(_ rows: DeferredRows) {
    for (index, kept) in stage.kept.enumerated() {
      switch kept.slot.lane {
      case .int32: gather(rows.column(index), frame.int32(kept.slot))
      case .int64: gather(rows.column(index), frame.int64(kept.slot))
      case .float64: gather(rows.column(index), frame.float64(kept.slot))
      case .flag: gather(rows.column(index), frame.flag(kept.slot))
      }
    }
  }

  /// Writes the values of the groups of the block's rows. Those of a split go by a kept column.
  private func readValues(_ rows: DeferredRows, _ tables: [GroupTable], ofSplits: Bool = true) {
    let n = frame.count
    for value in stage.values {
      let slots = rows.slots[stage.groups.firstIndex(of: value.group)!]
      let table = tables[value.group]
      if let split = table.plan.functions[value.function].split {
        if !ofSplits { continue }
        // The row's own cell: the split column is among the kept ones.
        let column = stage.kept.first { $0.source == split.slot }!.slot
        lookups[split]!.assign(frame, column, rows: identity, count: n, into: entries)
        let cells = Int32(truncatingIfNeeded: split.count)
        for i in 0..<n {
          let slot = slots[Int(block[i])]
          entries[i] = slot < 0 || entries[i] < 0 ? -1 : slot * cells + entries[i]
        }
      } else {
        for i in 0..<n { entries[i] = slots[Int(block[i])] }
      }
      table.functions[value.function].write(entries, count: n, to: frame.raw(value.slot))
    }
  }

  @inline(__always)
  private func gather<T>(_ column: UnsafeMutableRawPointer, _ out: UnsafeMutablePointer<T>) {
    let values = column.assumingMemoryBound(to: T.self)
    for i in 0..<frame.count { out[i] = values[Int(block[i])] }
  }
}
