import Columns

/// A column of any lane as doubles. Integers of up to 53 bits are exact, which every counter in use is.
struct ColumnReader {
  private enum Column {
    case int32(UnsafeMutablePointer<Int32>)
    case int64(UnsafeMutablePointer<Int64>)
    case float64(UnsafeMutablePointer<Double>)
    case flag(UnsafeMutablePointer<UInt8>)
  }
  private let column: Column

  init(_ frame: Frame, _ slot: Slot) {
    switch slot.lane {
    case .int32: column = .int32(frame.int32(slot))
    case .int64: column = .int64(frame.int64(slot))
    case .float64: column = .float64(frame.float64(slot))
    case .flag: column = .flag(frame.flag(slot))
    }
  }

  /// The values of `rows`, densely.
  func copy(_ rows: UnsafePointer<Int32>, count n: Int, to out: UnsafeMutablePointer<Double>) {
    switch column {
    case .int32(let values): for i in 0..<n { out[i] = Self.double(values[Int(rows[i])]) }
    case .int64(let values): for i in 0..<n { out[i] = Self.double(values[Int(rows[i])]) }
    case .float64(let values): for i in 0..<n { out[i] = values[Int(rows[i])] }
    case .flag(let values): for i in 0..<n { out[i] = Self.double(values[Int(rows[i])]) }
    }
  }

  @inline(__always)
  private static func double<T: LaneValue & BinaryInteger>(_ value: T) -> Double {
    value.isUnknown ? .nan : Double(value)
  }

  subscript(row: Int) -> Double {
    switch column {
    case .int32(let values): values[row].isUnknown ? .nan : Double(values[row])
    case .int64(let values): values[row].isUnknown ? .nan : Double(values[row])
    case .float64(let values): values[row]
    case .flag(let values): values[row].isUnknown ? .nan : Double(values[row])
    }
  }
}
