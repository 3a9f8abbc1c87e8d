internal import CRdKafka

/// A topic and how many partitions it has.
public struct KafkaTopicInfo: Hashable, Sendable {
  /// The topic's name.
  public let name: String
  /// How many partitions it has.
  public let partitions: Int

  /// A topic.
  public init(name: String, partitions: Int) {
    self.name = name
    self.partitions = partitions
  }
}

/// What of a cluster's description is used.
struct ClusterMetadata {
  /// By name.
  let topics: [KafkaTopicInfo]
  /// What brokers say of a topic instead of its partitions, by its name.
  let errors: [String: KafkaError]
  /// Whether one of the brokers is the one that creates topics.
  let hasController: Bool
  let brokerCount: Int

  init(_ metadata: rd_kafka_metadata, controller: Int32) {
    topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
      .map { KafkaTopicInfo(name: String(cString: $0.topic), partitions: Int($0.partition_cnt)) }
      .sorted { $0.name < $1.name }
    errors = Dictionary(
      UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
        .filter { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }.map { (String(cString: $0.topic), KafkaError($0.err)) }
    ) { $1 }
    brokerCount = Int(metadata.broker_cnt)
    hasController = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt))
      .contains { $0.id == controller }
  }
}

extension KafkaClient {
  /// The cluster's topics that this client may see, by name.
  ///
  /// - Throws: when no broker answers in time; a permanent error, such as a wrong password, as soon as it is met.
  public final func topics(milliseconds: Int = 10_000) throws(KafkaError) -> [KafkaTopicInfo] {
    // All topics: to ask for one alone would create it where brokers create topics on the fly.
    try metadata(of: nil, within: Deadline(milliseconds: milliseconds)).topics
  }

  /// How many partitions a topic has; nil if there is no such topic, or none that this client may see.
  ///
  /// - Throws: as `topics`; and where this client may see the topic and not read it.
  public final func partitionCount(of topic: String, milliseconds: Int = 10_000) throws(KafkaError) -> Int? {
    let found = try metadata(of: nil, within: Deadline(milliseconds: milliseconds))
    if let error = found.errors[topic], error.isPermanent, !error.isUnknownTopic { throw error }
    return found.topics.first { $0.name == topic && $0.partitions > 0 }?.partitions
  }

