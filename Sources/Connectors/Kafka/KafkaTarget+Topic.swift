import Kafka
import Support

extension KafkaTarget {
  /// A consumer of results, without a group. `patience`: how long brokers may hold an answer back while there is
  /// nothing new, in milliseconds.
  func resultConsumer(patience: Int, watch: BrokerWatch) throws -> KafkaConsumer {
    do {
      return try KafkaConsumer(
        settings(defaults: [
          "enable.partition.eof": "true", "auto.offset.reset": "earliest", "queued.max.messages.kbytes": "16384",
          "fetch.wait.max.ms": "\(patience)", "fetch.queue.backoff.ms": "20", "allow.auto.create.topics": "false",
          "fetch.message.max.bytes": "20971520",
        ])
      ) { watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(topic): \(error.message)")
    }
  }

  /// Creates the topic if it is missing. `brokers` must be addresses.
  ///
  /// - Parameters:
  ///   - topicSettings: settings of a new topic, by the brokers' names.
  ///   - stop: called from time to time while brokers are away.
  ///   - watch: tells the user that they are.
  /// - Returns: how many partitions the topic has, and whether it is new; nil if `stop` said yes. An existing topic may
  ///   have another number of partitions than wanted.
  /// - Throws: a sentence for the user if it cannot be created.
  package func make(
    settings topicSettings: KafkaSettings = [:], stop: () -> Bool, watch: BrokerWatch
  ) throws -> (partitions: Int, isNew: Bool)? {
    let client: KafkaClient
    do {
      client = try KafkaClient(settings(defaults: [:])) { watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(topic): \(error.message)")
    }
    defer { client.close(milliseconds: 1000) }
    var missingSince: Int64?
    while !stop() {
      switch find(client, topicSettings, missingSince: missingSince) {
      case .success(let topic?):
        watch.isBack()
        return topic
      case .success(nil):
        missingSince = missingSince ?? monotonicNanoseconds()
        pauseThread(milliseconds: 100)
      case .failure(let error):
        // The client delivers its reports only in a poll.
        client.poll(milliseconds: 100)
        try watch.check()
        guard error.isRetriable else {
          throw ConnectorError("there is no topic \(topic) on \(brokers), and it cannot be created: \(error.message)")
        }
        try watch.pass(error)
      }
    }
    return nil
  }

  /// How long a topic must be missing before it is created, in nanoseconds. While a broker restarts, brokers that know
  /// other topics may miss this one for a moment, and brokers that know none may miss all for seconds.
  private static let patience: Int64 = 300_000_000
  private static let patienceWithoutTopics: Int64 = 5_000_000_000

  /// Nil while the topic is missing and may still appear.
  private func find(
    _ client: KafkaClient, _ topicSettings: KafkaSettings, missingSince: Int64?
  ) -> Result<(partitions: Int, isNew: Bool)?, KafkaError> {
    do throws(KafkaError) {
      if let count = try client.partitionCount(of: topic, milliseconds: 1000) { return .success((count, false)) }
      let patience = try client.topics(milliseconds: 1000).isEmpty ? Self.patienceWithoutTopics : Self.patience
      guard let missingSince, monotonicNanoseconds() - missingSince >= patience else { return .success(nil) }
      let count = try client.createTopic(topic, partitions: partitions, settings: topicSettings, milliseconds: 5000)
      return .success((count, true))
    } catch {
      return .failure(error)
    }
  }
}
