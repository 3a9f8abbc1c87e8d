internal import CRdKafka

extension KafkaClient {
  /// The settings of a topic as the brokers have them, by their names. Consumers cannot ask.
  ///
  /// - Throws: when no broker answers in time, or does not say: not every user may ask, and not every broker can answer.
  public final func settings(ofTopic name: String, milliseconds: Int = 10_000) throws(KafkaError) -> [String: String] {
    let deadline = Deadline(milliseconds: milliseconds)
    // The embedded broker has no controller and does not know the question: it would be waited for in vain.
    guard try metadata(of: nil, within: deadline).hasController else {
      throw KafkaError(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
    }
    let client = try open()
    guard var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name) as OpaquePointer? else {
      throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG)
    }
    defer { rd_kafka_ConfigResource_destroy(resource) }
    let event = try answer(to: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, within: deadline) { options, queue in
      withUnsafeMutablePointer(to: &resource) { pointer in
        pointer.withMemoryRebound(to: OpaquePointer?.self, capacity: 1) {
          rd_kafka_DescribeConfigs(client, $0, 1, options, queue)
        }
      }
    }
    defer { rd_kafka_event_destroy(event) }
    let code = rd_kafka_event_error(event)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    var count = 0
    guard
      let resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count), count == 1, let found = resources[0]
    else { throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG) }
    let error = rd_kafka_ConfigResource_error(found)
    if error != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(error) }
    var settings: [String: String] = [:]
    guard let entries = rd_kafka_ConfigResource_configs(found, &count) else { return [:] }
    for entry in UnsafeBufferPointer(start: entries, count: count) {
      guard let name = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry) else { continue }
      settings[String(cString: name)] = String(cString: value)
    }
    return settings
  }
}
