import ChainExecution
import Kafka
import Support

extension KafkaSource {
  /// How long a topic that changes may go unnoticed, in nanoseconds.
  private static let changeInterval: Int64 = 10_000_000_000

  /// How long brokers may know less than was read from them, in nanoseconds: a new leader may for a moment.
  private static let patience: Int64 = 5_000_000_000

  /// Throws a sentence where messages that were read before are others now: the topic was deleted and made again. Messages
  /// that retention has taken say nothing. `read`: how far each partition was read.
  func check(_ marks: [Int: MessageMark], read: [Int: Int64]) throws {
    var left = marks
    for (number, read) in read {
      guard let there = try range(of: number, readTo: read) else { return }
      if let mark = marks[number], mark.offset < there.lowerBound { left[number] = nil }
    }
    guard !left.isEmpty else { return }
    let reader: KafkaConsumer
    do {
      reader = try KafkaConsumer(options.target.settings(defaults: Self.defaults)) { [watch] in watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(options.target.topic): \(error.message)")
    }
    defer { reader.close(milliseconds: 1_000) }
    let positions = left.map { number, mark in
      KafkaPosition(topic: options.target.topic, partition: Int32(number), offset: mark.offset)
    }
    guard try watch.ask(until: context.stop, { try reader.assign(positions) }) != nil else { return }
    var changed: Int?
    while !left.isEmpty, changed == nil, !context.stop() {
      try watch.check()
      _ = reader.drain(within: 100, limit: 100) { message in
        let number = Int(message.partition)
        // An error in its place: the end, or an offset that is gone. Then nothing can be said.
        if let mark = left.removeValue(forKey: number), !message.isError, message.offset == mark.offset,
          MessageMark(offset: mark.offset, written: message.milliseconds, value: message.value) != mark
        {
          changed = number
        }
        return changed == nil && !left.isEmpty
      }
    }
    if let changed, let mark = marks[changed] {
      throw madeAgain(
        changed, "has another message at offset \(mark.offset)", readTo: read[changed] ?? mark.offset)
    }
  }

  /// The offsets of a partition that are there; nil when the user wants to stop before brokers answer.
  private func range(of number: Int, readTo read: Int64) throws -> Range<Int64>? {
    let deadline = monotonicNanoseconds() + Self.patience
    while true {
      let there = try ask { try consumer.queryWatermarks(of: options.target.topic, Int32(number), milliseconds: $0) }
      guard let there, there.upperBound < read else { return there }
      if monotonicNanoseconds() > deadline { throw madeAgain(number, "ends at \(there.upperBound)", readTo: read) }
      pauseThread(milliseconds: 100)
    }
  }

  /// The error for a topic that is another than the one that was read.
  func madeAgain(_ partition: Int, _ what: String, readTo offset: Int64) -> ConnectorError {
    ConnectorError(
      "topic \(options.target.topic) partition \(partition) \(what), and results cover it up to \(offset): it must have been made again. Publish to another results topic, or read with `start: earliest`"
    )
  }

  /// Looks now and then whether the topic is still the same: goes on with partitions that were added, waits for a topic that
  /// is missing, and throws a sentence where it was made again.
  func confirmTopic() throws {
    let now = monotonicNanoseconds()
    guard now - lastConfirmed >= Self.changeInterval, !watch.areAway else { return }
    lastConfirmed = now
    let answer: Int?
    do {
      answer = try consumer.partitionCount(of: options.target.topic, milliseconds: 500)
    } catch {
      return
    }
    guard let count = answer else {
      if !isMissing { watch.isMissing() }
      isMissing = true
      return
    }
    if isMissing { try check(marks, read: collector.partitions.mapValues(\.next)) }
    isMissing = false
    if count < partitionCount {
      throw ConnectorError(
        "topic \(options.target.topic) has \(count) partitions now, and had \(partitionCount): it must have been made again. Publish to another results topic, or read with `start: earliest`"
      )
    }
    guard count > partitionCount else { return }
    context.tell(
      "topic \(options.target.topic) has \(count) partitions now: those that were added are read from their first message"
    )
    try grow(to: count)
  }

  /// Looks at the topic with the next message or the next silence.
  func confirmTopicSoon() { lastConfirmed = monotonicNanoseconds() - Self.changeInterval }
}
