import Kafka
import Testing

/// The Kafka library with a broker and a client that others wrote.
@Suite(.enabled(if: Tansu.isThere)) struct ClientTests {
  let broker: Tansu

  init() throws { broker = try Tansu() }

  @Test func readsWhatKcatWrote() throws {
    try broker.createTopic("hits", partitions: 2)
    _ = try Kcat.run(
      "-P", "-b", broker.bootstrap, "-t", "hits", "-p", "1", "-K", "|", input: "7|2,0,5,7,10,3\n8|2,0,69,8,11,0\n")
    let consumer = try KafkaConsumer(broker.settings)
    try consumer.assign([KafkaPosition(topic: "hits", partition: 1, offset: KafkaOffset.beginning)])
    let expected = ["1@0 7 2,0,5,7,10,3", "1@1 8 2,0,69,8,11,0"]
    #expect(read(2, with: consumer) == expected)
    // Asked for the end, this broker tells where its last batch begins; what comes with messages is right.
    #expect(consumer.watermarks(of: "hits", 1) == 0..<2)
    #expect(try consumer.queryWatermarks(of: "hits", 0) == 0..<0)
  }

  @Test func settingsOfATopic() throws {
    let client = try KafkaClient(broker.settings)
    _ = try client.createTopic("kept", partitions: 1, settings: ["cleanup.policy": "compact"])
    #expect(try client.settings(ofTopic: "kept")["cleanup.policy"]?.contains("compact") == true)
  }

  @Test func kcatReadsWhatItWrote() throws {
    let client = try KafkaClient(broker.settings)
    #expect(try client.partitionCount(of: "results") == nil)
    #expect(try client.createTopic("results", partitions: 3) == 3)
    #expect(try client.createTopic("results", partitions: 5) == 3)
    #expect(try client.topics() == [KafkaTopicInfo(name: "results", partitions: 3)])

    var settings = broker.settings
    settings["enable.idempotence"] = "true"
    let producer = try KafkaProducer(settings)
    let topic = try producer.topic("results")
    for number in 0..<3 {
      try Array("window \(number)".utf8).withUnsafeBytes {
        try producer.produce(to: topic, partition: 2, key: nil, value: $0)
      }
    }
    #expect(producer.close(milliseconds: 20_000))
    #expect(producer.deliveredCount == 3)
    let output = try Kcat.run("-C", "-e", "-q", "-b", broker.bootstrap, "-t", "results", "-f", "%p@%o %s\n")
    #expect(output == "2@0 window 0\n2@1 window 1\n2@2 window 2\n")
  }

  @Test func committedOffsetsAndOffsetsOfTimes() throws {
    try broker.createTopic("hits", partitions: 1)
    _ = try Kcat.run("-P", "-b", broker.bootstrap, "-t", "hits", input: "a\nb\nc\n")
    let place = KafkaPosition(topic: "hits", partition: 0)
    let consumer = try KafkaConsumer(broker.settings, group: "shift")
    #expect(try consumer.committed([place]).map(\.offset) == [KafkaOffset.none])
    try consumer.commit([KafkaPosition(topic: "hits", partition: 0, offset: 2)])
    #expect(try consumer.committed([place]).map(\.offset) == [2])
    // One second into 1970.
    let early = try consumer.offsets(forTimes: [KafkaPosition(topic: "hits", partition: 0, offset: 1000)])
    #expect(early.map(\.offset) == [0])
    try consumer.assign([KafkaPosition(topic: "hits", partition: 0, offset: KafkaOffset.committed)])
    #expect(read(1, with: consumer) == ["0@2 - c"])
    #expect(consumer.close())
  }

  @Test func aGroup() throws {
    try broker.createTopic("hits", partitions: 2)
    _ = try Kcat.run("-P", "-b", broker.bootstrap, "-t", "hits", "-p", "0", input: "a\nb\nc\n")
    let consumer = try KafkaConsumer(broker.settings, group: "shift")
    var log: [String] = []
    try consumer.subscribe(
      ["hits"],
      onAssigned: { _, given in
        log.append("assigned \(given.map(\.partition).sorted())")
        return [KafkaPosition(topic: "hits", partition: 0, offset: 1)]
      }, onRevoked: { _, given, areLost in log.append("revoked \(given.map(\.partition).sorted()) \(areLost)") })
    #expect(read(2, with: consumer, seconds: 60) == ["0@1 - b", "0@2 - c"])
    #expect(consumer.close())
    #expect(log == ["assigned [0, 1]", "revoked [0, 1] false"])
  }

  /// Reads so many messages, fewer if they do not come in time: "partition@offset key value".
  private func read(_ count: Int, with consumer: KafkaConsumer, seconds: Int = 30) -> [String] {
    var result: [String] = []
    let end = ContinuousClock.now + .seconds(seconds)
    while result.count < count, ContinuousClock.now < end {
      _ = consumer.drain(within: 50, limit: count - result.count) { message in
        if let error = message.error {
          Issue.record("\(error)")
          return true
        }
        let key = message.key.map { String(decoding: $0, as: UTF8.self) } ?? "-"
        result.append(
          "\(message.partition)@\(message.offset) \(key) \(String(decoding: message.value!, as: UTF8.self))")
        return true
      }
    }
    return result
  }
}
