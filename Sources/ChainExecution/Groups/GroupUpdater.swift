import CScan
import Columns

/// Puts the rows of batches into the groups of one definition.
final class GroupUpdater {
  let plan: GroupPlan
  /// The group of each row of the last update, in the order of its rows.
  let slots: UnsafeMutablePointer<Int32>
  private(set) var blocks: KeyBlocks
  private let keys: UnsafeMutablePointer<Int64>
  private let rows: UnsafeMutablePointer<Int32>
  /// The groups of `rows`.
  private let groups: UnsafeMutablePointer<Int32>
  private let entries: UnsafeMutablePointer<Int64>
  private let cells: UnsafeMutablePointer<Int32>
  /// The cells of each function that is split.
  private let lookups: [CellLookup?]
  private var reference: Int64?

  init(_ plan: GroupPlan) {
    self.plan = plan
    blocks = KeyBlocks(disorder: plan.disorder ?? 0)
    slots = .allocate(capacity: Frame.standardCapacity)
    keys = .allocate(capacity: Frame.standardCapacity)
    rows = .allocate(capacity: Frame.standardCapacity)
    groups = .allocate(capacity: Frame.standardCapacity)
    entries = .allocate(capacity: Frame.standardCapacity)
    cells = .allocate(capacity: Frame.standardCapacity)
    lookups = plan.functions.map { $0.split.map { CellLookup($0.cells, range: $0.range) } }
  }

  deinit {
    slots.deallocate()
    keys.deallocate()
    rows.deallocate()
    groups.deallocate()
    entries.deallocate()
    cells.deallocate()
  }

  /// Starts a chunk. `reference` is about where the key stands, to count a wrapping counter on.
  func begin(_ chunk: Chunk, reference: Int64?) {
    self.reference = reference
    blocks.begin(origin: chunk.messages == nil ? chunk.place.start : 0)
  }

  /// Takes note of the keys of a batch, which must come in the order of its rows.
  func note(_ frame: Frame, rows: UnsafePointer<Int32>, count n: Int) {
    guard plan.disorder != nil else { return }
    readKeys(frame, rows, n)
    blocks.add(keys, rows: rows, offsets: frame.rowOffsets, count: n)
  }

  /// - Parameter isNoted: ``note(_:rows:count:)`` had the rows before.
  func update(
    _ frame: Frame, rows selected: UnsafePointer<Int32>, count n: Int, isNoted: Bool, table: GroupTable
  ) {
    readKeys(frame, selected, n)
    if plan.disorder != nil, !isNoted { blocks.add(keys, rows: selected, offsets: frame.rowOffsets, count: n) }
    table.assign(keys, count: n, into: slots)
    for (index, function) in plan.functions.enumerated() {
      let state = table.functions[index]
      var count = n
      var counted = selected
      if let condition = function.condition {
        let flags = frame.flag(condition)
        count = 0
        for i in 0..<n where flags[Int(selected[i])] == 1 {
          rows[count] = selected[i]
          groups[count] = slots[i]
          count += 1
        }
        counted = UnsafePointer(rows)
        if count == 0 { continue }
        if let split = function.split, let lookup = lookups[index] {
          splitEntries(frame, split, lookup, counted, count, groups)
        } else {
          for i in 0..<count { entries[i] = Int64(groups[i]) }
        }
      } else if let split = function.split, let lookup = lookups[index] {
        splitEntries(frame, split, lookup, counted, count, slots)
      } else {
        for i in 0..<n { entries[i] = Int64(slots[i]) }
      }
      state.update(GroupInput(frame: frame, rows: counted, entries: entries, count: count))
    }
  }

  /// Turns group slots into entries of group and cell.
  private func splitEntries(
    _ frame: Frame, _ split: GroupPlan.Split, _ lookup: CellLookup, _ counted: UnsafePointer<Int32>, _ count: Int,
    _ groups: UnsafePointer<Int32>
  ) {
    lookup.assign(frame, split.slot, rows: counted, count: count, into: cells)
    scan_entries(groups, cells, count, Int32(split.count), entries)
  }

  private func readKeys(_ frame: Frame, _ selected: UnsafePointer<Int32>, _ n: Int) {
    if let part = plan.key.first, plan.key.count == 1, part.slot.lane == .int64 {
      return readCounter(frame.int64(part.slot), selected, n)
    }
    for (number, part) in plan.key.enumerated() {
      // One part alone is the key as it is; several are packed, each from the lower end of its range.
      let isAlone = plan.key.count == 1
      func put(_ i: Int, _ value: Int64) {
        if isAlone {
          keys[i] = value
        } else if value.isUnknown || (number > 0 && keys[i].isUnknown) {
          keys[i] = .unknown
        } else {
          keys[i] = (number == 0 ? 0 : keys[i]) | ((value &- part.type.range.lowerBound) << part.shift)
        }
      }
      switch part.slot.lane {
      case .int32:
        let values = frame.int32(part.slot)
        for i in 0..<n {
          let value = values[Int(selected[i])]
          put(i, value.isUnknown ? .unknown : Int64(value))
        }
      case .int64:
        let values = frame.int64(part.slot)
        if isAlone {
          for i in 0..<n { keys[i] = values[Int(selected[i])] }
        } else {
          for i in 0..<n { put(i, values[Int(selected[i])]) }
        }
      case .flag:
        let values = frame.flag(part.slot)
        for i in 0..<n {
          let value = values[Int(selected[i])]
          put(i, value.isUnknown ? .unknown : Int64(value))
        }
      case .float64:
        // The checker lets no float be a key.
        for i in 0..<n { put(i, .unknown) }
      }
    }
    unwrap(n)
  }

  /// A key that is one column of 64 bits: the usual one.
  private func readCounter(_ values: UnsafePointer<Int64>, _ selected: UnsafePointer<Int32>, _ n: Int) {
    scan_gather_int64(values, selected, n, keys)
    guard let bits = plan.wrapBits, n > 0 else { return }
    let extent = scan_extent_of(keys, n)
    let low = extent.lowest, high = extent.highest
    if reference == nil { reference = Clock.typical(keys, count: n) }
    guard let reference else { return }
    // Far from the counter's ends all keys of a batch have wrapped as often as the reference.
    let turns = reference & ~(Int64(1) << bits - 1)
    let half = Int64(1) << (bits - 1)
    if extent.has_unknown == 0, low >= 0, abs(low + turns - reference) < half, abs(high + turns - reference) < half {
      if turns != 0 { for i in 0..<n { keys[i] &+= turns } }
    } else {
      unwrap(n)
    }
  }

  private func unwrap(_ n: Int) {
    guard let bits = plan.wrapBits else { return }
    if reference == nil { reference = Clock.typical(keys, count: n) }
    guard let reference else { return }
    for i in 0..<n where !keys[i].isUnknown { keys[i] = Clock.unwrap(keys[i], near: reference, bits: bits) }
  }
}
