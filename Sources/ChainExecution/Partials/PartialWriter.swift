/// Why a partial result cannot be used: one sentence for the user, no full stop.
package struct PartialError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Puts numbers into few bytes: what a partial result is made of (docs/partials.md).
///
/// Most counts are 0 or small, and most keys lie near the one before, so whole numbers take as many bytes as they need.
package struct PartialWriter {
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  /// Seven bits a byte, the lowest first; the high bit says that more follow.
  mutating func unsigned(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func count(_ value: Int) { unsigned(UInt64(value)) }

  /// 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
  mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

  mutating func optional(_ value: Int64?) {
    byte(value == nil ? 0 : 1)
    if let value { signed(value) }
  }

  mutating func double(_ value: Double) { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }

  mutating func text(_ value: String) {
    let utf8 = Array(value.utf8)
    count(utf8.count)
    bytes += utf8
  }

  /// Values of which many in a row are nothing: how many those are, how many others follow, the others, and so on.
  @inline(__always)
  mutating func sparse(_ total: Int, isEmpty: (Int) -> Bool, put: (inout PartialWriter, Int) -> Void) {
    var place = 0
    while place < total {
      let start = place
      while place < total, isEmpty(place) { place += 1 }
      count(place - start)
      let first = place
      while place < total, !isEmpty(place) { place += 1 }
      count(place - first)
      for index in first..<place { put(&self, index) }
    }
  }
}

/// Reads what ``PartialWriter`` wrote. Bytes that it cannot have written are an error with their place, never a crash.
package struct PartialReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var place = 0
  /// Where the first byte stands in the file.
  private let origin: Int

  /// The bytes must outlive the reader.
  init(_ bytes: UnsafeRawBufferPointer, origin: Int) {
    self.bytes = bytes
    self.origin = origin
  }

  var isAtEnd: Bool { place == bytes.count }

  func damaged() -> PartialError { PartialError("damaged at byte \(origin + place)") }

  mutating func byte() throws(PartialError) -> UInt8 {
    guard place < bytes.count else { throw damaged() }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func unsigned() throws(PartialError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      guard shift < 63 || (shift == 63 && byte < 2) else { throw damaged() }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  /// A number of things that take at least a byte each, or are at most `limit`.
  mutating func count(limit: Int? = nil) throws(PartialError) -> Int {
    let value = try unsigned()
    guard value <= UInt64(limit ?? bytes.count - place) else { throw damaged() }
    return Int(value)
  }

  /// A count that sums can be made of without running over.
  mutating func smallCount() throws(PartialError) -> UInt64 {
    let value = try unsigned()
    guard value < 1 << 62 else { throw damaged() }
    return value
  }

  mutating func signed() throws(PartialError) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func int32() throws(PartialError) -> Int32 {
    guard let value = Int32(exactly: try signed()) else { throw damaged() }
    return value
  }

  mutating func optional() throws(PartialError) -> Int64? {
    switch try byte() {
    case 0: return nil
    case 1: return try signed()
    default: throw damaged()
    }
  }

  mutating func double() throws(PartialError) -> Double {
    guard bytes.count - place >= 8 else { throw damaged() }
    defer { place += 8 }
    return Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
  }

  mutating func text() throws(PartialError) -> String {
    let length = try count()
    guard bytes.count - place >= length else { throw damaged() }
    defer { place += length }
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[place..<place + length]), as: UTF8.self)
  }

  /// Calls `take` for each place of `total` that has a value.
  @inline(__always)
  mutating func sparse(
    _ total: Int, take: (inout PartialReader, Int) throws(PartialError) -> Void
  ) throws(PartialError) {
    var place = 0
    while place < total {
      place += try count(limit: total - place)
      let end = place + (try count(limit: total - place))
      while place < end {
        try take(&self, place)
        place += 1
      }
    }
  }
}
