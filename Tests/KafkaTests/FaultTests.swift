import Kafka
import Testing

struct FaultTests {
  @Test func brokersAwayAndBack() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("hits", partitions: 1)
    var settings = broker.settings
    settings["reconnect.backoff.max.ms"] = "200"
    settings["statistics.interval.ms"] = "50"
    var produced: [String] = []
    var consumed: [String] = []
    func note(_ event: KafkaEvent, _ log: inout [String]) {
      switch event {
      case .brokersAway: log.append("away")
      case .brokersBack: log.append("back")
      case .error, .log: break
      }
    }
    let producer = try KafkaProducer(settings, onEvent: { note($0, &produced) })
    let consumer = try KafkaConsumer(settings, onEvent: { note($0, &consumed) })
    try consumer.assign([KafkaPosition(topic: "hits", partition: 0, offset: KafkaOffset.beginning)])
    try producer.produce("hits", "before")
    #expect(consumer.read(1).map(\.value) == ["before"])
    #expect(producer.flush(milliseconds: 10_000))

    broker.takeDown()
    try producer.produce("hits", "during")
    var early = 0
    repeating(
      {
        producer.poll(milliseconds: 10)
        early += consumer.drain(within: 10, limit: 1) { $0.isError }
      }, until: { produced == ["away"] && consumed == ["away"] })
    #expect(producer.deliveredCount == 1)

    broker.bringUp()
    repeating(
      {
        producer.poll(milliseconds: 10); early += consumer.drain(within: 10, limit: 1) { $0.isError }
      },
      until: {
        produced == ["away", "back"] && consumed == ["away", "back"]
      })
    #expect(producer.flush(milliseconds: 20_000))
    #expect(producer.deliveredCount == 2)
    #expect(producer.close())
    #expect(consumer.close())
  }

  @Test func refusedMessagesAreReportedWithTheReason() throws {
    let broker = try EmbeddedBroker()
    var errors: [String] = []
    let producer = try KafkaProducer(
      broker.settings,
      onDelivery: { delivery in
        guard let error = delivery.error else { return }
        #expect(error.isPermanent)
        errors.append("\(delivery.token) \(error.name)")
      })
    broker.fail(.produce, codes: [29])
    try producer.produce("hits", "a", token: 1)
    #expect(producer.flush(milliseconds: 10_000))
    #expect(errors == ["1 TOPIC_AUTHORIZATION_FAILED"])
    #expect(producer.deliveredCount == 0)
    #expect(producer.failedCount == 1)
  }

  @Test func passingErrorsAreTriedAgain() throws {
    let broker = try EmbeddedBroker(brokers: 2)
    try broker.createTopic("hits", partitions: 1, replicas: 2)
    broker.setLeader(of: "hits", partition: 0, broker: 1)
    var settings = broker.settings
    settings["enable.idempotence"] = "true"
    let producer = try KafkaProducer(settings)
    try producer.produce("hits", "0")
    #expect(producer.flush(milliseconds: 10_000))
    // 7: request timed out, 6: not the leader, -195: connection lost.
    broker.fail(.produce, codes: [7, 6, -195])
    broker.setLeader(of: "hits", partition: 0, broker: 2)
    for number in 1..<10 { try producer.produce("hits", "\(number)") }
    #expect(producer.flush(milliseconds: 20_000))
    #expect(producer.deliveredCount == 10)
    broker.delay(milliseconds: 20)
    let consumer = try KafkaConsumer(settings)
    try consumer.assign([KafkaPosition(topic: "hits", partition: 0, offset: KafkaOffset.beginning)])
    #expect(consumer.read(10).map(\.value) == (0..<10).map { "\($0)" })
    #expect(producer.close())
    #expect(consumer.close())
  }

  /// What was taken back does not arrive when the brokers are there again, and what comes after it does.
  @Test func messagesAreTakenBack() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("hits", partitions: 1)
    var settings = broker.settings
    settings["enable.idempotence"] = "true"
    settings["reconnect.backoff.max.ms"] = "200"
    var purged: [Int] = []
    let producer = try KafkaProducer(
      settings, onDelivery: { if $0.error?.isTakenBack == true { purged.append($0.token) } })
    try producer.produce("hits", "before", token: 1)
    #expect(producer.flush(milliseconds: 10_000))
    broker.takeDown()
    for token in 2..<5 { try producer.produce("hits", "during", token: token) }
    producer.purge(all: true)
    // What is under way are events as well, such as that the broker is away.
    repeating({ producer.poll(milliseconds: 10) }, until: { purged.count == 3 && producer.outstanding == 0 })
    #expect(purged.sorted() == [2, 3, 4])
    #expect(producer.outstanding == 0)
    broker.bringUp()
    for token in 5..<8 { try producer.produce("hits", "after \(token)", token: token) }
    #expect(producer.flush(milliseconds: 20_000))
    #expect(producer.deliveredCount == 4)
    let consumer = try KafkaConsumer(settings)
    try consumer.assign([KafkaPosition(topic: "hits", partition: 0, offset: KafkaOffset.beginning)])
    #expect(consumer.read(4).map(\.value) == ["before", "after 5", "after 6", "after 7"])
    #expect(producer.close())
    #expect(consumer.close())
  }
}
