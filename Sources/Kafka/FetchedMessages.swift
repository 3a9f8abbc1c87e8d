public import CRdKafka

/// Messages that a consumer has taken from librdkafka and not handed over yet.
///
/// Taking many at a time costs a fraction of asking for each, which reads the clock and locks the queue every time.
@usableFromInline
final class FetchedMessages {
  @usableFromInline let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
  /// The number of the next one and of the end. In plain memory, as every message touches them.
  @usableFromInline let range: UnsafeMutablePointer<(next: Int, end: Int)>

  static let capacity = 1024

  init() {
    messages = .allocate(capacity: Self.capacity)
    messages.initialize(repeating: nil, count: Self.capacity)
    range = .allocate(capacity: 1)
    range.initialize(to: (0, 0))
  }

  deinit {
    removeAll()
    messages.deallocate()
    range.deallocate()
  }

  /// The next one, which is the caller's from then on.
  @inlinable
  func next() -> UnsafeMutablePointer<rd_kafka_message_t>? {
    let place = range.pointee.next
    guard place < range.pointee.end else { return nil }
    range.pointee.next = place + 1
    return messages[place]
  }

  /// Forgets those that were not handed over.
  func removeAll() {
    while let message = next() { rd_kafka_message_destroy(message) }
  }
}

extension KafkaConsumer {
  /// Whether many messages can be taken at a time: older libraries may hand over messages of partitions that are gone,
  /// or take the end of a partition for a message.
  static let libraryTakesBatches = Kafka.libraryNumber >= 0x020D_0200

  /// Takes the messages that are there, or waits up to the time given for the first. None may be left from before.
  ///
  /// - Returns: whether there is any.
  @usableFromInline
  func fetch(within milliseconds: Int32) -> Bool {
    guard let source else { return false }
    var count = 0
    if takesBatches {
      let assignments = context.assignmentCount
      count = max(0, rd_kafka_consume_batch_queue(queue, 0, fetched.messages, FetchedMessages.capacity))
      if count > 0, context.assignmentCount != assignments {
        fetched.range.pointee = (0, count)
        fetchAgain(source)
        count = 0
      }
    }
    if count == 0, milliseconds > 0 || !takesBatches {
      fetched.messages[0] = rd_kafka_consumer_poll(source, milliseconds)
      count = fetched.messages[0] == nil ? 0 : 1
    }
    fetched.range.pointee = (0, count)
    return count > 0
  }

  /// Forgets what was fetched while the group assigned partitions or took them away, since some of it may be of others,
  /// and fetches from where they were assigned.
  private func fetchAgain(_ source: OpaquePointer) {
    fetched.removeAll()
    if context.assigned.isEmpty { return }
    let code = PositionList(context.assigned).with { rd_kafka_assign(source, $0) }
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { context.onEvent(.error(KafkaError(code))) }
  }
}
