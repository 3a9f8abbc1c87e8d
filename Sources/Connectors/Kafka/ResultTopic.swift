import Kafka
import Results

/// Reads the results of a topic that count, without a group: any number of readers see all of them.
package final class ResultTopic {
  private let target: KafkaTarget
  private let watch: BrokerWatch
  private let stop: StopCheck
  /// How many of the messages that are already there to read, for each partition.
  private let depth: Int64
  private var filter = LogFilter()

  /// Extra messages to read, so that a snapshot says which of the wanted ones count.
  private static let margin: Int64 = 512

  /// A message that was there when reading began.
  private struct Old {
    let partition: Int32
    let offset: Int64
    let time: Int64
    let bytes: [UInt8]
    let message: LogMessage?
  }

  /// `depth`: how many of the messages that are already there to read, for each partition.
  package init(_ target: KafkaTarget, depth: Int, watch: BrokerWatch, stop: @escaping StopCheck) {
    self.target = target
    self.watch = watch
    self.stop = stop
    self.depth = Int64(depth)
  }

  /// How many results were void.
  package var voidCount: Int { filter.voidCount }

  /// Reads until `stop` says yes, or, without `follows`, to the end. `take` gets each result that counts, and each
  /// message that is not from hitmon. Messages that were already there come first, in the order of the log; then
  /// `isAtEnd` is called. `idle` is called a few times a second, with whether the brokers are away.
  ///
  /// - Throws: a sentence for the user, if a retry does not help.
  package func read(
    follows: Bool = true, _ take: (UnsafeRawBufferPointer) -> Void, isAtEnd: () -> Void = {},
    idle: (_ areAway: Bool) -> Void = { _ in }
  ) throws {
    let consumer = try target.resultConsumer(patience: 100, watch: watch)
    defer { consumer.close(milliseconds: 500) }
    guard let positions = try starts(consumer, follows, idle) else { return }
    filter = LogFilter(isCut: positions.first { $0.partition == LogReader.partition }?.offset != 0)
    do { try consumer.assign(positions) } catch { try watch.pass(error) }
    var backlog: [Old] = []
    // Partitions whose old messages are not all read yet.
    var open = Set(positions.map(\.partition))
    var isHanded = false
    while !stop() {
      try watch.check()
      idle(watch.areAway)
      _ = consumer.drain(within: 100, limit: 1000) { message in
        if message.isError {
          if message.error?.isEndOfPartition == true { open.remove(message.partition) }
        } else if let value = message.value {
          let found = LogMessage(reading: value)
          if isHanded {
            if counts(found) { take(value) }
          } else {
            backlog.append(
              Old(
                partition: message.partition, offset: message.offset, time: message.milliseconds ?? 0,
                bytes: Array(value), message: found))
          }
        }
        return true
      }
      guard open.isEmpty, !isHanded else { continue }
      hand(backlog, take)
      backlog = []
      isHanded = true
      isAtEnd()
      if !follows { return }
    }
  }

  /// Hands over the messages that were already there: first those that older versions wrote to partitions that are not
  /// the log, by time, then the log.
  private func hand(_ backlog: [Old], _ take: (UnsafeRawBufferPointer) -> Void) {
    let log = backlog.filter { $0.partition == LogReader.partition }
    let others = backlog.filter { $0.partition != LogReader.partition }
    for old in LogReader.older(others, than: log, time: \.time, message: \.message) where counts(old.message) {
      old.bytes.withUnsafeBytes(take)
    }
    var beginnings = LogFilter.beginnings(in: log.compactMap { old in old.message.map { (old.offset, $0) } })
    for old in log {
      if let pipeline = old.message?.pipeline, let beginning = beginnings[pipeline], old.offset >= beginning.offset {
        filter.begin(from: beginning.inputs, of: pipeline)
        beginnings[pipeline] = nil
      }
      if counts(old.message) { old.bytes.withUnsafeBytes(take) }
    }
  }

  /// Whether readers get a message. Messages that are not from hitmon pass, so that somebody reports them.
  private func counts(_ message: LogMessage?) -> Bool {
    guard let message else { return true }
    return filter.admits(message)
  }

  /// Where to begin in each partition; nil if the user wants to stop first. Waits for a missing topic, or throws
  /// without `waits`.
  private func starts(
    _ consumer: KafkaConsumer, _ waits: Bool, _ idle: (Bool) -> Void
  ) throws -> [KafkaPosition]? {
    var isToldMissing = false
    func isOver() -> Bool {
      if stop() { return true }
      idle(watch.areAway)
      return false
    }
    while true {
      let answer = try watch.ask(until: isOver) { () throws -> [KafkaPosition]? in
        try watch.check()
        guard let count = try consumer.partitionCount(of: target.topic, milliseconds: 1_000) else { return nil }
        return try (0..<Int32(count)).map { partition in
          let range = try consumer.queryWatermarks(of: target.topic, partition, milliseconds: 1_000)
          return KafkaPosition(
            topic: target.topic, partition: partition, offset: Self.start(range, depth))
        }
      }
      guard let answer else { return nil }
      watch.isBack()
      if let positions = answer { return positions }
      if !waits { throw ConnectorError("there is no topic \(target.topic) on \(target.brokers)") }
      if !isToldMissing { watch.isMissing() }
      isToldMissing = true
      pauseThread(milliseconds: 500)
    }
  }

  private static func start(_ range: Range<Int64>, _ depth: Int64) -> Int64 {
    let count = range.upperBound - range.lowerBound
    return depth >= count - margin ? range.lowerBound : range.upperBound - depth - margin
  }
}
