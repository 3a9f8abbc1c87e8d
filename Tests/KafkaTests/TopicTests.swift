import Kafka
import Testing

struct TopicTests {
  @Test func topicsAndPartitions() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("hits", partitions: 6)
    try broker.createTopic("hits", partitions: 2)
    let client = try KafkaClient(broker.settings)
    #expect(try client.partitionCount(of: "hits") == 6)
    // To ask does not create.
    #expect(try client.partitionCount(of: "results") == nil)
    #expect(try client.topics() == [KafkaTopicInfo(name: "hits", partitions: 6)])
    #expect(try client.createTopic("hits", partitions: 3) == 6)
    #expect(try client.createTopic("results", partitions: 1) == 4)
    #expect(try client.topics().map(\.name) == ["hits", "results"])
    #expect(client.close())
  }

  @Test func nobodyThere() throws {
    let client = try KafkaClient(["bootstrap.servers": "127.0.0.1:1"])
    let error = try #require(throws: KafkaError.self) { try client.topics(milliseconds: 300) }
    #expect(error.isRetriable)
    #expect(
      try #require(throws: KafkaError.self) { try client.createTopic("a", partitions: 1, milliseconds: 300) }
        .isRetriable)
  }
}
