import Columns

/// A column of values of the hit before, with places in the frame.
package struct LastStep: Sendable {
  package struct Limit: Sendable {
    let slot: Slot
    /// In the unit of the column.
    let distance: Double

    package init(slot: Slot, distance: Double) {
      self.slot = slot
      self.distance = distance
    }
  }

  /// Which of the chain's steps of this kind it is.
  let number: Int
  let value: Slot
  /// Hits that are remembered; all where it is nil.
  let condition: Slot?
  let key: ChannelKey
  let limit: Limit?
  let result: Slot

  package init(number: Int, value: Slot, condition: Slot?, key: ChannelKey, limit: Limit?, result: Slot) {
    self.number = number
    self.value = value
    self.condition = condition
    self.key = key
    self.limit = limit
    self.result = result
  }
}

/// The last hit of each channel: a table of numbers with places found by their bits.
private struct LastHits {
  struct Hit {
    /// The bits of a value of any lane.
    var value: Int64
    /// The bits of what the distance is in.
    var place: Int64
  }

  private var keys: [Int64] = Array(repeating: .unknown, count: 16)
  private var hits: [Hit] = Array(repeating: Hit(value: 0, place: 0), count: 16)
  private var count = 0

  /// Channels beyond so many are not kept apart from garbage: the table starts again.
  private static var mostChannels: Int { 1 << 21 }

  @inline(__always)
  private func place(of key: Int64) -> Int {
    let hash = Int(truncatingIfNeeded: UInt64(bitPattern: key &* -7_046_029_254_386_353_131) >> 24)
    var place = hash & (keys.count - 1)
    while keys[place] != key, !keys[place].isUnknown { place = (place + 1) & (keys.count - 1) }
    return place
  }

  /// The last hit of a channel.
  subscript(key: Int64) -> Hit? {
    @inline(__always) get {
      let place = place(of: key)
      return keys[place] == key ? hits[place] : nil
    }
  }

  mutating func set(_ key: Int64, _ hit: Hit) {
    let place = place(of: key)
    hits[place] = hit
    guard keys[place] != key else { return }
    keys[place] = key
    count += 1
    guard count * 2 > keys.count else { return }
    let old = (keys, hits)
    let isFull = count > Self.mostChannels
    let size = isFull ? 16 : keys.count * 2
    keys = Array(repeating: .unknown, count: size)
    hits = Array(repeating: Hit(value: 0, place: 0), count: size)
    count = 0
    if isFull { return set(key, hit) }
    for (key, hit) in zip(old.0, old.1) where !key.isUnknown { set(key, hit) }
  }
}

/// Computes columns of values of the hit before, over hits in the order of their stream. It remembers hits from batch to
/// batch, from chunk to chunk, and across the edges of windows, so one of them is enough for a chain whose chunks run in
/// their order.
final class LastHitMemory {
  /// For each step that remembers a table for each stream: there is no order among streams.
  private var tables: [[Int: LastHits]]
  private let keys = UnsafeMutablePointer<Int64>.allocate(capacity: Frame.standardCapacity)

  init(_ steps: [RowStep]) {
    tables = Array(repeating: [:], count: steps.count(where: \.needsOrder))
  }

  deinit { keys.deallocate() }

  func run(_ step: LastStep, _ frame: Frame, stream: Int) {
    // Taken out, so that it is not copied.
    var hits = tables[step.number].removeValue(forKey: stream) ?? LastHits()
    step.key.read(frame, into: keys)
    // What is no hit has no hit before.
    fillUnknown(frame, step.result)
    for i in 0..<frame.selectedCount where !keys[i].isUnknown {
      let row = Int(frame.selection[i])
      // Without a limit all are near.
      let place = if let limit = step.limit { frame.bits(limit.slot, row) } else { Int64?.some(0) }
      guard let place else { continue }
      if let hit = hits[keys[i]], step.isNear(hit.place, place) { frame.set(step.result, row, bits: hit.value) }
      if let condition = step.condition, frame.flag(condition)[row] != 1 { continue }
      if let value = frame.bits(step.value, row) { hits.set(keys[i], LastHits.Hit(value: value, place: place)) }
    }
    tables[step.number][stream] = hits
  }
}

extension LastStep {
  /// Whether two places are no further apart than the limit.
  @inline(__always)
  fileprivate func isNear(_ before: Int64, _ now: Int64) -> Bool {
    guard let limit else { return true }
    if limit.slot.lane == .float64 {
      return abs(Double(bitPattern: UInt64(bitPattern: now)) - Double(bitPattern: UInt64(bitPattern: before)))
        <= limit.distance
    }
    let distance = now >= before ? UInt64(bitPattern: now &- before) : UInt64(bitPattern: before &- now)
    return limit.distance >= 0x1p64 || distance <= UInt64(limit.distance)
  }
}

extension Frame {
  /// A value of any lane in 64 bits; nil where it is unknown.
  @inline(__always)
  fileprivate func bits(_ slot: Slot, _ row: Int) -> Int64? {
    if slot.lane == .float64 {
      let value = float64(slot)[row]
      return value.isUnknown ? nil : Int64(bitPattern: value.bitPattern)
    }
    let value = integer(slot, row)
    return value.isUnknown ? nil : value
  }

  @inline(__always)
  fileprivate func set(_ slot: Slot, _ row: Int, bits: Int64) {
    switch slot.lane {
    case .int32: int32(slot)[row] = Int32(truncatingIfNeeded: bits)
    case .int64: int64(slot)[row] = bits
    case .float64: float64(slot)[row] = Double(bitPattern: UInt64(bitPattern: bits))
    case .flag: flag(slot)[row] = UInt8(truncatingIfNeeded: bits)
    }
  }
}
