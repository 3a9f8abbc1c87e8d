/// Which message of a topic each byte of a chunk came in: rows of a topic have the offsets of their messages.
///
/// It is filled by the source that reads the messages, and stays as it is while the chunk is processed.
public final class MessageMap: @unchecked Sendable {
  /// Where each message begins, in bytes from the start of the chunk; ascending.
  public private(set) var starts: [Int] = []
  /// The offset of each message in its partition; ascending.
  public private(set) var offsets: [Int64] = []

  public init() {}

  public var isEmpty: Bool { starts.isEmpty }

  public func removeAll() {
    starts.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
  }

  /// Notes that the message at `offset` begins at the byte `start`.
  public func append(start: Int, offset: Int64) {
    starts.append(start)
    offsets.append(offset)
  }

  /// Where the first message begins that does not begin before `position`; far behind all of them where there is none.
  func start(atOrBehind position: Int) -> Int {
    var low = 0, high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < starts.count ? starts[low] : .max / 2
  }

  /// The offset of the message that holds the byte at `position`.
  func offset(at position: Int) -> Int64 {
    var low = 0, high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position { low = middle } else { high = middle }
    }
    return offsets.isEmpty ? 0 : offsets[low]
  }
}
