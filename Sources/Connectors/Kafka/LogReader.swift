import Kafka
import Results

/// Reads a pipeline's log of results, partition 0 of its topic: to its end, and on as it grows.
final class LogReader {
  /// A fold of all messages below an offset.
  struct Beginning {
    var fold: ResultFold
    /// The offset behind the last folded message.
    var next: Int64
    /// How many messages of the pipeline were folded that no snapshot covers.
    var sinceSnapshot: Int
  }

  /// A message of the pipeline, or the end of the log. The bytes of the message are valid only during the call.
  enum Event {
    case message(LogMessage, UnsafeRawBufferPointer, offset: Int64)
    case end(offset: Int64)
    /// Retention has deleted messages below an offset before they were read.
    case gone(before: Int64)
  }

  private typealias Read = (offset: Int64, time: Int64, message: LogMessage)

  /// The partition that is the log. Older versions may have written to others of the topic.
  static let partition: Int32 = 0
  /// How many messages to read first, from the end. It reads more if there is no snapshot among them.
  private static let depth: Int64 = 512

  private let target: KafkaTarget
  private let pipeline: String
  private let watch: BrokerWatch
  private let stop: StopCheck
  /// How long brokers may hold an answer back while there is nothing new, in milliseconds.
  private let patience: Int
  private var consumer: KafkaConsumer?
  /// The next offset where the log is read as it grows.
  private var next: Int64 = 0

  /// - Parameter isFollowing: whether to read the log as it grows, rather than to its end.
  init(
    _ target: KafkaTarget, pipeline: String, watch: BrokerWatch, isFollowing: Bool = false, stop: @escaping StopCheck
  ) {
    patience = isFollowing ? 200 : 20
    self.target = target
    self.pipeline = pipeline
    self.watch = watch
    self.stop = stop
  }

  deinit { close() }

  func close() {
    consumer?.close(milliseconds: 1_000)
    consumer = nil
  }

  private func open() throws -> KafkaConsumer {
    if let consumer { return consumer }
    let consumer = try target.resultConsumer(patience: patience, watch: watch)
    self.consumer = consumer
    return consumer
  }

  // MARK: From the newest snapshot to the end

  /// Folds the log up to an offset, or to its end; nil if the user wants to stop first.
  func fold(upTo end: Int64? = nil) throws -> Beginning? {
    let consumer = try open()
    let count = try watch.ask(until: stop) { try consumer.partitionCount(of: target.topic, milliseconds: 1_000) }
    guard let count else { return nil }
    // A missing topic has no messages.
    guard let count else { return Beginning(fold: ResultFold(pipeline: pipeline), next: 0, sinceSnapshot: 0) }
    guard let there = try range(of: Self.partition) else { return nil }
    var depth = Self.depth
    while true {
      let start = max(there.lowerBound, min(end ?? there.upperBound, there.upperBound) - depth)
      guard let (messages, next) = try messages(of: Self.partition, from: start, to: end) else { return nil }
      if let beginning = Self.beginning(messages, from: start, next: next, pipeline: pipeline) { return beginning }
      if start == there.lowerBound {
        return try wholeLog(messages, next: next, isCut: there.lowerBound > 0, partitions: count)
      }
      (depth, _) = depth.multipliedReportingOverflow(by: 4)
    }
  }

  /// Folds from the newest snapshot with all messages after it at hand; nil if there is none.
  private static func beginning(
    _ messages: [Read], from start: Int64, next: Int64, pipeline: String
  ) -> Beginning? {
    for (offset, _, message) in messages.reversed() {
      guard case .claim(let claim) = message, case .snapshot(let upto, let inputs, let lastOrder) = claim.kind,
        upto >= start,
        upto <= offset
      else { continue }
      var beginning = Beginning(
        fold: ResultFold(pipeline: pipeline, from: inputs, lastOrder: lastOrder), next: next, sinceSnapshot: 0)
      for (other, _, message) in messages where other >= upto {
        if beginning.fold.take(message) != .passedOver { beginning.sinceSnapshot += 1 }
      }
      return beginning
    }
    return nil
  }

  /// Folds a log without a snapshot.
  private func wholeLog(
    _ messages: [Read], next: Int64, isCut: Bool, partitions: Int
  ) throws -> Beginning? {
    var old: [Read] = []
    for partition in 0..<Int32(partitions) where partition != Self.partition {
      guard let (more, _) = try self.messages(of: partition, from: KafkaOffset.beginning) else { return nil }
      old += more
    }
    var fold = ResultFold(pipeline: pipeline, isCut: isCut)
    for read in Self.older(old, than: messages, time: \.time, message: \.message) { _ = fold.take(read.message) }
    for (_, _, message) in messages { _ = fold.take(message) }
    return Beginning(fold: fold, next: next, sinceSnapshot: old.count + messages.count)
  }

