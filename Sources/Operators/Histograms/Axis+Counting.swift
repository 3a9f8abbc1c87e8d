import CScan
import Columns

/// Counting for the usual column: integers of 32 bits whose bins are in a table.
extension Axis {
  /// Counts the rows of `input`. False where the axis or the column is none of those, and nothing is counted.
  func count(_ input: FillInput, _ column: Slot, in counts: borrowing Tally<UInt64>) -> Bool {
    guard column.lane == .int32, case .table(let lower, let table, let below, let above) = lookup,
      let first = Int32(exactly: lower), let none = Int32(exactly: counts.none)
    else { return false }
    let places = input.scratch.0
    table.withUnsafeBufferPointer { table in
      var bins = scan_bins(
        table: table.baseAddress, lower: first, length: UInt32(table.count), below: below, above: above,
        unknown: unknownBin)
      scan_bin_places(
        input.frame.int32(column), input.rows, input.count, &bins, input.cells,
        Int32(truncatingIfNeeded: counts.stride), none, places)
    }
    scan_increment(counts.base, places, input.count)
    return true
  }
}
