/// The hash by which Kafka's own clients choose a message's partition: 32-bit murmur2 with the seed 0x9747b28c, as in
/// `org.apache.kafka.common.utils.Utils.murmur2`.
package func murmur2(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  let multiplier: UInt32 = 0x5bd1_e995
  var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: bytes.count)
  var position = 0
  while position + 4 <= bytes.count {
    var word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)) &* multiplier
    word = (word ^ (word >> 24)) &* multiplier
    hash = (hash &* multiplier) ^ word
    position += 4
  }
  if position < bytes.count {
    for (place, byte) in bytes[position...].enumerated() { hash ^= UInt32(byte) << UInt32(8 * place) }
    hash = hash &* multiplier
  }
  hash = (hash ^ (hash >> 13)) &* multiplier
  return hash ^ (hash >> 15)
}

/// The partition of a message with this key among so many, as Kafka's Java client chooses it. It is chosen here and not
/// by the producer, because rows of several keys that share a message must belong to one partition.
package func partition(forKey key: UnsafeRawBufferPointer, of partitions: Int) -> Int {
  Int(murmur2(key) & 0x7fff_ffff) % max(1, partitions)
}
