/// Gathers rows into messages, a message at a time for each partition: all rows of a key share a partition, and their
/// order there is the order of the input. Full messages are handed on several at a time.
///
/// Once for each of millions of rows a second: plain memory, no arrays.
final class MessageGatherer {
  /// A message in its partition's memory.
  private struct Message {
    var keyStart = 0
    /// -1 where it has no key.
    var keyCount = -1
    var valueStart = 0
    var valueCount = 0
    var rows = 0
  }

  private struct Partition {
    var base: UnsafeMutableRawPointer
    var capacity: Int
    var used = 0
    /// Full messages, and behind them the open one.
    let messages: UnsafeMutablePointer<Message>
    var full = 0
    var isOpen = false
    /// When the open message's first row came.
    var begin: Int64 = 0
  }

  /// How long a message waits for further rows, in nanoseconds.
  static let patience: Int64 = 50_000_000
  /// Messages that are handed on at a time, and the bytes after which they are handed on sooner.
  private static let batch = 256
  private static let batchBytes = 1 << 18

  /// Takes messages of a partition, all of them, in order.
  typealias Publish = (_ messages: UnsafeBufferPointer<RowMessage>, _ partition: Int) throws -> Void

  private let rowsPerMessage: Int
  private let bytesPerMessage: Int
  private let isText: Bool
  private let count: Int
  private let partitions: UnsafeMutablePointer<Partition>
  private let handed: UnsafeMutablePointer<RowMessage>
  private let publish: Publish
  private var openCount = 0
  /// No message that is open began before this.
  private var oldest: Int64 = .max

  init(partitions count: Int, rowsPerMessage: Int, bytesPerMessage: Int, isText: Bool, publish: @escaping Publish) {
    self.rowsPerMessage = max(1, rowsPerMessage)
    self.bytesPerMessage = bytesPerMessage
    self.isText = isText
    self.count = max(1, count)
    self.publish = publish
    partitions = .allocate(capacity: self.count)
    handed = .allocate(capacity: Self.batch)
    for index in 0..<self.count {
      let messages = UnsafeMutablePointer<Message>.allocate(capacity: Self.batch + 1)
      messages.initialize(repeating: Message(), count: Self.batch + 1)
      let capacity = 1 << 12
      (partitions + index).initialize(
        to: Partition(base: .allocate(byteCount: capacity, alignment: 16), capacity: capacity, messages: messages))
    }
  }

  deinit {
    for index in 0..<count {
      partitions[index].base.deallocate()
      partitions[index].messages.deallocate()
    }
    partitions.deallocate()
    handed.deallocate()
  }

  /// When ``closeOld(upTo:)`` has something to do; far in the future where no message is open.
  var deadline: Int64 { openCount == 0 ? .max : oldest + Self.patience }

  /// Adds a row to its partition's message; `key` becomes that of the message if it is its first.
  func add(_ row: UnsafeRawBufferPointer, partition number: Int, key: UnsafeRawBufferPointer?, now: Int64) throws {
    let partition = partitions + number
    if partition.pointee.isOpen,
      partition.pointee.messages[partition.pointee.full].valueCount + row.count >= bytesPerMessage
    {
      try close(number)
    }
    reserve(row.count + (key?.count ?? 0) + 1, in: partition)
    let message = partition.pointee.messages + partition.pointee.full
    if !partition.pointee.isOpen {
      message.pointee = Message(keyStart: partition.pointee.used, valueStart: partition.pointee.used)
      if let key {
        append(key, to: partition)
        message.pointee.keyCount = key.count
        message.pointee.valueStart = partition.pointee.used
      }
      partition.pointee.isOpen = true
      partition.pointee.begin = now
      openCount += 1
      oldest = min(oldest, now)
    } else if isText {
      partition.pointee.base.storeBytes(of: 0x0A, toByteOffset: partition.pointee.used, as: UInt8.self)
      partition.pointee.used += 1
    }
    append(row, to: partition)
    message.pointee.valueCount = partition.pointee.used - message.pointee.valueStart
    message.pointee.rows += 1
    if message.pointee.rows == rowsPerMessage { try close(number) }
  }

  /// Closes messages whose first row came at `time` or before, full or not. They go with ``flush()``.
  func closeOld(upTo time: Int64) throws {
    guard openCount > 0, oldest <= time else { return }
    oldest = .max
    for number in 0..<count where partitions[number].isOpen {
      if partitions[number].begin <= time { try close(number) } else { oldest = min(oldest, partitions[number].begin) }
    }
  }

  /// Hands on all full messages.
  func flush() throws {
    for number in 0..<count where partitions[number].full > 0 { try flush(number) }
  }

  private func close(_ number: Int) throws {
    let partition = partitions + number
    partition.pointee.isOpen = false
    partition.pointee.full += 1
    openCount -= 1
    if partition.pointee.full == Self.batch || partition.pointee.used >= Self.batchBytes { try flush(number) }
  }

  /// Hands on a partition's full messages; the open one moves to the front.
  private func flush(_ number: Int) throws {
    let partition = partitions + number
    let full = partition.pointee.full
    for index in 0..<full {
      let message = partition.pointee.messages[index]
      (handed + index).initialize(
        to: RowMessage(
          key: message.keyCount < 0
            ? nil
            : UnsafeRawBufferPointer(start: partition.pointee.base + message.keyStart, count: message.keyCount),
          value: UnsafeRawBufferPointer(start: partition.pointee.base + message.valueStart, count: message.valueCount),
          rows: message.rows))
    }
    // What it throws ends the stream, so the messages need not stay.
    partition.pointee.full = 0
    defer { moveOpen(from: full, in: partition) }
    try publish(UnsafeBufferPointer(start: handed, count: full), number)
  }

  private func moveOpen(from index: Int, in partition: UnsafeMutablePointer<Partition>) {
    guard partition.pointee.isOpen else {
      partition.pointee.used = 0
      return
    }
    var message = partition.pointee.messages[index]
    let start = message.keyStart
    let bytes = partition.pointee.used - start
    partition.pointee.base.copyMemory(from: partition.pointee.base + start, byteCount: bytes)
    message.keyStart = 0
    message.valueStart -= start
    partition.pointee.messages[0] = message
    partition.pointee.used = bytes
  }

  private func append(_ bytes: UnsafeRawBufferPointer, to partition: UnsafeMutablePointer<Partition>) {
    guard let start = bytes.baseAddress else { return }
    (partition.pointee.base + partition.pointee.used).copyMemory(from: start, byteCount: bytes.count)
    partition.pointee.used += bytes.count
  }

  private func reserve(_ bytes: Int, in partition: UnsafeMutablePointer<Partition>) {
    guard partition.pointee.used + bytes > partition.pointee.capacity else { return }
    let capacity = max(2 * partition.pointee.capacity, partition.pointee.used + bytes)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    memory.copyMemory(from: partition.pointee.base, byteCount: partition.pointee.used)
    partition.pointee.base.deallocate()
    partition.pointee.base = memory
    partition.pointee.capacity = capacity
  }
}
