import Columns

/// Counting without bin numbers in between, for the usual column: integers of 32 bits whose bins are in a table.
extension Axis {
  /// Counts the rows of `input` in `base`, which has `stride` numbers for each cell. False where the axis or the column is
  /// none of those, and nothing is counted.
  func count(_ input: FillInput, _ column: Slot, base: UnsafeMutablePointer<UInt64>, stride: Int) -> Bool {
    guard column.lane == .int32, case .table(let lower, let table, let below, let above) = lookup else { return false }
    let values = input.frame.int32(column), rows = input.rows
    let unknown = unknownBin
    table.withUnsafeBufferPointer { table in
      let length = UInt64(table.count)
      @inline(__always)
      func bin(_ value: Int32) -> Int {
        let place = UInt64(bitPattern: Int64(value) &- lower)
        if place < length { return Int(table[Int(place)]) }
        return Int(value.isUnknown ? unknown : Int64(value) < lower ? below : above)
      }
      if let cells = input.cells {
        for i in 0..<input.count where cells[i] >= 0 {
          base[Int(cells[i]) &* stride &+ bin(values[Int(rows[i])])] &+= 1
        }
      } else {
        for i in 0..<input.count { base[bin(values[Int(rows[i])])] &+= 1 }
      }
    }
    return true
  }
}
