import Columns

/// Membership in a list of integers that lie close together: one bit each.
struct IntegerAmong<T: IntegerLane>: UnaryKernel {
  let lower: T
  let bits: BitTable

  @inline(__always) func apply(_ a: T) -> UInt8 {
    let offset = T.Magnitude(truncatingIfNeeded: a &- lower)
    // No branch: hits in and out of the list come in no order that could be foreseen.
    let isInside = offset < T.Magnitude(truncatingIfNeeded: bits.count)
    return bits.bit(isInside ? Int(truncatingIfNeeded: offset) : 0) & (isInside ? 1 : 0)
  }
}

/// Membership in a list of integers that lie far apart: a binary search.
struct IntegerSearch<T: IntegerLane>: UnaryKernel {
  let members: MemberTable<T>
  @inline(__always) func apply(_ a: T) -> UInt8 { members.contains(a) ? 1 : 0 }
}

/// Membership in a list of values that the column cannot hold.
struct IntegerNone<T: IntegerLane>: UnaryKernel {
  @inline(__always) func apply(_ a: T) -> UInt8 { 0 }
}

/// A table of bits outside of any array, so that loops read it without checks.
final class BitTable: Sendable {
  /// The widest span of values for which a table is made: 8 KiB of bits.
  static let widest = 65_536

  let count: Int
  nonisolated(unsafe) private let words: UnsafeMutablePointer<UInt64>

  init(count: Int, setting indexes: [Int]) {
    self.count = count
    words = .allocate(capacity: count / 64 + 1)
    words.initialize(repeating: 0, count: count / 64 + 1)
    for index in indexes { words[index >> 6] |= 1 << UInt64(index & 63) }
  }

  deinit { words.deallocate() }

  @inline(__always) func bit(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: words[index >> 6] &>> UInt64(index & 63)) & 1
  }
}

/// Sorted values outside of any array, so that loops read them without checks.
final class MemberTable<T: IntegerLane>: Sendable {
  private let count: Int
  nonisolated(unsafe) private let values: UnsafeMutablePointer<T>

  init(_ sorted: [T]) {
    count = sorted.count
    values = .allocate(capacity: sorted.count)
    values.initialize(from: sorted, count: sorted.count)
  }

  deinit { values.deallocate() }

  @inline(__always) func contains(_ value: T) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low &+ high) >> 1
      if values[middle] < value { low = middle &+ 1 } else { high = middle }
    }
    return low < count && values[low] == value
  }
}
