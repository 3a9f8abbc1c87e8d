import CScan
import Columns
import Synchronization

/// The values of a `per` column and the index of each: one set of counts, a *cell*, for every value.
///
/// Shared by all workers, so that a cell has the same index everywhere and counts merge index by index. Chambers are known
/// before the first row; the values of other columns get their cells in the order of first sight.
package final class Cells: Sendable {
  private struct State {
    var indices: [Int64: Int32] = [:]
    var values: [Int64] = []
    var refused = 0
  }

  /// The most cells of one column; rows of further values are left out of the histogram and counted.
  package static let limit = 10_000

  package let column: String
  /// All values are known from the start: a new one is none of the cells.
  package let isClosed: Bool
  private let state: Mutex<State>
  private let total: Atomic<Int>

  package init(column: String, values: [Int64] = [], isClosed: Bool = false) {
    self.column = column
    self.isClosed = isClosed
    var initial = State()
    for value in values {
      initial.indices[value] = Int32(initial.values.count)
      initial.values.append(value)
    }
    total = Atomic(values.count)
    state = Mutex(initial)
  }

  /// The cell of `value`, -1 where it has none.
  func index(of value: Int64) -> Int32 {
    state.withLock { state in
      if let index = state.indices[value] { return index }
      if isClosed { return -1 }
      guard state.values.count < Cells.limit else {
        state.refused += 1
        return -1
      }
      let index = Int32(state.values.count)
      state.indices[value] = index
      state.values.append(value)
      total.store(state.values.count, ordering: .releasing)
      return index
    }
  }

  package var count: Int { total.load(ordering: .acquiring) }
  package var values: [Int64] { state.withLock { $0.values } }
  /// Rows whose value came after the limit.
  package var refusedCount: Int { state.withLock { $0.refused } }
}

/// One worker's view of ``Cells``: looks a value up in its own table, and asks the shared one only at its first sight.
final class CellLookup {
  let cells: Cells
  private var lower: Int64 = 0
  private var table: [Int32] = []
  private var others: [Int64: Int32] = [:]
  private static let unseen: Int32 = -2
  private static let largestTable: Int64 = 65_536

  /// `range` is what the column can hold.
  init(_ cells: Cells, range: ClosedRange<Int64>) {
    self.cells = cells
    var range = range
    if cells.isClosed, let first = cells.values.min(), let last = cells.values.max() {
      range = max(range.lowerBound, first)...max(max(range.lowerBound, first), min(range.upperBound, last))
    }
    let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    if !overflow, width < CellLookup.largestTable {
      lower = range.lowerBound
      table = Array(repeating: CellLookup.unseen, count: Int(width) + 1)
    }
  }

  private func find(_ value: Int64) -> Int32 {
    let place = value &- lower
    if place >= 0, place < Int64(table.count) {
      let known = table[Int(place)]
      if known != CellLookup.unseen { return known }
      let index = cells.index(of: value)
      // A refusal is not kept: every row refused is counted.
      if index >= 0 || cells.isClosed { table[Int(place)] = index }
      return index
    }
    if let known = others[value] { return known }
    let index = cells.index(of: value)
    if index >= 0 { others[value] = index }
    return index
  }

  /// Cells of `column` for `rows`, -1 where the value is unknown or has none.
  func assign(
    _ frame: Frame, _ column: Slot, rows: UnsafePointer<Int32>, count n: Int, into out: UnsafeMutablePointer<Int32>
  ) {
    switch column.lane {
    case .int32:
      let values = frame.int32(column)
      let first = Int32(clamping: lower)
      if first == lower {
        // Writes `unseen` where the table has it, and for what lies outside.
        let lowest = scan_look_up(values, rows, n, table, first, UInt32(table.count), out)
        if lowest > CellLookup.unseen { return }
      } else {
        out.update(repeating: CellLookup.unseen, count: n)
      }
      for i in 0..<n where out[i] == CellLookup.unseen {
        let value = values[Int(rows[i])]
        out[i] = value.isUnknown ? -1 : find(Int64(value))
      }
    case .int64:
      let values = frame.int64(column)
      for i in 0..<n {
        let value = values[Int(rows[i])]
        out[i] = value.isUnknown ? -1 : find(value)
      }
    case .flag:
      let values = frame.flag(column)
      for i in 0..<n {
        let value = values[Int(rows[i])]
        out[i] = value.isUnknown ? -1 : find(Int64(value))
      }
    case .float64:
      for i in 0..<n { out[i] = -1 }
    }
  }
}
