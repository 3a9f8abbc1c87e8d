/// Gathers rows into messages, a message at a time for each partition: all rows of a key share a partition, and their
/// order there is the order of the input.
struct MessageGatherer {
  private struct Message {
    var bytes: [UInt8] = []
    /// The key of its first row; nil where that has none.
    var key: [UInt8]?
    var rows = 0
    /// When its first row came.
    var begin: Int64 = 0
  }

  /// How long a message waits for further rows, in nanoseconds.
  static let patience: Int64 = 50_000_000

  private let rowsPerMessage: Int
  private let bytesPerMessage: Int
  private let isText: Bool
  private var open: [Message]
  private var openCount = 0
  /// No message that is open began before this.
  private var oldest: Int64 = .max

  /// Hands a message to the publisher.
  typealias Publish = (
    _ partition: Int, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer, _ rows: Int
  ) throws -> Void

  init(partitions: Int, rowsPerMessage: Int, bytesPerMessage: Int, isText: Bool) {
    self.rowsPerMessage = max(1, rowsPerMessage)
    self.bytesPerMessage = bytesPerMessage
    self.isText = isText
    open = Array(repeating: Message(), count: max(1, partitions))
  }

  /// When ``flush(upTo:_:)`` has something to do; far in the future where nothing waits.
  var deadline: Int64 { openCount == 0 ? .max : oldest + Self.patience }

  /// Adds a row to its partition's message, and publishes that where it is full. `key` is asked for the first row only.
  @inline(__always)
  mutating func add(
    _ row: UnsafeRawBufferPointer, partition: Int, key: @autoclosure () -> [UInt8]?, now: Int64, _ publish: Publish
  ) throws {
    // One row a message needs no copy.
    if rowsPerMessage == 1 {
      try Self.publish(partition, key(), row, 1, publish)
      return
    }
    if open[partition].rows > 0, open[partition].bytes.count + row.count >= bytesPerMessage {
      try close(partition, publish)
    }
    if open[partition].rows == 0 {
      open[partition].key = key()
      open[partition].begin = now
      openCount += 1
      oldest = min(oldest, now)
    } else if isText {
      open[partition].bytes.append(0x0A)
    }
    open[partition].bytes.append(contentsOf: row)
    open[partition].rows += 1
    if open[partition].rows == rowsPerMessage { try close(partition, publish) }
  }

  /// Publishes messages whose first row came at `time` or before, full or not.
  mutating func flush(upTo time: Int64 = .max, _ publish: Publish) throws {
    guard openCount > 0, oldest <= time else { return }
    oldest = .max
    for partition in open.indices where open[partition].rows > 0 {
      if open[partition].begin <= time {
        try close(partition, publish)
      } else {
        oldest = min(oldest, open[partition].begin)
      }
    }
  }

  private mutating func close(_ partition: Int, _ publish: Publish) throws {
    try open[partition].bytes.withUnsafeBytes { bytes in
      try Self.publish(partition, open[partition].key, bytes, open[partition].rows, publish)
    }
    open[partition].bytes.removeAll(keepingCapacity: true)
    open[partition].rows = 0
    openCount -= 1
  }

  private static func publish(
    _ partition: Int, _ key: [UInt8]?, _ value: UnsafeRawBufferPointer, _ rows: Int, _ publish: Publish
  ) throws {
    if let key {
      try key.withUnsafeBytes { try publish(partition, $0, value, rows) }
    } else {
      try publish(partition, nil, value, rows)
    }
  }
}
