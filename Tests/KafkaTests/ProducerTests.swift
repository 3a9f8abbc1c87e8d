import Kafka
import Testing

struct ProducerTests {
  let broker: EmbeddedBroker

  init() throws { broker = try sharedBroker.get() }

  @Test func keysValuesAndWhatIsMissing() throws {
    try broker.createTopic("values", partitions: 1)
    let producer = try KafkaProducer(broker.settings)
    let messages: [(String?, String?)] = [("7", "2,0,5,7,10,3"), (nil, "a"), ("k", nil), ("", ""), (nil, nil)]
    for (key, value) in messages { try producer.produce("values", key: key, value) }
    #expect(producer.flush(milliseconds: 10_000))
    #expect(producer.deliveredCount == 5)
    #expect(producer.failedCount == 0)
    #expect(producer.outstanding == 0)

    let consumer = try KafkaConsumer(broker.settings)
    try consumer.assign([KafkaPosition(topic: "values", partition: 0, offset: KafkaOffset.beginning)])
    let expected = messages.enumerated().map { Read(partition: 0, offset: Int64($0), key: $1.0, value: $1.1) }
    #expect(consumer.read(5) == expected)
  }

  @Test func reportsOfDelivery() throws {
    try broker.createTopic("reports", partitions: 2)
    var reports: [String] = []
    let producer = try KafkaProducer(
      broker.settings,
      onDelivery: { delivery in
        #expect(delivery.error == nil)
        reports.append(
          "\(delivery.token) \(delivery.partition)@\(delivery.offset) \(text(delivery.key) ?? "-") "
            + "\(text(delivery.value) ?? "-")")
      })
    for token in 0..<6 {
      try producer.produce("reports", partition: Int32(token % 2), key: "k\(token)", "v\(token)", token: token)
    }
    #expect(producer.close(milliseconds: 10_000))
    #expect(
      reports.sorted() == [
        "0 0@0 k0 v0", "1 1@0 k1 v1", "2 0@1 k2 v2", "3 1@1 k3 v3", "4 0@2 k4 v4", "5 1@2 k5 v5",
      ])
  }

  @Test func oneKeyOnePartition() throws {
    try broker.createTopic("keyed", partitions: 4)
    var places: [Int: Set<Int32>] = [:]
    let producer = try KafkaProducer(
      broker.settings, onDelivery: { places[$0.token, default: []].insert($0.partition) })
    for number in 0..<200 { try producer.produce("keyed", key: "\(number % 20)", "x", token: number % 20) }
    #expect(producer.flush(milliseconds: 10_000))
    #expect(places.count == 20)
    #expect(places.values.allSatisfy { $0.count == 1 })
    #expect(Set(places.values.flatMap { $0 }) == [0, 1, 2, 3])
  }

  @Test func aFullQueueIsToldApart() throws {
    // Nobody listens on port 1.
    var failed: [Int] = []
    let producer = try KafkaProducer(
      ["bootstrap.servers": "127.0.0.1:1", "queue.buffering.max.messages": "10"],
      onDelivery: { delivery in
        #expect(delivery.error?.isRetriable == true)
        #expect(delivery.offset == KafkaOffset.none)
        #expect(text(delivery.value) == "v\(delivery.token)")
        failed.append(delivery.token)
      })
    for token in 0..<10 { try producer.produce("any", "v\(token)", token: token) }
    let error = try #require(throws: KafkaError.self) { try producer.produce("any", "v", token: 10) }
    #expect(error.isQueueFull)
    #expect(error.isRetriable)
    #expect(error.name == "_QUEUE_FULL")
    #expect(producer.outstanding >= 10)

    // What is not sent in time is reported too.
    #expect(!producer.close(milliseconds: 50))
    #expect(failed == Array(0..<10))
    let closed = try #require(throws: KafkaError.self) { try producer.topic("any") }
    #expect(closed.name == "_DESTROY")
  }

  @Test func aMessageThatIsTooLarge() throws {
    var settings = broker.settings
    settings["message.max.bytes"] = "2000"
    let producer = try KafkaProducer(settings)
    let error = try #require(throws: KafkaError.self) {
      try producer.produce("large", String(repeating: "x", count: 3000))
    }
    #expect(error.isMessageTooLarge)
    #expect(!error.isRetriable)
  }

  @Test func aSettingOfTheTopicThatIsWrong() throws {
    let error = try #require(throws: KafkaError.self) { try KafkaProducer(["partitioner": "mine"]) }
    #expect(error.message == #"Invalid value for configuration property "partitioner": mine"#)
  }
}
