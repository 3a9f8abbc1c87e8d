import CScan
import Columns

/// Bins of many values at a time, for the usual columns: integers of 32 bits whose bins are in a table, and floats and
/// integers of 64 bits in bins of one width.
extension Axis {
  /// Counts the rows of `input`. False where the axis or the column is none of those, and nothing is counted.
  func count(_ input: FillInput, _ column: Slot, in counts: borrowing Tally<UInt64>) -> Bool {
    let places = input.scratch.0
    guard let none = Int32(exactly: counts.none),
      place(
        input.frame, column, rows: input.rows, count: input.count, cells: input.cells,
        stride: Int32(truncatingIfNeeded: counts.stride), none: none, into: places)
    else { return false }
    scan_increment(counts.base, places, input.count)
    return true
  }

  /// The bin of each row's value, or with `cells` its cell times `stride` plus the bin, and `none` for a row without a cell.
  /// False where the axis or the column is none of the usual ones.
  func place(
    _ frame: Frame, _ column: Slot, rows: UnsafePointer<Int32>, count n: Int, cells: UnsafePointer<Int32>? = nil,
    stride: Int32 = 0, none: Int32 = 0, into out: UnsafeMutablePointer<Int32>
  ) -> Bool {
    switch (column.lane, lookup) {
    case (.int32, .table(let lower, let table, let below, let above)):
      guard let first = Int32(exactly: lower) else { return false }
      table.withUnsafeBufferPointer { table in
        var bins = scan_bins(
          table: table.baseAddress, lower: first, length: UInt32(table.count), below: below, above: above,
          unknown: unknownBin)
        scan_bin_places(frame.int32(column), rows, n, &bins, cells, stride, none, out)
      }
    case (.float64, .regular(let lower, let perUnit)):
      var bins = scan_regular_bins(
        lower: lower, per_unit: perUnit, snap: Axis.snap, count: Int32(count), above: overflowBin, unknown: unknownBin)
      scan_regular_places(frame.float64(column), rows, n, &bins, cells, stride, none, out)
    case (.int64, .whole(.regular(let origin, let offset, let perUnit))):
      var bins = scan_whole_bins(
        origin: origin, offset: offset, per_unit: perUnit, snap: Axis.snap, count: Int32(count), above: overflowBin,
        unknown: unknownBin)
      scan_whole_places(frame.int64(column), rows, n, &bins, cells, stride, none, out)
    default: return false
    }
    return true
  }
}
