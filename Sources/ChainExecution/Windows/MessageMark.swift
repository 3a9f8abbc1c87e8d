/// Recognizes a message of a topic: a topic that was deleted and made again has another message at the same offset.
package struct MessageMark: Sendable, Equatable {
  package var offset: Int64
  /// Of when the message was written, and of its value.
  package var digest: UInt64

  package init(offset: Int64, digest: UInt64) {
    self.offset = offset
    self.digest = digest
  }

  /// - Parameter written: in milliseconds since 1970; nil where the brokers do not say.
  package init(offset: Int64, written: Int64?, value: UnsafeRawBufferPointer?) {
    self.offset = offset
    var digest = Self.basis
    func add(_ number: UInt64) {
      for shift in stride(from: UInt64(0), to: 64, by: 8) { digest = (digest ^ (number >> shift & 0xFF)) &* Self.prime }
    }
    add(UInt64(bitPattern: written ?? -1))
    add(UInt64(value?.count ?? 0))
    // A long message differs at its beginning, or in its length.
    for byte in (value ?? UnsafeRawBufferPointer(start: nil, count: 0)).prefix(Self.mostBytes) {
      digest = (digest ^ UInt64(byte)) &* Self.prime
    }
    self.digest = digest
  }

  // FNV-1a of 64 bits (draft-eastlake-fnv).
  private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01B3
  private static let mostBytes = 4096
}