  /// Creates a topic if there is none of this name; one that is there stays as it is. Consumers cannot.
  ///
  /// The embedded broker makes topics with 4 partitions, whatever it is asked for from here.
  ///
  /// - Parameters:
  ///   - replicas: how many brokers keep it; -1 for the brokers' own default, which brokers before 2.4 do not have: then
  ///     three, as far as there are that many.
  ///   - settings: the topic's settings by the brokers' names, such as `retention.ms`.
  /// - Returns: how many partitions the topic has.
  /// - Throws: when the brokers refuse or do not answer in time.
  @discardableResult
  public final func createTopic(
    _ name: String, partitions: Int, replicas: Int = -1, settings: KafkaSettings = [:], milliseconds: Int = 10_000
  ) throws(KafkaError) -> Int {
    let deadline = Deadline(milliseconds: milliseconds)
    let found = try metadata(of: nil, within: deadline)
    if let topic = found.topics.first(where: { $0.name == name && $0.partitions > 0 }) { return topic.partitions }
    if found.hasController {
      do throws(KafkaError) {
        try requestTopic(name, partitions: partitions, replicas: replicas, settings: settings, within: deadline)
      } catch {
        guard replicas < 0, error.isOfReplicas else { throw error }
        try requestTopic(
          name, partitions: partitions, replicas: min(3, max(1, found.brokerCount)), settings: settings,
          within: deadline)
      }
      return partitions
    }
    // No broker is the one that creates topics, so that the request would wait in vain. To ask for the topic by name
    // creates it.
    guard let topic = rd_kafka_topic_new(try open(), name, nil) else { throw KafkaError(rd_kafka_last_error()) }
    defer { rd_kafka_topic_destroy(topic) }
    while true {
      let found = try metadata(of: topic, within: deadline).topics.first { $0.name == name && $0.partitions > 0 }
      if let found { return found.partitions }
      if deadline.isOver { throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT) }
      poll(milliseconds: 10)
    }
  }

  /// What the cluster says of one topic, or of all.
  final func metadata(of topic: OpaquePointer?, within deadline: Deadline) throws(KafkaError) -> ClusterMetadata {
    while true {
      var metadata: UnsafePointer<rd_kafka_metadata>?
      let client = try open()
      let code = rd_kafka_metadata(client, topic == nil ? 1 : 0, topic, &metadata, min(1000, deadline.milliseconds))
      if let metadata {
        defer { rd_kafka_metadata_destroy(metadata) }
        return ClusterMetadata(metadata.pointee, controller: rd_kafka_controllerid(client, 0))
      }
      try throwPermanent()
      if deadline.isOver { try check(code) }
    }
  }

  private func requestTopic(
    _ name: String, partitions: Int, replicas: Int, settings: KafkaSettings, within deadline: Deadline
  ) throws(KafkaError) {
    let client = try open()
    var text = [CChar](repeating: 0, count: 512)
    guard
      var topic = rd_kafka_NewTopic_new(
        name, Int32(clamping: partitions), Int32(clamping: replicas), &text, text.count) as OpaquePointer?
    else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, text: string(text)) }
    defer { rd_kafka_NewTopic_destroy(topic) }
    for (name, value) in settings.pairs { try check(rd_kafka_NewTopic_set_config(topic, name, value)) }

    let event = try answer(to: RD_KAFKA_ADMIN_OP_CREATETOPICS, within: deadline) { options, queue in
      withUnsafeMutablePointer(to: &topic) { pointer in
        pointer.withMemoryRebound(to: OpaquePointer?.self, capacity: 1) {
          rd_kafka_CreateTopics(client, $0, 1, options, queue)
        }
      }
    }
    defer { rd_kafka_event_destroy(event) }
    try checkCreation(event)
  }

  /// What brokers answer to a request of an administrator; the caller destroys it. `send` sends the request.
  final func answer(
    to operation: rd_kafka_admin_op_t, within deadline: Deadline, _ send: (OpaquePointer?, OpaquePointer?) -> Void
  ) throws(KafkaError) -> OpaquePointer {
    let client = try open()
    let queue = rd_kafka_queue_new(client)
    defer { rd_kafka_queue_destroy(queue) }
    let options = rd_kafka_AdminOptions_new(client, operation)
    defer { rd_kafka_AdminOptions_destroy(options) }
    var text = [CChar](repeating: 0, count: 512)
    let time = max(1, deadline.milliseconds)
    try check(rd_kafka_AdminOptions_set_request_timeout(options, time, &text, text.count))
    if operation == RD_KAFKA_ADMIN_OP_CREATETOPICS {
      // Until every broker knows the topic, as far as the time allows.
      try check(rd_kafka_AdminOptions_set_operation_timeout(options, time, &text, text.count))
    }
    send(options, queue)
    // The answer comes in any case, if only to say that time is over.
    while true {
      if let event = rd_kafka_queue_poll(queue, 200) { return event }
      try throwPermanent()
    }
  }

  private func checkCreation(_ event: OpaquePointer) throws(KafkaError) {
    let code = rd_kafka_event_error(event)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw error(code, rd_kafka_event_error_string(event)) }
    var count = 0
    guard let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count) else {
      return
    }
    for result in UnsafeBufferPointer(start: results, count: count) {
      let code = rd_kafka_topic_result_error(result)
      if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { continue }
      throw error(code, rd_kafka_topic_result_error_string(result))
    }
  }

  private func error(_ code: rd_kafka_resp_err_t, _ words: UnsafePointer<CChar>?) -> KafkaError {
    KafkaError(code, text: words.map { context.secrets.hide(in: String(cString: $0)) })
  }

  /// A wrong password shows as a time-out of whatever was asked; the report of it says more, and sooner.
  private func throwPermanent() throws(KafkaError) {
    // A consumer's poll would take messages.
    if !(self is KafkaConsumer) { poll(milliseconds: 0) }
    if let error = context.permanentError { throw error }
  }
}
