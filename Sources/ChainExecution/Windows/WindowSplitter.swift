import Columns

/// Which event window the rows behind a hit go with that have no clock of their own.
enum RowOwner: Equatable {
  /// No hit came before.
  case unknown
  case window(Int64)
  /// The hit's window was published before, by this run or an earlier one.
  case published
}

/// Puts the selected rows of a batch into event windows.
final class WindowSplitter {
  struct Part {
    let index: Int64
    let rows: UnsafeMutablePointer<Int32>
    var count: Int

    /// Whether a row of the batch is one of them.
    func has(_ row: Int32) -> Bool {
      var low = 0, high = count
      while low < high {
        let middle = (low + high) / 2
        if rows[middle] < row { low = middle + 1 } else { high = middle }
      }
      return low < count && rows[low] == row
    }
  }

  private let plan: EventWindows
  private let ticks: UnsafeMutablePointer<Int64>
  /// The rows of all parts, one part behind the other.
  private let rows: UnsafeMutablePointer<Int32>
  private let partOfRow: UnsafeMutablePointer<Int32>
  private let placedRows: UnsafeMutablePointer<Int32>
  private var reference: Int64?
  /// Windows below are published.
  private var floor = Int64.min
  /// Windows up to this one were published by an earlier run, which read the rows of the chunk too.
  private var repeated: Int64?
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
    placedRows = .allocate(capacity: Frame.standardCapacity)
  }

  deinit {
    ticks.deallocate()
    rows.deallocate()
    partOfRow.deallocate()
    placedRows.deallocate()
  }

  /// What became of the rows of a batch that are in no part.
  struct Rest: Equatable {
    /// Rows that came too late.
    var late = 0
    /// Rows that are in no window: their clock is unknown, or so many windows are open that theirs cannot be opened too.
    var stray = 0
    /// Rows that an earlier run has counted.
    var repeated = 0

    var total: Int { late + stray + repeated }
  }

  /// What stands in ``partOfRow`` for a row that is no part's: of no window, or of one that is published.
  private static let uncounted: Int32 = -1
  private static let published: Int32 = -2

  /// Starts a chunk, which may have rows of at most `allowance` windows.
  func begin(_ chunk: Chunk, reference: Int64?, frontier: Int64?, allowance: Int) {
    self.reference = reference
    self.allowance = allowance
    floor = max(frontier ?? .min, chunk.published.map { $0 + 1 } ?? .min)
    repeated = chunk.isRepeat ? chunk.published ?? .min : nil
    blocks.removeAll()
    seen.removeAll(keepingCapacity: true)
  }

  /// Splits the selection into ``parts``.
  func split(_ frame: Frame) -> Rest {
    let n = frame.selectedCount
    parts.removeAll(keepingCapacity: true)
    guard n > 0 else { return Rest() }
    readTicks(frame, n)
    blocks.add(ticks, count: n)

    var low = Int64.max, high = Int64.min
    for i in 0..<n {
      low = min(low, ticks[i])
      high = max(high, ticks[i])
    }
    let index = plan.index(of: low)
    if low != .unknown, index == plan.index(of: high), index >= floor, admits(index) {
      // The usual batch lies in one window.
      rows.update(from: frame.selection, count: n)
      parts.append(Part(index: index, rows: rows, count: n))
      return Rest()
    }
    return splitApart(frame, n)
  }

  /// A row that cleansing dropped goes with the hit before it. That depends on the stream alone, not on how it was read, so
  /// a run that goes on where another was killed places the same rows in the same windows.
  struct DroppedRows {
    /// Those before the batch's first hit.
    var before: Int
    /// Those behind hits of windows that are published: hits that came too late, or that an earlier run has counted.
    var ofPublished = 0
    var ofPart: [Int]
    /// The batch's last hit.
    var last = RowOwner.unknown
  }

  func dropped(_ frame: Frame, rest: Rest) -> DroppedRows {
    let n = frame.selectedCount
    var ofPart = Array(repeating: 0, count: parts.count)
    if n == 0 { return DroppedRows(before: frame.count, ofPart: ofPart) }
    let first = Int(frame.selection[0])
    if rest.total == 0, parts.count == 1 {
      ofPart[0] = frame.count - n - first
      return DroppedRows(before: first, ofPart: ofPart, last: .window(parts[0].index))
    }
    var before = first
    var ofPublished = 0
    var owner = Self.uncounted
    for i in 0..<n {
      let next = i + 1 < n ? Int(frame.selection[i + 1]) : frame.count
      let gap = next - Int(frame.selection[i]) - 1
      if partOfRow[i] != Self.uncounted { owner = partOfRow[i] }
      switch owner {
      case Self.uncounted: before += gap
      case Self.published: ofPublished += gap
      default: ofPart[Int(owner)] += gap
      }
    }
    let last: RowOwner =
      switch owner {
      case Self.uncounted: .unknown
      case Self.published: .published
      default: .window(parts[Int(owner)].index)
      }
    return DroppedRows(before: before, ofPublished: ofPublished, ofPart: ofPart, last: last)
  }

  /// The rows of all parts in their order, where there are several.
  func placed(_ frame: Frame) -> (rows: UnsafePointer<Int32>, count: Int) {
    var count = 0
    for i in 0..<frame.selectedCount where partOfRow[i] >= 0 {
      placedRows[count] = frame.selection[i]
      count += 1
    }
    return (UnsafePointer(placedRows), count)
  }

  private func admits(_ index: Int64) -> Bool {
    if seen.contains(index) { return true }
    guard seen.count < allowance else { return false }
    seen.insert(index)
    return true
  }

  private func splitApart(_ frame: Frame, _ n: Int) -> Rest {
    var numbers: [Int64: Int32] = [:]
    var sizes: [Int] = []
    var indices: [Int64] = []
    var rest = Rest()
    var lastIndex = Int64.min
    var lastPart: Int32 = -1
    for i in 0..<n {
      let tick = ticks[i]
      let index = plan.index(of: tick)
      if tick.isUnknown {
        partOfRow[i] = Self.uncounted
        if repeated == nil { rest.stray += 1 } else { rest.repeated += 1 }
        lastIndex = .min
        continue
      }
      if let repeated, index <= repeated {
        partOfRow[i] = Self.published
        rest.repeated += 1
        continue
      }
      if index < floor {
        // When it is read again, nothing says whether it was late.
        partOfRow[i] = Self.published
        rest.late += 1
        continue
      }
      if index != lastIndex {
        lastIndex = index
        if let part = numbers[index] {
          lastPart = part
        } else if !admits(index) {
          partOfRow[i] = Self.uncounted
          rest.stray += 1
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
    return rest
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
