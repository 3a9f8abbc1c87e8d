import CScan
import Columns

/// The groups of one window (or of one chunk of its rows): each different key gets a slot, numbered from 0.
///
/// Keys of batches mostly lie near the first ones. Those that do have their slot at their distance from a base, in a table
/// that is looked up and written without a branch: whether a row begins a group cannot be predicted. The others are found
/// by open addressing over a table of slot numbers. The keys themselves lie densely by slot, so that a table is emptied and
/// walked at the cost of its groups, not of its capacity.
///
/// Slots have 32 bits. Further keys than there are slots for have none, as one that is unknown.
struct KeyTable: ~Copyable {
  private(set) var count = 0
  /// Keys that were given no slot, once for each row.
  private(set) var refused = 0
  private let limit: Int
  private(set) var keys: UnsafeMutablePointer<Int64>
  private var index: UnsafeMutablePointer<Int32>
  private var keyMemory: Memory<Int64>
  private var indexMemory: Memory<Int32>
  private var capacity: Int
  private var mask: UInt64
  private var shift: UInt64
  /// How many keys are in `index`.
  private var hashed = 0
  /// Whether keys were adopted that no table has yet: many are only walked through, and then they need none.
  private var isUnindexed = false
  /// The slots of keys from `base` on, below 0 where there is none; no such keys while `span` is 0.
  private var near: UnsafeMutablePointer<Int32>
  private var nearMemory: Memory<Int32>
  private var base: Int64 = 0
  private var span: UInt64 = 0
  private var hasNear = false
  /// The places of `near` that may be taken.
  private var used: (first: UInt64, last: UInt64) = (.max, 0)

  /// A chunk of a detector's rows spans some hundred thousand orbits.
  private static let nearCount = 1 << 18
  private static let leastRows = 1024

  /// One batch less than there are slots.
  static let mostKeys = Int(Int32.max) - Frame.standardCapacity

  init(expected: Int = 64, limit: Int = KeyTable.mostKeys) {
    self.limit = limit
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
    nearMemory = Memory(count: 0)
    near = nearMemory.base
  }

  /// Keys that share all but their last four bits lie in one cache line of the index: the orbits that rows come from at a
  /// time are neighbours, so that their places stay in the first-level cache. Lines are spread by multiplicative hashing
  /// (Knuth, TAOCP 6.4) with 2^64 divided by the golden ratio; the high bits are the well-mixed ones.
  @inline(__always)
  private static func hash(_ key: Int64, _ shift: UInt64) -> UInt64 {
    let bits = UInt64(bitPattern: key)
    return ((((bits &>> 4) &* 0x9E37_79B9_7F4A_7C15) &>> (shift &+ 4)) &<< 4) | (bits & 15)
  }

  /// Takes over the keys that `other` has in these slots, in their order; only while there are none.
  mutating func adopt(_ other: borrowing KeyTable, slots: [Int32]) {
    precondition(count == 0)
    makeRoom(for: slots.count)
    scan_gather_int64(other.keys, slots, slots.count, keys)
    count = slots.count
    isUnindexed = count > 0
  }

  private mutating func indexAdopted() {
    isUnindexed = false
    let adopted = count
    count = 0
    // Each gets the slot that it has: they are different, and come in the order of their slots.
    for slot in 0..<adopted { _ = hashedSlot(of: keys[slot]) }
  }

  /// The slot of `key`, made if there was none.
  @inline(__always)
  mutating func slot(of key: Int64) -> Int32 {
    if isUnindexed { indexAdopted() }
    let distance = UInt64(bitPattern: key &- base)
    if distance < span {
      if near[Int(distance)] >= 0 { return near[Int(distance)] }
      if count >= limit { return refuse() }
      makeRoom(for: 1)
      use(distance, distance)
      near[Int(distance)] = Int32(truncatingIfNeeded: count)
      keys[count] = key
      count += 1
      return near[Int(distance)]
    }
    return hashedSlot(of: key)
  }

  @inline(__always)
  private mutating func hashedSlot(of key: Int64) -> Int32 {
    var place = KeyTable.hash(key, shift)
    while true {
      let slot = index[Int(place)]
      if slot < 0 { break }
      if keys[Int(slot)] == key { return slot }
      place = (place &+ 1) & mask
    }
    if count >= limit { return refuse() }
    return insert(key, at: place)
  }

  @inline(never)
  private mutating func refuse() -> Int32 {
    refused += 1
    return -1
  }

  /// How many keys were refused since it was last asked.
  mutating func takeRefused() -> Int {
    defer { refused = 0 }
    return refused
  }

