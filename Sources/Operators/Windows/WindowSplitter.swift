import Columns

/// Puts the selected rows of a batch into event windows.
final class WindowSplitter {
  struct Part {
    let index: Int64
    let rows: UnsafeMutablePointer<Int32>
    var count: Int
  }

  private let plan: EventWindows
  private let ticks: UnsafeMutablePointer<Int64>
  /// The rows of all parts, one part behind the other.
  private let rows: UnsafeMutablePointer<Int32>
  private let partOfRow: UnsafeMutablePointer<Int32>
  private var reference: Int64?
  private var frontier: Int64?
  /// The parts of the last batch, in the order of their first rows; rows ascend in each.
  private(set) var parts: [Part] = []
  private(set) var blocks = BlockExtremes()
  /// Windows that the chunk has rows of, and how many it may have.
  private var seen: Set<Int64> = []
  private var allowance = Int.max

  init(_ plan: EventWindows) {
    self.plan = plan
    ticks = .allocate(capacity: Frame.standardCapacity)
    rows = .allocate(capacity: Frame.standardCapacity)
    partOfRow = .allocate(capacity: Frame.standardCapacity)
  }

  deinit {
    ticks.deallocate()
    rows.deallocate()
    partOfRow.deallocate()
  }

  /// Starts a chunk, which may have rows of at most `allowance` windows.
  func begin(reference: Int64?, frontier: Int64?, allowance: Int) {
    self.reference = reference
    self.frontier = frontier
    self.allowance = allowance
    blocks.removeAll()
    seen.removeAll(keepingCapacity: true)
  }

  /// Splits the selection; gives the number of rows that came too late, and of those that are in no window: their clock is
  /// unknown, or so many windows are open that theirs cannot be opened too.
  func split(_ frame: Frame) -> (late: Int, stray: Int) {
    let n = frame.selectedCount
    parts.removeAll(keepingCapacity: true)
    guard n > 0 else { return (0, 0) }
    readTicks(frame, n)
    blocks.add(ticks, count: n)

    var low = Int64.max, high = Int64.min
    for i in 0..<n {
      low = min(low, ticks[i])
      high = max(high, ticks[i])
    }
    let index = plan.index(of: low)
    if low != .unknown, index == plan.index(of: high), index >= frontier ?? .min, admits(index) {
      // The usual batch lies in one window.
      rows.update(from: frame.selection, count: n)
      parts.append(Part(index: index, rows: rows, count: n))
      return (0, 0)
    }
    return splitApart(frame, n)
  }

  private func admits(_ index: Int64) -> Bool {
    if seen.contains(index) { return true }
    guard seen.count < allowance else { return false }
    seen.insert(index)
    return true
  }

  private func splitApart(_ frame: Frame, _ n: Int) -> (late: Int, stray: Int) {
    var numbers: [Int64: Int32] = [:]
    var sizes: [Int] = []
    var indices: [Int64] = []
    var late = 0, stray = 0
    var lastIndex = Int64.min
    var lastPart: Int32 = -1
    for i in 0..<n {
      let tick = ticks[i]
      let index = plan.index(of: tick)
      if !tick.isUnknown, index < frontier ?? .min {
        partOfRow[i] = -1
        late += 1
        continue
      }
      if index != lastIndex || tick.isUnknown {
        lastIndex = index
        if let part = numbers[index] {
          lastPart = part
        } else if tick.isUnknown || !admits(index) {
          partOfRow[i] = -1
          stray += 1
          // The next row is looked at afresh.
          lastIndex = .min
          continue
        } else {
          lastPart = Int32(sizes.count)
          numbers[index] = lastPart
          sizes.append(0)
          indices.append(index)
        }
      }
      partOfRow[i] = lastPart
      sizes[Int(lastPart)] += 1
    }
    var start = 0
    for (part, size) in sizes.enumerated() {
      parts.append(Part(index: indices[part], rows: rows + start, count: 0))
      start += size
    }
    for i in 0..<n where partOfRow[i] >= 0 {
      let part = Int(partOfRow[i])
      parts[part].rows[parts[part].count] = frame.selection[i]
      parts[part].count += 1
    }
    return (late, stray)
  }

  private func readTicks(_ frame: Frame, _ n: Int) {
    let selection = frame.selection
    switch plan.slot.lane {
    case .int32:
      let values = frame.int32(plan.slot)
      for i in 0..<n {
        let value = values[Int(selection[i])]
        ticks[i] = value.isUnknown ? .unknown : Int64(value)
      }
    case .int64:
      let values = frame.int64(plan.slot)
      for i in 0..<n { ticks[i] = values[Int(selection[i])] }
    case .float64:
      let values = frame.float64(plan.slot)
      for i in 0..<n {
        let tick = values[Int(selection[i])] * plan.ticksPerUnit
        ticks[i] = tick.isUnknown || abs(tick) > 9e18 ? .unknown : Int64(tick.rounded(.down))
      }
    case .flag:
      for i in 0..<n { ticks[i] = .unknown }
    }
    guard let bits = plan.wrapBits else { return }
    if reference == nil { reference = Clock.typical(ticks, count: n) }
    guard let reference else { return }
    for i in 0..<n where !ticks[i].isUnknown { ticks[i] = Clock.unwrap(ticks[i], near: reference, bits: bits) }
  }
}
