internal import CRdKafka

/// Kinds of requests, by the numbers of Kafka's protocol.
public enum KafkaRequest: Int16, Sendable {
  case produce = 0
  case fetch = 1
  case listOffsets = 2
  case metadata = 3
  case offsetCommit = 8
  case offsetFetch = 9
  case findCoordinator = 10
  case joinGroup = 11
  case heartbeat = 12
  case initProducerId = 22
}

/// What can go wrong with brokers, on demand.
extension EmbeddedBroker {
  /// Takes a broker away (from 1; nil for all): its connections end, and no new ones are taken.
  public func takeDown(_ broker: Int32? = nil) { rd_kafka_mock_broker_set_down(cluster, broker ?? -1) }

  /// Lets a broker take connections again.
  public func bringUp(_ broker: Int32? = nil) { rd_kafka_mock_broker_set_up(cluster, broker ?? -1) }

  /// Answers the next requests of a kind with these errors, by code, one after another; -195 ends the connection.
  public func fail(_ request: KafkaRequest, codes: [Int32]) {
    let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
    rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
  }

  /// Answers requests of a kind again as it should.
  public func clearFailures(of request: KafkaRequest) { rd_kafka_mock_clear_request_errors(cluster, request.rawValue) }

  /// Makes every answer of a broker (nil for all) wait this long.
  public func delay(milliseconds: Int, broker: Int32? = nil) {
    rd_kafka_mock_broker_set_rtt(cluster, broker ?? -1, Int32(clamping: milliseconds))
  }

  /// Makes a broker the leader of a partition; nil for no leader at all.
  public func setLeader(of topic: String, partition: Int32, broker: Int32?) {
    rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker ?? -1)
  }

  /// Answers every question about a topic with an error, by code; 0 for none.
  public func setError(of topic: String, code: Int32) {
    rd_kafka_mock_topic_set_error(cluster, topic, rd_kafka_resp_err_t(rawValue: code))
  }
}
