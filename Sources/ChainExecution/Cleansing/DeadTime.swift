import Columns

/// A rule that drops what comes too soon behind the row before it in the same channel.
package struct DeadTimePlan: Sendable {
  let time: Slot
  let key: ChannelKey
  let limit: Double

  package init(time: Slot, key: ChannelKey, limit: Double) {
    self.time = time
    self.key = key
    self.limit = limit
  }
}

/// The time of the last row of each channel: a table of numbers with places found by their bits.
struct LastTimes<Value: LaneValue> {
  private var keys: [Int64] = Array(repeating: .unknown, count: 1024)
  private var values: [Value] = Array(repeating: .unknown, count: 1024)
  private var count = 0

  /// Channels beyond so many are not kept apart from garbage: the table starts again.
  private static var mostChannels: Int { 1 << 22 }

  /// Notes the time of a row; gives that of the row before it.
  @inline(__always)
  mutating func exchange(_ key: Int64, _ value: Value) -> Value {
    var place = Self.hash(key) & (keys.count - 1)
    while keys[place] != key {
      if keys[place] == .unknown {
        insert(key, value, at: place)
        return .unknown
      }
      place = (place + 1) & (keys.count - 1)
    }
    let before = values[place]
    values[place] = value
    return before
  }

  private static func hash(_ key: Int64) -> Int {
    Int(truncatingIfNeeded: UInt64(bitPattern: key &* -7_046_029_254_386_353_131) >> 24)
  }

  private mutating func insert(_ key: Int64, _ value: Value, at place: Int) {
    keys[place] = key
    values[place] = value
    count += 1
    guard count * 2 > keys.count else { return }
    let old = (keys, values)
    let isFull = count > Self.mostChannels
    let size = isFull ? 1024 : keys.count * 2
    keys = Array(repeating: .unknown, count: size)
    values = Array(repeating: .unknown, count: size)
    count = 0
    if isFull { return }
    for (key, value) in zip(old.0, old.1) where key != .unknown { _ = exchange(key, value) }
  }
}

/// Applies the rules of a chain to rows in the order of their stream; it remembers each channel from batch to batch, from
/// chunk to chunk, and across the edges of windows.
final class DeadTimeFilter {
  private enum Table {
    case integers([Int: LastTimes<Int64>])
    case floats([Int: LastTimes<Double>])
  }

  private let plans: [DeadTimePlan]
  /// For each rule a table for each stream: there is no order among streams.
  private var tables: [Table]
  private let keys = UnsafeMutablePointer<Int64>.allocate(capacity: Frame.standardCapacity)
  private let passes = UnsafeMutablePointer<UInt8>.allocate(capacity: Frame.standardCapacity)

  init(_ plans: [DeadTimePlan]) {
    self.plans = plans
    tables = plans.map { $0.time.lane == .float64 ? .floats([:]) : .integers([:]) }
  }

  deinit {
    keys.deallocate()
    passes.deallocate()
  }

  /// Takes rows out of the selection. Every rule sees all rows that are selected so far: a row that is dropped is the row
  /// before the next one too, as in a detector whose dead time each pulse extends.
  func select(_ frame: Frame, stream: Int) {
    let n = frame.selectedCount, selection = frame.selection
    guard n > 0 else { return }
    passes.update(repeating: 1, count: n)
    for index in plans.indices {
      let plan = plans[index]
      plan.key.read(frame, into: keys)
      switch tables[index] {
      case .floats(var all):
        // Taken out, so that it is not copied.
        tables[index] = .floats([:])
        var table = all.removeValue(forKey: stream) ?? LastTimes()
        let times = frame.float64(plan.time)
        for i in 0..<n where !keys[i].isUnknown {
          let time = times[Int(selection[i])]
          if time.isUnknown { continue }
          let before = table.exchange(keys[i], time)
          if abs(time - before) < plan.limit { passes[i] = 0 }
        }
        all[stream] = table
        tables[index] = .floats(all)
      case .integers(var all):
        tables[index] = .integers([:])
        var table = all.removeValue(forKey: stream) ?? LastTimes()
        let limit = UInt64(saturating: plan.limit.rounded(.up))
        for i in 0..<n where !keys[i].isUnknown {
          let time = frame.integer(plan.time, Int(selection[i]))
          if time.isUnknown { continue }
          let before = table.exchange(keys[i], time)
          let distance = time >= before ? UInt64(bitPattern: time &- before) : UInt64(bitPattern: before &- time)
          if !before.isUnknown, distance < limit { passes[i] = 0 }
        }
        all[stream] = table
        tables[index] = .integers(all)
      }
    }
    var kept = 0
    for i in 0..<n {
      selection[kept] = selection[i]
      kept &+= Int(passes[i])
    }
    frame.selectedCount = kept
  }
}
