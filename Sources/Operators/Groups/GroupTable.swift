import Columns

/// The groups of one window (or of one chunk of its rows): each different key gets a slot, numbered from 0.
///
/// Open addressing over a table of slot numbers; the keys themselves lie densely by slot, so that a table is emptied and
/// walked at the cost of its groups, not of its capacity.
struct KeyTable: ~Copyable {
  private(set) var count = 0
  private(set) var keys: UnsafeMutablePointer<Int64>
  private var index: UnsafeMutablePointer<Int32>
  private var keyMemory: Memory<Int64>
  private var indexMemory: Memory<Int32>
  private var capacity: Int
  private var mask: UInt64
  private var shift: UInt64

  init(expected: Int = 64) {
    var bits: UInt64 = 7
    while (1 << bits) < expected * 2 { bits += 1 }
    mask = (1 << bits) - 1
    shift = 64 - bits
    capacity = max(64, expected)
    keyMemory = Memory(count: capacity)
    indexMemory = Memory(count: 1 << Int(bits))
    keys = keyMemory.base
    index = indexMemory.base
    index.update(repeating: -1, count: 1 << Int(bits))
  }

  /// Keys that share all but their last four bits lie in one cache line of the index: the orbits that rows come from at a
  /// time are neighbours, so that their places stay in the first-level cache. Lines are spread by multiplicative hashing
  /// (Knuth, TAOCP 6.4) with 2^64 divided by the golden ratio; the high bits are the well-mixed ones.
  @inline(__always)
  private static func hash(_ key: Int64, _ shift: UInt64) -> UInt64 {
    let bits = UInt64(bitPattern: key)
    return ((((bits &>> 4) &* 0x9E37_79B9_7F4A_7C15) &>> (shift &+ 4)) &<< 4) | (bits & 15)
  }

  /// The slot of `key`, made if there was none.
  @inline(__always)
  mutating func slot(of key: Int64) -> Int32 {
    var place = KeyTable.hash(key, shift)
    while true {
      let slot = index[Int(place)]
      if slot < 0 { break }
      if keys[Int(slot)] == key { return slot }
      place = (place &+ 1) & mask
    }
    return insert(key, at: place)
  }

  /// Slots of a batch's keys, -1 for a key that is unknown. Runs of one key, common in ordered data, are looked up once.
  mutating func assign(_ batch: UnsafePointer<Int64>, count n: Int, into slots: UnsafeMutablePointer<Int32>) {
    var last = Int64.unknown
    var lastSlot: Int32 = -1
    for i in 0..<n {
      let key = batch[i]
      if key != last {
        last = key
        lastSlot = key.isUnknown ? -1 : slot(of: key)
      }
      slots[i] = lastSlot
    }
  }

  @inline(never)
  private mutating func insert(_ key: Int64, at place: UInt64) -> Int32 {
    var place = place
    if UInt64(count) &* 2 > mask {
      rehash()
      place = KeyTable.hash(key, shift)
      while index[Int(place)] >= 0 { place = (place &+ 1) & mask }
    }
    if count == capacity {
      keyMemory = Memory(count: capacity * 2, keeping: count, of: keys, filling: 0)
      keys = keyMemory.base
      capacity *= 2
    }
    let slot = Int32(truncatingIfNeeded: count)
    keys[count] = key
    index[Int(place)] = slot
    count += 1
    return slot
  }

  private mutating func rehash() {
    let size = (Int(mask) + 1) * 2
    indexMemory = Memory(count: size)
    index = indexMemory.base
    index.update(repeating: -1, count: size)
    mask = UInt64(size) - 1
    shift -= 1
    for slot in 0..<count {
      var place = KeyTable.hash(keys[slot], shift)
      while index[Int(place)] >= 0 { place = (place &+ 1) & mask }
      index[Int(place)] = Int32(truncatingIfNeeded: slot)
    }
  }

  mutating func removeAll() {
    index.update(repeating: -1, count: Int(mask) + 1)
    count = 0
  }
}
