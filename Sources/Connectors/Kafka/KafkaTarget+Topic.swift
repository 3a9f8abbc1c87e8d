import Kafka

extension KafkaTarget {
  /// Makes the topic if it is missing. `brokers` are addresses.
  ///
  /// - Parameters:
  ///   - topicSettings: what a topic that is made is set to, by the brokers' names.
  ///   - stop: asked now and then while brokers are away.
  ///   - watch: tells the user of them.
  /// - Returns: how many partitions the topic has, which are others than wanted where it was there with others, and
  ///   whether it was made; nil if `stop` said yes.
  /// - Throws: a sentence for the user where it cannot be made.
  public func make(
    settings topicSettings: KafkaSettings = [:], stop: () -> Bool, watch: BrokerWatch
  ) throws -> (partitions: Int, isNew: Bool)? {
    let client: KafkaClient
    do {
      client = try KafkaClient(settings(defaults: [:])) { watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(topic): \(error.message)")
    }
    defer { client.close(milliseconds: 1000) }
    var isNew = false
    while !stop() {
      switch partitions(client) {
      case .success(let count?):
        watch.isBack()
        return (count, isNew)
      case .success(nil):
        // Brokers may take a moment to know what was made.
        if isNew {
          client.poll(milliseconds: 50)
        } else {
          isNew = try create(client, topicSettings, watch)
        }
      case .failure(let error):
        client.poll(milliseconds: 100)
        try watch.check()
        try watch.pass(error)
      }
    }
    return nil
  }

  private func partitions(_ client: KafkaClient) -> Result<Int?, KafkaError> {
    do throws(KafkaError) { return .success(try client.partitionCount(of: topic, milliseconds: 1000)) } catch {
      return .failure(error)
    }
  }

  private func create(_ client: KafkaClient, _ topicSettings: KafkaSettings, _ watch: BrokerWatch) throws -> Bool {
    do throws(KafkaError) {
      try client.createTopic(topic, partitions: partitions, settings: topicSettings, milliseconds: 5000)
      return true
    } catch {
      if error.isPermanent {
        throw ConnectorError("there is no topic \(topic) on \(brokers), and it cannot be created: \(error.message)")
      }
      try watch.pass(error)
      return false
    }
  }
}
