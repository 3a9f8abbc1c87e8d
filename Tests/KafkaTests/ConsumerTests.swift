import Kafka
import Testing

struct ConsumerTests {
  let broker: EmbeddedBroker

  init() throws { broker = try sharedBroker.get() }

  /// Fills partitions of a new topic with "p0", "p1", ...
  private func fill(_ topic: String, _ counts: [Int]) throws {
    try broker.createTopic(topic, partitions: counts.count)
    let producer = try KafkaProducer(broker.settings)
    for (partition, count) in counts.enumerated() {
      for number in 0..<count { try producer.produce(topic, partition: Int32(partition), "p\(number)") }
    }
    #expect(producer.close())
  }

  @Test func readsFromWhereItIsTold() throws {
    try fill("told", [3, 5, 1])
    let consumer = try KafkaConsumer(broker.settings)
    try consumer.assign([
      KafkaPosition(topic: "told", partition: 0, offset: KafkaOffset.beginning),
      KafkaPosition(topic: "told", partition: 1, offset: 3),
    ])
    #expect(try consumer.assignment().count == 2)
    let messages = consumer.read(5).sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    #expect(
      messages.map { "\($0.partition)@\($0.offset) \($0.value!)" } == [
        "0@0 p0", "0@1 p1", "0@2 p2", "1@3 p3", "1@4 p4",
      ])
    #expect(consumer.isQuiet(for: 0))
    #expect(consumer.watermarks(of: "told", 1) == 0..<5)
    #expect(consumer.watermarks(of: "told", 2) == nil)
    #expect(try consumer.queryWatermarks(of: "told", 2) == 0..<1)
    #expect(consumer.close())
    #expect(consumer.isQuiet(for: 0))
  }

  @Test func bodyEndsTheDrain() throws {
    try fill("drained", [10])
    let consumer = try KafkaConsumer(broker.settings)
    try consumer.assign([KafkaPosition(topic: "drained", partition: 0, offset: KafkaOffset.beginning)])
    // All are fetched at once, but only after the first is there.
    var offsets: [Int64] = []
    repeating(
      {
        _ = consumer.drain(within: 50, limit: 1) {
          offsets.append($0.offset); return true
        }
      }, until: { offsets.count == 1 })
    #expect(
      consumer.drain(within: 1000, limit: 5) {
        offsets.append($0.offset); return true
      } > 0)
    let before = offsets.count
    #expect(
      consumer.drain(within: 1000, limit: 5) {
        offsets.append($0.offset); return false
      } == 1)
    #expect(offsets == Array(0..<Int64(before + 1)))
  }

  @Test func theEndOfAPartition() throws {
    try fill("ended", [2])
    var settings = broker.settings
    settings["enable.partition.eof"] = "true"
    let consumer = try KafkaConsumer(settings)
    try consumer.assign([KafkaPosition(topic: "ended", partition: 0, offset: 1)])
    var seen: [String] = []
    repeating(
      {
        guard let message = consumer.poll(messageWithin: 100) else { return }
        if let error = message.error {
          #expect(error.isEndOfPartition)
          seen.append("end \(message.partition)@\(message.offset)")
        } else {
          seen.append("\(message.topic) \(message.offset)")
          #expect(message.milliseconds! > 1_600_000_000_000)
        }
      }, until: { seen.count == 2 })
    #expect(seen == ["ended 1", "end 0@2"])
  }

  @Test func anOffsetThatIsNotThere() throws {
    try fill("ranged", [3])
    var settings = broker.settings
    settings["auto.offset.reset"] = "error"
    let consumer = try KafkaConsumer(settings)
    try consumer.assign([KafkaPosition(topic: "ranged", partition: 0, offset: 100)])
    var found: KafkaError?
    repeating({ found = consumer.poll(messageWithin: 100)?.error }, until: { found != nil })
    #expect(found?.isOffsetOutOfRange == true)
    #expect(found?.isPermanent == false)
  }

  @Test func pausedPartitionsAreQuiet() throws {
    try fill("paused", [2, 2])
    let consumer = try KafkaConsumer(broker.settings)
    let quiet = KafkaPosition(topic: "paused", partition: 0, offset: KafkaOffset.beginning)
    let other = KafkaPosition(topic: "paused", partition: 1, offset: KafkaOffset.beginning)
    try consumer.assign([quiet, other])
    try consumer.pause([quiet])
    #expect(consumer.read(2).map(\.partition) == [1, 1])
    #expect(consumer.isQuiet(for: 300))
    try consumer.resume([quiet])
    #expect(consumer.read(2).map(\.partition) == [0, 0])
  }

  @Test func unassignedPartitionsCannotBePaused() throws {
    let consumer = try KafkaConsumer(broker.settings)
    let error = try #require(throws: KafkaError.self) {
      try consumer.pause([KafkaPosition(topic: "nowhere", partition: 7)])
    }
    #expect(error.isUnknownTopic)
  }
}

extension KafkaConsumer {
  /// Whether no message comes in so many milliseconds.
  fileprivate func isQuiet(for milliseconds: Int) -> Bool {
    switch poll(messageWithin: milliseconds) {
    case .none: true
    case .some: false
    }
  }
}
