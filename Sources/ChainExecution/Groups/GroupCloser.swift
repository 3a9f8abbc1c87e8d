import CScan
import Columns

/// Counts groups that are complete: once for each group, and for each of the rows that waited for them. Each worker has
/// its own, and so has the place where groups at the edges of chunks come together.
package final class GroupCloser {
  private final class Stage {
    let plan: GroupStage
    let frame: Frame
    let filler: HistogramFiller
    /// Whether the group or the cell of an entry is asked for.
    let needsParts: Bool
    /// The value of each cell.
    let cellValues: [Int64]

    init(_ plan: GroupStage, _ groups: [GroupPlan]) {
      self.plan = plan
      frame = Frame(layout: plan.layout)
      filler = HistogramFiller(plan.histograms)
      let functions = groups[plan.group].functions
      needsParts =
        plan.cell != nil || !plan.keys.isEmpty || plan.values.contains { functions[$0.function].split == nil }
      cellValues = plan.split?.cells.values ?? []
    }
  }

  private let plan: ChainPlan
  private let stages: [Stage]
  private let rowCounter: DeferredCounter?
  private let entries: UnsafeMutablePointer<Int64>
  /// The group and the cell of each entry.
  private let groupOfEntry: UnsafeMutablePointer<Int64>
  private let cellOfEntry: UnsafeMutablePointer<Int32>
  private let identity: UnsafeMutablePointer<Int32>

  package init(_ plan: ChainPlan) {
    self.plan = plan
    stages = plan.groupStages.map { Stage($0, plan.groups) }
    rowCounter = plan.deferred.map { DeferredCounter($0, groups: plan.groups) }
    // One more than a frame has: collecting writes an entry before it is known to count.
    entries = .allocate(capacity: Frame.standardCapacity + 1)
    groupOfEntry = .allocate(capacity: Frame.standardCapacity + 1)
    cellOfEntry = .allocate(capacity: Frame.standardCapacity + 1)
    identity = .allocate(capacity: Frame.standardCapacity)
    for row in 0..<Frame.standardCapacity { identity[row] = Int32(row) }
  }

  deinit {
    entries.deallocate()
    groupOfEntry.deallocate()
    cellOfEntry.deallocate()
    identity.deallocate()
  }

  /// Counts everything that is left of a window.
  package func closeAll(_ open: OpenGroups, into window: WindowCounts) {
    for (index, table) in open.tables.enumerated() where table.count > 0 {
      close(index, table, slots: Array(0..<Int32(table.count)), into: window)
    }
    _ = countRows(of: open, kept: Array(repeating: [], count: open.tables.count), into: window)
    open.removeAll()
  }

  /// Counts the groups whose key lies in `complete`, for each definition, and the rows that waited for them alone, and
  /// moves the others to `rest`. Gives the keys that were counted, for each definition.
  @discardableResult
  func closeSome(
    _ open: OpenGroups, into window: WindowCounts, rest: OpenGroups, complete ranges: [Range<Int64>?]
  ) -> [[Int64]] {
    var kept: [[Int32]] = []
    var counted: [[Int64]] = []
    for (index, table) in open.tables.enumerated() {
      let (done, left) = split(table, by: ranges[index] ?? 0..<0)
      close(index, table, slots: done, into: window)
      kept.append(left)
      counted.append(
        [Int64](unsafeUninitializedCapacity: done.count) { keys, count in
          if !done.isEmpty { scan_gather_int64(table.keysBySlot, done, done.count, keys.baseAddress!) }
          count = done.count
        })
    }
    let waiting = countRows(of: open, kept: kept, into: window)
    rest.take(kept, rows: waiting, from: open, plan: plan)
    open.removeAll()
    return counted
  }

  /// The groups whose key lies in `range`, and the others.
  func split(_ table: GroupTable, by range: Range<Int64>) -> (inside: [Int32], outside: [Int32]) {
    var outside: [Int32] = []
    let inside = [Int32](unsafeUninitializedCapacity: table.count + 1) { inside, insideCount in
      outside = [Int32](unsafeUninitializedCapacity: table.count + 1) { outside, outsideCount in
        insideCount = scan_partition(
          table.keysBySlot, table.count, range.lowerBound, range.upperBound, inside.baseAddress!,
          outside.baseAddress!)
        outsideCount = table.count - insideCount
      }
    }
    return (inside, outside)
  }

  /// Counts the rows all of whose groups are complete; gives those that go on waiting. `kept` has the groups of each
  /// definition that are not.
  private func countRows(of open: OpenGroups, kept: [[Int32]], into window: WindowCounts) -> [Int32] {
    guard let rows = open.rows, rows.count > 0, let rowCounter, let groups = plan.deferred?.groups else { return [] }
    var waiting: [Int32] = []
    var ready: [Int32]
    if groups.count == 1 {
      var (flags, none) = rowCounter.judge(open.tables[groups[0]])
      for slot in kept[groups[0]] { flags[Int(slot)] = 0 }
      ready = divided(rows.slots[0], rows.count, flags, none, &waiting)
    } else {
      // A row without a key waits for no group.
      var flags = [UInt8](repeating: 1, count: rows.count + 3)
      for (slots, group) in zip(rows.slots, groups) {
        var complete = [UInt8](repeating: 1, count: open.tables[group].count)
        for slot in kept[group] { complete[Int(slot)] = 0 }
        complete.withUnsafeBufferPointer { complete in
          for row in 0..<rows.count { flags[row] &= slots[row] < 0 ? 1 : complete[Int(slots[row])] }
        }
      }
      ready = divided((0..<Int32(rows.count)).map(\.self), rows.count, flags, 1, &waiting)
    }
    rowCounter.count(rows, ready, open.tables, judged: groups.count == 1, into: window)
    return waiting
  }

  private func divided(
    _ slots: UnsafePointer<Int32>, _ count: Int, _ flags: [UInt8], _ none: UInt8, _ waiting: inout [Int32]
  ) -> [Int32] {
    var ready: [Int32] = []
    waiting = [Int32](unsafeUninitializedCapacity: count + 1) { waiting, waitingCount in
      ready = [Int32](unsafeUninitializedCapacity: count + 1) { ready, readyCount in
        readyCount = scan_part(slots, count, flags, none, ready.baseAddress!, waiting.baseAddress!, &waitingCount)
      }
    }
    return ready
  }

  // MARK: Once for each group

  private func close(_ group: Int, _ table: GroupTable, slots: [Int32], into window: WindowCounts) {
    guard !slots.isEmpty else { return }
    for stage in stages where stage.plan.group == group {
      if let split = stage.plan.split {
        fillCells(stage, split, table, slots, window)
      } else {
        var start = 0
        while start < slots.count {
          let n = min(Frame.standardCapacity, slots.count - start)
          for i in 0..<n {
            entries[i] = Int64(slots[start + i])
            groupOfEntry[i] = Int64(slots[start + i])
          }
          fill(stage, table, count: n, isSplit: false, window)
          start += n
        }
      }
    }
  }

  /// One row for each group and cell that any of the values was counted in.
  private func fillCells(
    _ stage: Stage, _ split: GroupPlan.Split, _ table: GroupTable, _ slots: [Int32], _ window: WindowCounts
  ) {
    let cells = split.count
    let states = stage.plan.values.filter { table.plan.functions[$0.function].split != nil }.map {
      table.functions[$0.function]
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Frame.standardCapacity) { flags in
      slots.withUnsafeBufferPointer { slots in
        var start = 0, n = 0
        while start < slots.count {
          // So many groups at a time that their entries fit the frame. Few of them count, so that there is room for more.
          let size = min((Frame.standardCapacity - n) / cells, slots.count - start)
          let part = slots.baseAddress! + start
          n +=
            (states.count == 1 ? states[0].collectPresent(part, count: size, cells: cells, into: entries + n) : nil)
            ?? collect(states, part, size, cells, flags.baseAddress!, into: entries + n)
          start += size
          if start < slots.count, Frame.standardCapacity - n >= max(cells, Frame.standardCapacity / 8) { continue }
          if n > 0 {
            if stage.needsParts {
              scan_split_entries(entries, n, Int32(cells), groupOfEntry, cellOfEntry)
            }
            fill(stage, table, count: n, isSplit: true, window)
          }
          n = 0
        }
      }
    }
  }

  /// Entries that any of several states has rows in.
  private func collect(
    _ states: [any GroupFunctionState], _ slots: UnsafePointer<Int32>, _ count: Int, _ cells: Int,
    _ flags: UnsafeMutablePointer<UInt8>, into entries: UnsafeMutablePointer<Int64>
  ) -> Int {
    flags.update(repeating: 0, count: count * cells)
    for state in states { state.markPresent(slots, count: count, cells: cells, flags) }
    var n = 0
    for i in 0..<count {
      for cell in 0..<cells {
        entries[n] = Int64(slots[i]) &* Int64(cells) &+ Int64(cell)
        n &+= Int(flags[i &* cells &+ cell])
      }
    }
    return n
  }

  /// `entries` are group times cells plus cell where the stage is split, and groups where it is not.
  private func fill(_ stage: Stage, _ table: GroupTable, count n: Int, isSplit: Bool, _ window: WindowCounts) {
    let frame = stage.frame
    frame.count = n
    for value in stage.plan.values {
      let isOfCell = isSplit && table.plan.functions[value.function].split != nil
      table.functions[value.function].write(isOfCell ? entries : groupOfEntry, count: n, to: frame.raw(value.slot))
    }
    for (part, slot) in stage.plan.keys {
      let key = table.plan.key[part]
      let (shift, mask, lower) =
        key.bits >= 64 ? (0, -1, 0) : (key.shift, Int64(1) << key.bits - 1, key.type.range.lowerBound)
      // Keys of a counter that wraps are kept counting on; the column shows what the record holds.
      let wrap = table.plan.wrapBits.map { Int64(1) << $0 - 1 } ?? -1
      let keys = table.keysBySlot
      if slot.lane == .int64, shift == 0, mask == -1, lower == 0 {
        let out = frame.int64(slot)
        scan_pick_int64(keys, groupOfEntry, n, out)
        if wrap != -1 { for i in 0..<n { out[i] &= wrap } }
      } else {
        write(n, to: slot, frame) { (((keys[Int(groupOfEntry[$0])] >> shift) & mask) &+ lower) & wrap }
      }
    }
    if let slot = stage.plan.cell {
      stage.cellValues.withUnsafeBufferPointer { values in
        write(n, to: slot, frame) { values[Int(cellOfEntry[$0])] }
      }
    }
    for step in stage.plan.steps { step.run(frame) }
    stage.filler.fill(frame, rows: identity, count: n, into: window.histograms)
  }

  /// Writes integers to a column of any lane but that of floats, which no key or cell has.
  @inline(__always)
  private func write(_ n: Int, to slot: Slot, _ frame: Frame, _ value: (Int) -> Int64) {
    switch slot.lane {
    case .int32:
      let out = frame.int32(slot)
      for i in 0..<n { out[i] = Int32(truncatingIfNeeded: value(i)) }
    case .int64:
      let out = frame.int64(slot)
      for i in 0..<n { out[i] = value(i) }
    case .flag:
      let out = frame.flag(slot)
      for i in 0..<n { out[i] = UInt8(truncatingIfNeeded: value(i)) }
    case .float64: break
    }
  }
}