  /// Slots of a batch's keys, -1 for a key that is unknown.
  mutating func assign(_ batch: UnsafePointer<Int64>, count n: Int, into slots: UnsafeMutablePointer<Int32>) {
    if isUnindexed { indexAdopted() }
    if count == 0 { chooseBase(batch, n) }
    guard count + n <= limit else {
      for i in 0..<n { slots[i] = batch[i].isUnknown ? -1 : slot(of: batch[i]) }
      return
    }
    // One more than there can be: numbering writes a key before it is known to be new.
    makeRoom(for: n + 1)
    let near = near, base = base, span = span
    let extent = scan_extent_of(batch, n)
    let first = UInt64(bitPattern: extent.lowest &- base), last = UInt64(bitPattern: extent.highest &- base)
    if first < span, last < span, extent.has_unknown == 0 {
      use(first, last)
      count = Int(scan_number_keys(batch, n, base, near, Int32(truncatingIfNeeded: count), keys, slots))
      return
    }
    if span > 0 { use(first < span ? first : 0, last < span ? last : span - 1) }
    var keys = keys
    var count = count
    for i in 0..<n {
      let key = batch[i]
      let distance = UInt64(bitPattern: key &- base)
      if distance < span {
        let known = near[Int(distance)]
        let slot = known < 0 ? Int32(truncatingIfNeeded: count) : known
        keys[count] = key
        near[Int(distance)] = slot
        slots[i] = slot
        count &+= known < 0 ? 1 : 0
      } else if key.isUnknown {
        slots[i] = -1
      } else {
        self.count = count
        slots[i] = hashedSlot(of: key)
        count = self.count
        keys = self.keys
      }
    }
    self.count = count
  }

  /// Lets the near keys begin somewhat before those that the batch begins with.
  private mutating func chooseBase(_ batch: UnsafePointer<Int64>, _ n: Int) {
    // Few rows are not worth the memory; keys at the ends of 64 bits are nobody's counter.
    guard n >= Self.leastRows, let typical = Clock.typical(batch, count: n),
      abs(typical &- 1) < Int64.max - 2 * Int64(Self.nearCount)
    else { return }
    if span == 0 {
      if !hasNear {
        nearMemory = Memory(count: Self.nearCount)
        near = nearMemory.base
        near.update(repeating: -1, count: Self.nearCount)
        hasNear = true
      }
      span = UInt64(Self.nearCount)
    }
    base = typical &- Int64(Self.nearCount / 8)
  }

  /// Makes room for so many keys more.
  private mutating func makeRoom(for n: Int) {
    guard count + n > capacity else { return }
    let target = max(capacity * 2, count + n)
    keyMemory = Memory(count: target, keeping: count, of: keys, filling: 0)
    keys = keyMemory.base
    capacity = target
  }

  @inline(never)
  private mutating func insert(_ key: Int64, at place: UInt64) -> Int32 {
    var place = place
    if UInt64(hashed) &* 2 > mask {
      rehash()
      place = KeyTable.hash(key, shift)
      while index[Int(place)] >= 0 { place = (place &+ 1) & mask }
    }
    makeRoom(for: 1)
    let slot = Int32(truncatingIfNeeded: count)
    keys[count] = key
    index[Int(place)] = slot
    count += 1
    hashed += 1
    return slot
  }

  private mutating func rehash() {
    let size = (Int(mask) + 1) * 2
    indexMemory = Memory(count: size)
    index = indexMemory.base
    index.update(repeating: -1, count: size)
    mask = UInt64(size) - 1
    shift -= 1
    for slot in 0..<count where UInt64(bitPattern: keys[slot] &- base) >= span {
      var place = KeyTable.hash(keys[slot], shift)
      while index[Int(place)] >= 0 { place = (place &+ 1) & mask }
      index[Int(place)] = Int32(truncatingIfNeeded: slot)
    }
  }

  mutating func removeAll() {
    if hashed > 0 { index.update(repeating: -1, count: Int(mask) + 1) }
    if span > 0 { removeNear() }
    (count, hashed, span) = (0, 0, 0)
    isUnindexed = false
  }

  @inline(__always)
  private mutating func use(_ first: UInt64, _ last: UInt64) {
    used = (min(used.first, first), max(used.last, last))
  }

  private mutating func removeNear() {
    let (first, last) = used
    used = (.max, 0)
    guard first <= last else { return }
    // Where many of the places in between are taken, all of them are written in one go.
    if last - first < UInt64(16 * count) {
      (near + Int(first)).update(repeating: -1, count: Int(last - first) + 1)
      return
    }
    for slot in 0..<count {
      let distance = UInt64(bitPattern: keys[slot] &- base)
      if distance < span { near[Int(distance)] = -1 }
    }
  }
}
