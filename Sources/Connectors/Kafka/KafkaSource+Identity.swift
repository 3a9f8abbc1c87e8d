import ChainExecution
import Kafka
import Support

extension KafkaSource {
  /// How often to check whether the topic has changed, in nanoseconds.
  private static let changeInterval: Int64 = 10_000_000_000

  /// How long brokers may know fewer messages than were read, in nanoseconds: a new leader may, for a moment.
  private static let patience: Int64 = 5_000_000_000

  /// Throws a sentence if the topic was made again: a message that was read before is another one now. Messages that
  /// retention has deleted say nothing. `read`: how far each partition was read.
  func check(_ marks: [Int: MessageMark], read: [Int: Int64]) throws {
    var (left, ends): ([Int: MessageMark], [Int: Int64]) = (marks, [:])
    for (number, read) in read {
      let there = try ask { try consumer.queryWatermarks(of: options.target.topic, Int32(number), milliseconds: $0) }
      guard let there else { return }
      if let mark = marks[number], mark.offset < there.lowerBound { left[number] = nil }
      // The broker that is asked may not know its newest messages: only a fetch decides.
      if there.upperBound < read { ends[number] = there.upperBound }
    }
    guard !left.isEmpty || !ends.isEmpty else { return }
    let reader: KafkaConsumer
    do {
      reader = try KafkaConsumer(options.target.settings(defaults: Self.defaults)) { [watch] in watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(options.target.topic): \(error.message)")
    }
    defer { reader.close(milliseconds: 1_000) }
    try checkEnds(ends, read: read, reader)
    try checkMarks(left, read: read, reader)
  }

  /// Throws if a fetch behind the last message read stays beyond the end of its partition.
  private func checkEnds(_ ends: [Int: Int64], read: [Int: Int64], _ reader: KafkaConsumer) throws {
    var left = ends
    let deadline = monotonicNanoseconds() + Self.patience
    while !left.isEmpty, !context.stop() {
      let positions = left.keys.map { position(of: $0, read[$0] ?? 0) }
      guard try watch.ask(until: context.stop, { try reader.assign(positions) }) != nil else { return }
      var beyond: Int?
      var heard: Set<Int> = []
      while beyond == nil, heard.count < left.count, !context.stop() {
        try watch.check()
        _ = reader.drain(within: 100, limit: 100) { message in
          heard.insert(Int(message.partition))
          if message.error?.isOffsetOutOfRange == true { beyond = Int(message.partition) }
          return beyond == nil && heard.count < left.count
        }
      }
      guard let beyond else { return }
      for number in heard where number != beyond { left[number] = nil }
      if monotonicNanoseconds() > deadline {
        throw madeAgain(beyond, "ends at \(ends[beyond] ?? 0)", readTo: read[beyond] ?? 0)
      }
      pauseThread(milliseconds: 100)
    }
  }

  private func checkMarks(_ marks: [Int: MessageMark], read: [Int: Int64], _ reader: KafkaConsumer) throws {
    var left = marks
    let positions = marks.map { position(of: $0.key, $0.value.offset) }
    guard try watch.ask(until: context.stop, { try reader.assign(positions) }) != nil else { return }
    var changed: Int?
    while !left.isEmpty, changed == nil, !context.stop() {
      try watch.check()
      _ = reader.drain(within: 100, limit: 100) { message in
        let number = Int(message.partition)
        // An error may come in its place: the end, or a missing offset. Then the mark says nothing.
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

  private func position(of number: Int, _ offset: Int64) -> KafkaPosition {
    KafkaPosition(topic: options.target.topic, partition: Int32(number), offset: offset)
  }

  /// The error for a topic that was made again.
  func madeAgain(_ partition: Int, _ what: String, readTo offset: Int64) -> ConnectorError {
    ConnectorError(
      "topic \(options.target.topic) partition \(partition) \(what), and results cover it up to \(offset): it must have been made again. Publish to another results topic, or read with `start: earliest`"
    )
  }

  /// Checks the topic from time to time. Continues with partitions that were added, waits for a missing topic, and
  /// throws a sentence if the topic was made again.
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

  /// Lets the next ``confirmTopic()`` check at once.
  func confirmTopicSoon() { lastConfirmed = monotonicNanoseconds() - Self.changeInterval }
}
