import Columns
import CScan

/// The clock of a stream whose rows are not quite in order: a counter that may wrap, rows that come late, and single rows
/// that are far off.
///
/// Rows are looked at in blocks of 64. The clock stands at the fourth largest of the last sixteen blocks' maxima, and never
/// goes back: up to three blocks in sixteen may hold a row far ahead, and the clock does not follow it; when the stream
/// itself jumps ahead, the fourth block takes the clock along. Of the first four blocks it takes the smallest, so that a row
/// far ahead in one of them holds no longer than until the next block.
package struct Clock: Sendable {
  /// Rows a block.
  package static let blockRows = 64
  static let window = 16
  private static let agreeing = 4

  /// Where the clock stands; nil before the first row.
  package private(set) var now: Int64?
  /// The last blocks' maxima, the next one in the place of the oldest.
  private var recent = [Int64](repeating: .min, count: Clock.window)
  private var count = 0

  package init() {}

  package mutating func advance(_ blockMaxima: some Sequence<Int64>) {
    for maximum in blockMaxima {
      recent[count % Clock.window] = maximum
      count += 1
      // With few blocks the smallest is the safe answer: a window closed too late loses nothing.
      let candidate =
        count < Clock.agreeing
        ? recent[..<count].reduce(.max, min) : recent.withUnsafeBufferPointer { Clock.fourthLargest(of: $0) }
      // What the first blocks say is not settled: one of them may hold a row far off.
      now = count <= Clock.agreeing ? candidate : max(now ?? candidate, candidate)
    }
  }

  /// Where the clock stands once there are enough blocks to tell a row far off from the stream.
  var settled: Int64? { count < Clock.agreeing ? nil : now }

  /// The newest of the last blocks' maxima, but for those that are further ahead than rows come out of order.
  func newest(within disorder: Int64) -> Int64? {
    guard let now else { return nil }
    let (limit, overflow) = now.addingReportingOverflow(disorder)
    return max(now, recent.lazy.filter { overflow || $0 <= limit }.max() ?? now)
  }

  /// Of at least four values, or fewer and some that are less than any other.
  private static func fourthLargest(of values: UnsafeBufferPointer<Int64>) -> Int64 {
    var best = (Int64.min, Int64.min, Int64.min, Int64.min)
    for value in values {
      var rest = value
      (best.0, rest) = (max(best.0, rest), min(best.0, rest))
      (best.1, rest) = (max(best.1, rest), min(best.1, rest))
      (best.2, rest) = (max(best.2, rest), min(best.2, rest))
      best.3 = max(best.3, rest)
    }
    return best.3
  }

  /// The `rank`-th largest, from 1.
  static func largest(_ rank: Int, of values: [Int64]) -> Int64 {
    // The largest so far, in descending order. Ranks are small and the largest mostly come last, so that from there most
    // values are compared once.
    var best = Array(repeating: Int64.min, count: rank)
    for value in values.reversed() where value > best[rank - 1] {
      var place = rank - 1
      while place > 0, best[place - 1] < value {
        best[place] = best[place - 1]
        place -= 1
      }
      best[place] = value
    }
    return best[rank - 1]
  }

  /// The median of the first rows that have a value: about where a stream begins, whatever its very first row holds.
  package static func typical(_ values: UnsafePointer<Int64>, count: Int) -> Int64? {
    let known = (0..<min(count, blockRows)).map { values[$0] }.filter { !$0.isUnknown }.sorted()
    return known.isEmpty ? nil : known[known.count / 2]
  }

  /// Counts a counter of `bits` bits on beyond its range: the value nearest to `reference` that ends in the same bits.
  @inline(__always)
  package static func unwrap(_ value: Int64, near reference: Int64, bits: Int64) -> Int64 {
    let shift = 64 - bits
    let difference = ((value &- reference) << shift) >> shift
    return reference &+ difference
  }
}

/// The extremes of a chunk's blocks of rows, gathered row by row.
package struct BlockExtremes {
  package private(set) var maxima: [Int64] = []
  private(set) var minima: [Int64] = []

  package init(maxima: [Int64] = [], minima: [Int64] = []) {
    self.maxima = maxima
    self.minima = minima
  }
  private var rows = 0

  package mutating func removeAll() {
    maxima.removeAll(keepingCapacity: true)
    minima.removeAll(keepingCapacity: true)
    rows = 0
  }

  package mutating func add(_ keys: UnsafePointer<Int64>, count: Int) {
    var i = 0
    while i < count {
      let n = min(Clock.blockRows - rows, count - i)
      // Unknown keys are no extremes.
      let extent = scan_extent_of(keys + i, n)
      let (low, high) = (extent.lowest, extent.highest)
      if high != .min {
        if rows == 0 {
          maxima.append(high)
          minima.append(low)
        } else {
          maxima[maxima.count - 1] = max(maxima[maxima.count - 1], high)
          minima[minima.count - 1] = min(minima[minima.count - 1], low)
        }
        rows = (rows + n) % Clock.blockRows
      }
      i += n
    }
  }
}
