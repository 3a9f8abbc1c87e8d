import Columns

/// Fills the histograms of one stage from a batch. What several histograms have in common, the rows that meet a condition
/// and the cells of a `per` column, is worked out once a batch.
final class HistogramFiller {
  /// Rows that meet one condition.
  private final class RowSet {
    let condition: Slot?
    let rows: UnsafeMutablePointer<Int32>
    var count = 0

    init(condition: Slot?, capacity: Int) {
      self.condition = condition
      rows = .allocate(capacity: capacity)
    }

    deinit { rows.deallocate() }
  }

  /// The cells of a row set's rows.
  private final class CellSet {
    let slot: Slot
    let rowSet: Int
    let lookup: CellLookup
    let cells: UnsafeMutablePointer<Int32>

    init(_ per: HistogramBinding.Per, rowSet: Int, capacity: Int) {
      slot = per.slot
      self.rowSet = rowSet
      lookup = CellLookup(per.cells, range: per.range)
      cells = .allocate(capacity: capacity)
    }

    deinit { cells.deallocate() }
  }

  private struct Work {
    let histogram: Int
    let rowSet: Int
    let cellSet: Int?
  }

  private var rowSets: [RowSet] = []
  private var cellSets: [CellSet] = []
  private var work: [Work] = []
  private let scratch: (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>)

  init(_ bindings: [HistogramBinding], capacity: Int = Frame.standardCapacity) {
    scratch = (.allocate(capacity: capacity), .allocate(capacity: capacity))
    for binding in bindings {
      let rowSet =
        rowSets.firstIndex { $0.condition == binding.condition }
        ?? {
          rowSets.append(RowSet(condition: binding.condition, capacity: capacity))
          return rowSets.count - 1
        }()
      var cellSet: Int?
      if let per = binding.per {
        cellSet =
          cellSets.firstIndex { $0.slot == per.slot && $0.rowSet == rowSet && $0.lookup.cells === per.cells }
          ?? {
            cellSets.append(CellSet(per, rowSet: rowSet, capacity: capacity))
            return cellSets.count - 1
          }()
      }
      work.append(Work(histogram: binding.histogram, rowSet: rowSet, cellSet: cellSet))
    }
  }

  deinit {
    scratch.0.deallocate()
    scratch.1.deallocate()
  }

  var isIdle: Bool { work.isEmpty }

  /// `rows` are the rows of the frame that count, ascending, at most a frame's capacity.
  func fill(_ frame: Frame, rows: UnsafePointer<Int32>, count n: Int, into states: [any HistogramState]) {
    guard n > 0 else { return }
    for set in rowSets {
      guard let condition = set.condition else { continue }
      let flags = frame.flag(condition)
      var count = 0
      for i in 0..<n {
        // Written always and counted only if it holds: no branch to mispredict.
        set.rows[count] = rows[i]
        count &+= flags[Int(rows[i])] == 1 ? 1 : 0
      }
      set.count = count
    }
    func rowsOf(_ set: RowSet) -> (UnsafePointer<Int32>, Int) {
      set.condition == nil ? (rows, n) : (UnsafePointer(set.rows), set.count)
    }
    for set in cellSets {
      let (rows, count) = rowsOf(rowSets[set.rowSet])
      set.lookup.assign(frame, set.slot, rows: rows, count: count, into: set.cells)
    }
    for item in work {
      let (rows, count) = rowsOf(rowSets[item.rowSet])
      if count == 0 { continue }
      let set = item.cellSet.map { cellSets[$0] }
      states[item.histogram].fill(
        FillInput(
          frame: frame, rows: rows, count: count, cells: set.map { UnsafePointer($0.cells) },
          cellCount: set?.lookup.cells.count ?? 1, scratch: scratch))
    }
  }
}
