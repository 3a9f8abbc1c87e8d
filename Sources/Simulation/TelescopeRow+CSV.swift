extension TelescopeRow {
  /// The names of the columns as the DAQ's files begin with them, without a newline.
  package static let csvHeader = "HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS"

  /// Appends the row as a line of CSV, newline included. A whole fine time is printed as `12`, any other with six
  /// decimals as `-41.531250`; one that is not a number or beyond 10^9 as Swift prints it.
  package func appendCSV(to bytes: inout [UInt8]) {
    // Five integers (32 bytes at most with their commas), sign, 10 digits, point, six decimals and the newline.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { line in
      var writer = BackwardWriter(line)
      if fineTime.magnitude <= 1e9 {
        writer.put(UInt8(ascii: "\n"))
        writer.put(decimal: fineTime)
      }
      writer.put(UInt8(ascii: ","))
      writer.put(UInt64(bunchCrossing))
      writer.put(UInt8(ascii: ","))
      writer.put(UInt64(orbit))
      writer.put(UInt8(ascii: ","))
      writer.put(UInt64(channel))
      writer.put(UInt8(ascii: ","))
      writer.put(UInt64(fpga))
      writer.put(UInt8(ascii: ","))
      writer.put(UInt64(head))
      bytes.append(contentsOf: writer.written)
    }
    if !(fineTime.magnitude <= 1e9) {
      bytes.append(contentsOf: "\(fineTime)\n".utf8)
    }
  }
}

/// Fills a buffer from its end, which is the order in which division gives digits; a row then takes one append.
private struct BackwardWriter {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private var start: Int

  init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    self.buffer = buffer
    start = buffer.count
  }

  var written: Slice<UnsafeMutableBufferPointer<UInt8>> { buffer[start...] }

  @inline(__always)
  mutating func put(_ byte: UInt8) {
    start -= 1
    buffer.initializeElement(at: start, to: byte)
  }

  @inline(__always)
  mutating func put(_ value: UInt64) {
    var rest = value
    repeat {
      put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
  }

  /// `value` is at most 10^9 in magnitude.
  @inline(__always)
  mutating func put(decimal value: Double) {
    let millionths = Int64((value.magnitude * 1e6).rounded())
    if value != value.rounded(.towardZero) {
      var decimals = millionths % 1_000_000
      for _ in 0..<6 {
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: decimals % 10))
        decimals /= 10
      }
      put(UInt8(ascii: "."))
    }
    put(UInt64(millionths / 1_000_000))
    if value < 0 { put(UInt8(ascii: "-")) }
  }
}
