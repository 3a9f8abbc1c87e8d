import CScan
import Columns

/// out[i] = values[places[i]], for values of any lane.
@inline(__always)
func gather<T: BitwiseCopyable>(
  _ values: UnsafePointer<T>, _ places: UnsafePointer<Int32>, count n: Int, to out: UnsafeMutablePointer<T>
) {
  // Bits are moved, whatever they mean.
  switch MemoryLayout<T>.size {
  case 8:
    values.withMemoryRebound(to: Int64.self, capacity: 1) { values in
      out.withMemoryRebound(to: Int64.self, capacity: n) { scan_gather_int64(values, places, n, $0) }
    }
  case 4:
    values.withMemoryRebound(to: Int32.self, capacity: 1) { values in
      out.withMemoryRebound(to: Int32.self, capacity: n) { scan_gather_int32(values, places, n, $0) }
    }
  default: for i in 0..<n { out[i] = values[Int(places[i])] }
  }
}

/// The same for places that may lie beyond 2^31: those of entries.
@inline(__always)
func gather<T: BitwiseCopyable>(
  _ values: UnsafePointer<T>, _ places: UnsafePointer<Int64>, count n: Int, to out: UnsafeMutablePointer<T>
) {
  switch MemoryLayout<T>.size {
  case 8:
    values.withMemoryRebound(to: Int64.self, capacity: 1) { values in
      out.withMemoryRebound(to: Int64.self, capacity: n) { scan_pick_int64(values, places, n, $0) }
    }
  case 4:
    values.withMemoryRebound(to: Int32.self, capacity: 1) { values in
      out.withMemoryRebound(to: Int32.self, capacity: n) { scan_pick_int32(values, places, n, $0) }
    }
  default: for i in 0..<n { out[i] = values[Int(places[i])] }
  }
}
