public import CRdKafka

/// Reads messages, from partitions of its own choice (`assign`) or from its share of a group (`subscribe`).
///
/// One thread polls. It must do so at least every `max.poll.interval.ms`, or the group gives its partitions to others.
/// Nothing is committed that the owner does not commit.
public final class KafkaConsumer: KafkaClient, @unchecked Sendable {
  /// What `poll` reads from, kept where generic code in other modules reaches it.
  @usableFromInline var source: OpaquePointer?
  /// The same as a queue.
  private(set) var queue: OpaquePointer?
  @usableFromInline let fetched = FetchedMessages()
  /// Whether to take many messages at a time.
  let takesBatches: Bool

  /// A consumer.
  ///
  /// - Parameters:
  ///   - group: the group to share partitions and committed offsets with; nil for a consumer that only assigns.
  /// - Throws: what librdkafka says of the settings. No broker is needed yet.
  public init(
    _ settings: KafkaSettings, group: String? = nil, onEvent: @escaping (KafkaEvent) -> Void = { _ in }
  ) throws(KafkaError) {
    var settings = settings
    if let group { settings["group.id"] = group }
    // librdkafka does not even assign without a group; one that nobody joins and that commits nothing costs nothing.
    settings.setDefault("group.id", "hitmon-unshared")
    settings["enable.auto.commit"] = "false"
    settings["enable.auto.offset.store"] = "false"
    // The embedded broker answers a fetch that found nothing only when this time is over, whatever has come since.
    settings.setDefault("fetch.wait.max.ms", "50")
    // A consumer whose queue was full for a moment would pause for a whole second. Old libraries do not know it.
    let backoff = "fetch.queue.backoff.ms"
    if ClientConfiguration().knows(backoff) { settings.setDefault(backoff, "10") }
    // Where partitions come and go one by one, others are read on meanwhile: those messages cannot be fetched again.
    takesBatches =
      Self.libraryTakesBatches && settings["partition.assignment.strategy"]?.contains("cooperative") != true
      && settings["group.protocol"] != "consumer"
    try super.init(RD_KAFKA_CONSUMER, settings, onEvent: onEvent) { configuration in
      rd_kafka_conf_set_rebalance_cb(configuration) { client, code, partitions, opaque in
        ClientContext.of(opaque)?.rebalance(client, code, partitions)
      }
    }
    context.consumer = self
    // From here on polling for messages serves reports too, which nobody would fetch otherwise.
    rd_kafka_poll_set_consumer(handle)
    source = handle
    queue = rd_kafka_queue_get_consumer(handle)
  }

  /// The next message; nil if none came in the time given. It must not outlive the consumer.
  @inlinable
  public func poll(messageWithin milliseconds: Int) -> KafkaMessage? {
    if let pointer = fetched.next() { return KafkaMessage(pointer) }
    guard fetch(within: Int32(clamping: milliseconds)), let pointer = fetched.next() else { return nil }
    return KafkaMessage(pointer)
  }

  /// Hands over messages one by one: waits up to the time given for the first, and takes the others that are there
  /// already.
  ///
  /// - Parameters:
  ///   - limit: how many to take at most.
  ///   - body: takes a message and returns whether it wants another.
  /// - Returns: how many messages, and errors in place of messages, were handed over.
  @inlinable
  public func drain(within milliseconds: Int, limit: Int, _ body: (borrowing KafkaMessage) -> Bool) -> Int {
    let fetched = fetched
    var count = 0
    var time = Int32(clamping: milliseconds)
    while count < limit {
      guard let pointer = fetched.next() else {
        guard fetch(within: time) else { break }
        continue
      }
      let message = KafkaMessage(pointer)
      count += 1
      time = 0
      if !body(message) { break }
    }
    return count
  }

  /// Messages are read by `poll(messageWithin:)` and `drain`, which hand over reports as well; this does nothing.
  public override func poll(milliseconds: Int) -> Int { 0 }

  /// Leaves the group, after `onRevoked`, and ends the consumer. Messages that were not read are dropped.
  ///
  /// - Returns: false if the group or librdkafka did not end in time; it goes on ending behind the scenes.
  @discardableResult
  public override func close(milliseconds: Int = 5000) -> Bool {
    guard let handle else { return true }
    let deadline = Deadline(milliseconds: milliseconds)
    fetched.removeAll()
    if let error = rd_kafka_consumer_close_queue(handle, queue) { rd_kafka_error_destroy(error) }
    // The group's last words are served by polling, as ever.
    while rd_kafka_consumer_closed(handle) == 0, !deadline.isOver {
      if let message = rd_kafka_consumer_poll(handle, min(50, deadline.milliseconds)) {
        rd_kafka_message_destroy(message)
      }
    }
    let isClosed = rd_kafka_consumer_closed(handle) != 0
    rd_kafka_queue_destroy(queue)
    queue = nil
    source = nil
    context.onAssigned = nil
    context.onRevoked = nil
    return destroy(
      milliseconds: max(1000, Int(deadline.milliseconds)), flags: isClosed ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
      && isClosed
  }

  deinit { close(milliseconds: 1000) }
}