  /// The messages of other partitions that come before those of the log, by time. Older versions let the key choose the
  /// partition: all messages of a pipeline are in one, unless partitions were added. Results that they publish beside a
  /// claim on the log are void, so they are left out.
  static func older<Element>(
    _ others: [Element], than log: [Element], time: (Element) -> Int64, message: (Element) -> LogMessage?
  ) -> [Element] {
    var claimed: [String: Int64] = [:]
    for element in log {
      guard case .claim(let claim)? = message(element), claimed[claim.pipeline] == nil else { continue }
      claimed[claim.pipeline] = time(element)
    }
    let left = others.filter { other in
      message(other).map { time(other) < claimed[$0.pipeline] ?? .max } ?? true
    }
    return left.enumerated().sorted { (time($0.element), $0.offset) < (time($1.element), $1.offset) }.map(\.element)
  }

  /// The offsets that a partition has; nil if the user wants to stop first.
  func range(of partition: Int32) throws -> Range<Int64>? {
    let consumer = try open()
    return try watch.ask(until: stop) {
      try consumer.queryWatermarks(of: target.topic, partition, milliseconds: 1_000)
    }
  }

  /// The pipeline's messages of a partition from an offset to another, or to its end, and the offset of that end.
  private func messages(
    of partition: Int32, from offset: Int64, to end: Int64? = nil
  ) throws -> (messages: [Read], next: Int64)? {
    if let end, end <= offset { return ([], end) }
    let consumer = try open()
    let position = KafkaPosition(topic: target.topic, partition: partition, offset: offset)
    guard try watch.ask(until: stop, { try consumer.assign([position]) }) != nil else { return nil }
    var messages: [Read] = []
    var next: Int64?
    while next == nil {
      if stop() { return nil }
      try watch.check()
      _ = consumer.drain(within: 100, limit: 1000) { message in
        if message.isError {
          if message.error?.isEndOfPartition == true { next = message.offset }
        } else if let end, message.offset >= end {
          next = end
        } else if let found = read(message) {
          messages.append((message.offset, message.milliseconds ?? 0, found))
        }
        return next == nil
      }
    }
    return (messages, next ?? 0)
  }

  private func read(_ message: borrowing KafkaMessage) -> LogMessage? {
    // The value alone decides: readers without keys must come to the same result.
    guard let value = message.value, let found = LogMessage(reading: value), found.pipeline == pipeline else {
      return nil
    }
    return found
  }

  // MARK: On from there

  /// Continues from an offset. The next end of the log that it reports is from after the call.
  func follow(from offset: Int64) throws {
    let consumer = try open()
    next = offset
    let position = KafkaPosition(topic: target.topic, partition: Self.partition, offset: offset)
    _ = try watch.ask(until: stop) { try consumer.assign([position]) }
  }

  /// Hands over the messages that come within a time. Skips those of other pipelines.
  func drain(milliseconds: Int, _ take: (Event) -> Void) throws {
    try watch.check()
    _ = consumer?.drain(within: milliseconds, limit: 1000) { message in
      let isEnd = message.error?.isEndOfPartition == true
      guard isEnd || !message.isError else { return true }
      // Aborted transactions and markers also leave offsets without a message.
      if message.offset > next, let start = try? range(of: Self.partition)?.lowerBound, start > next {
        take(.gone(before: start))
      }
      if isEnd {
        take(.end(offset: message.offset))
      } else if let value = message.value, let found = read(message) {
        take(.message(found, value, offset: message.offset))
      }
      next = max(next, isEnd ? message.offset : message.offset + 1)
      return true
    }
  }

  /// Thrown if the user wants to stop before brokers answer.
  struct Interrupted: Error {}

  /// The bytes of one message; nil if it is missing.
  func bytes(at offset: Int64) throws -> [UInt8]? {
    try follow(from: offset)
    var found: [UInt8]?
    var isOver = false
    while !isOver {
      if stop() { throw Interrupted() }
      try watch.check()
      _ = consumer?.drain(within: 100, limit: 1) { message in
        // Other errors pass, and the message comes after them.
        isOver = !message.isError || message.error?.isEndOfPartition == true
        if !message.isError, message.offset == offset { found = message.value.map { Array($0) } }
        return false
      }
    }
    return found
  }
}
