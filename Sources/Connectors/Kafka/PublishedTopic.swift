import Kafka
import Results

/// Reads from a topic of results what a pipeline has published last.
struct PublishedTopic {
  let target: KafkaTarget
  let pipeline: String
  var input = PublishedRecord.Input.any
  let watch: BrokerWatch
  let stop: StopCheck

  /// How many messages to look at, from the end; more if they do not tell enough.
  private static let depths: [Int64] = [16, 256, 4096, .max]

  /// The newest position of each partition of the input; nil where the user wants to stop first.
  func read() throws -> PublishedRecord? {
    let consumer: KafkaConsumer
    do {
      consumer = try KafkaConsumer(
        target.settings(defaults: [
          "enable.partition.eof": "true", "auto.offset.reset": "earliest", "queued.max.messages.kbytes": "16384",
          "fetch.wait.max.ms": "20", "fetch.queue.backoff.ms": "20", "allow.auto.create.topics": "false",
        ])
      ) { [watch] in watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(target.topic): \(error.message)")
    }
    defer { consumer.close(milliseconds: 1_000) }
    let answer = try watch.ask(until: stop) {
      try consumer.partitionCount(of: target.topic, milliseconds: 1_000)
    }
    guard let answer else { return nil }
    // A topic that is not there holds nothing.
    guard let count = answer else { return PublishedRecord(of: input) }
    var ends: [Range<Int64>] = []
    for partition in 0..<Int32(count) {
      let end = try watch.ask(until: stop) {
        try consumer.queryWatermarks(of: target.topic, partition, milliseconds: 1_000)
      }
      guard let end else { return nil }
      ends.append(end)
    }
    for depth in Self.depths {
      let starts = ends.map { end in
        depth > end.upperBound - end.lowerBound ? end.lowerBound : end.upperBound - depth
      }
      guard let record = try read(consumer, from: starts) else { return nil }
      if record.isComplete || starts == ends.map(\.lowerBound) { return record }
    }
    return PublishedRecord(of: input)
  }

  /// Reads all partitions from these offsets to their ends.
  private func read(_ consumer: KafkaConsumer, from starts: [Int64]) throws -> PublishedRecord? {
    let positions = starts.enumerated().map {
      KafkaPosition(topic: target.topic, partition: Int32($0.offset), offset: $0.element)
    }
    guard try watch.ask(until: stop, { try consumer.assign(positions) }) != nil else { return nil }
    var heads: [(time: Int64, head: ResultHead)] = []
    var open = Set(0..<Int32(starts.count))
    while !open.isEmpty {
      if stop() { return nil }
      try watch.check()
      _ = consumer.drain(within: 100, limit: 1000) { message in
        if message.isError {
          if message.error?.isEndOfPartition == true { open.remove(message.partition) }
        } else if let value = message.value, let key = message.key, key.elementsEqual(pipeline.utf8),
          let head = try? ResultHead(reading: value), head.pipeline == pipeline
        {
          heads.append((message.milliseconds ?? 0, head))
        }
        return !open.isEmpty
      }
    }
    var record = PublishedRecord(of: input)
    // One partition is in order; of several the times decide, which is as good as their order where the key has moved.
    let inOrder = heads.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
    for (_, element) in inOrder { record.take(element.head) }
    return record
  }
}
