/// Values or bits outside of any array, where a loop in C looks them up.
final class LookupTable: Sendable {
  /// The widest span of values for which there is a bit each: 8 KiB of bits.
  static let widest = 65_536

  /// Differs where the table does.
  let key: String
  let count: Int
  nonisolated(unsafe) private let room: UnsafeMutableRawPointer

  var values: UnsafeRawPointer { UnsafeRawPointer(room) }

  /// One bit for each of `count` values.
  init(bits count: Int, setting indexes: [Int]) {
    key = "\(count) bits \(indexes.map(String.init).joined(separator: " "))"
    self.count = count
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count / 64 + 1)
    words.initialize(repeating: 0, count: count / 64 + 1)
    for index in indexes { words[index >> 6] |= 1 << UInt64(index & 63) }
    room = UnsafeMutableRawPointer(words)
  }

  /// Integers of a lane, ascending.
  init<T: FixedWidthInteger>(_ sorted: [T]) {
    key = "\(T.bitWidth) \(sorted)"
    count = sorted.count
    let values = UnsafeMutablePointer<T>.allocate(capacity: sorted.count)
    values.initialize(from: sorted, count: sorted.count)
    room = UnsafeMutableRawPointer(values)
  }

  deinit { room.deallocate() }
}
