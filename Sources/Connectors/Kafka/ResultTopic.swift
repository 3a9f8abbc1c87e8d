import Kafka

/// Reads result messages from a topic as they come, without a group: any number of readers see all of them.
package final class ResultTopic {
  private let target: KafkaTarget
  private let watch: BrokerWatch
  private let stop: StopCheck
  /// How many messages of each partition are read that were there before.
  private let depth: Int64

  /// `depth`: how many messages of each partition are read that were there before.
  package init(_ target: KafkaTarget, depth: Int, watch: BrokerWatch, stop: @escaping StopCheck) {
    self.target = target
    self.watch = watch
    self.stop = stop
    self.depth = Int64(depth)
  }

  /// Reads until `stop` says yes. `take` gets each message, those that were there before in the order of their times;
  /// `idle` is called some times a second, with whether the brokers answer.
  ///
  /// - Throws: a sentence for the user, where trying again does not help.
  package func read(_ take: (UnsafeRawBufferPointer) -> Void, idle: (_ areAway: Bool) -> Void) throws {
    let consumer: KafkaConsumer
    do {
      consumer = try KafkaConsumer(
        target.settings(defaults: [
          "enable.partition.eof": "true", "auto.offset.reset": "earliest", "queued.max.messages.kbytes": "16384",
          "fetch.wait.max.ms": "100", "allow.auto.create.topics": "false", "fetch.message.max.bytes": "20971520",
        ])
      ) { [watch] in watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(target.topic): \(error.message)")
    }
    defer { consumer.close(milliseconds: 500) }
    guard let positions = try starts(consumer, idle) else { return }
    do { try consumer.assign(positions) } catch { try watch.pass(error) }
    var backlog: [(time: Int64, message: [UInt8])] = []
    // Partitions of which everything that was there before has been read.
    var open = Set(positions.map(\.partition))
    while !stop() {
      try watch.check()
      idle(watch.areAway)
      _ = consumer.drain(within: 100, limit: 1000) { message in
        if message.isError {
          if message.error?.isEndOfPartition == true { open.remove(message.partition) }
        } else if let value = message.value {
          if open.isEmpty { take(value) } else { backlog.append((message.milliseconds ?? 0, Array(value))) }
        }
        return true
      }
      guard open.isEmpty, !backlog.isEmpty else { continue }
      // A partition is in order; where there are several the times decide.
      for (_, old) in backlog.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }) {
        old.message.withUnsafeBytes(take)
      }
      backlog = []
    }
  }

  /// Where to begin in each partition; waits until the topic is there. Nil where the user wants to stop first.
  private func starts(_ consumer: KafkaConsumer, _ idle: (Bool) -> Void) throws -> [KafkaPosition]? {
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
            topic: target.topic, partition: partition, offset: max(range.lowerBound, range.upperBound - depth))
        }
      }
      guard let answer else { return nil }
      watch.isBack()
      if let positions = answer { return positions }
      if !isToldMissing { watch.isMissing() }
      isToldMissing = true
      pauseThread(milliseconds: 500)
    }
  }
}
