public import CRdKafka

/// A topic that a producer writes to; valid until the producer is closed.
///
/// Unchecked `Sendable`: librdkafka's handle of it takes calls of any thread.
public struct KafkaTopic: @unchecked Sendable {
  @usableFromInline let handle: OpaquePointer
}

/// Writes messages. librdkafka gathers them, sends them in batches and tries again. A call of `poll` reports what became
/// of each.
public final class KafkaProducer: KafkaClient, @unchecked Sendable {
  private var topics: [String: KafkaTopic] = [:]

  /// A producer that reports each message.
  ///
  /// - Throws: what librdkafka says of the settings. No broker is needed yet.
  public init(
    _ settings: KafkaSettings, onDelivery: ((KafkaDelivery) -> Void)? = nil,
    onEvent: @escaping (KafkaEvent) -> Void = { _ in }
  ) throws(KafkaError) {
    try super.init(RD_KAFKA_PRODUCER, settings, onEvent: onEvent) { configuration in
      rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
        guard let message, let context = ClientContext.of(opaque) else { return }
        context.report(message)
      }
    }
    context.onDelivery = onDelivery
  }

  /// The topic of a name, to produce to.
  public func topic(_ name: String) throws(KafkaError) -> KafkaTopic {
    if let topic = topics[name] { return topic }
    guard let handle = rd_kafka_topic_new(try open(), name, nil) else {
      // What the call leaves in this thread is all it says.
      throw KafkaError(rd_kafka_last_error())
    }
    topics[name] = KafkaTopic(handle: handle)
    return KafkaTopic(handle: handle)
  }

  /// Meets the brokers now, within the time given, and not with the first message.
  ///
  /// An idempotent producer sends nothing before brokers have given it a number. It asks for that when it is told of the
  /// cluster, which this asks to be told; left alone it asks half a second after it was made.
  public func meetBrokers(milliseconds: Int) { _ = try? topics(milliseconds: milliseconds) }

  /// Queues a message to be sent; its bytes are copied.
  ///
  /// - Parameters:
  ///   - partition: the partition; -1 to choose it by the key.
  ///   - key: the key; nil for none.
  ///   - value: the value; nil for none, which is not the same as an empty one.
  ///   - token: handed back with the report.
  /// - Throws: `isQueueFull` when there is no room, then poll and try again; else what is wrong with the message.
  @inlinable
  public func produce(
    to topic: KafkaTopic, partition: Int32 = -1, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
    token: Int = 0
  ) throws(KafkaError) {
    let result = rd_kafka_produce(
      topic.handle, partition, RD_KAFKA_MSG_F_COPY, Self.start(of: value), value?.count ?? 0, Self.start(of: key),
      key?.count ?? 0, UnsafeMutableRawPointer(bitPattern: token))
    if result != 0 { throw refusal() }
  }

  /// Where the bytes begin. Empty ones begin somewhere too, since only what is missing has no beginning.
  @inlinable
  static func start(of bytes: UnsafeRawBufferPointer?) -> UnsafeMutableRawPointer? {
    guard let bytes else { return nil }
    return UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? UnsafeMutableRawPointer(bitPattern: 1)
  }

  /// Why the last call of `produce` on this thread was refused.
  @usableFromInline
  func refusal() -> KafkaError {
    let code = rd_kafka_last_error()
    return code == RD_KAFKA_RESP_ERR__FATAL ? context.fatalError(of: handle) : KafkaError(code)
  }

  /// How many messages were delivered, of those reported so far.
  public var deliveredCount: Int { context.deliveredCount }

  /// How many messages were not delivered, of those reported so far.
  public var failedCount: Int { context.failedCount }

  /// How many messages, reports and events are under way.
  public var outstanding: Int { handle.map { Int(rd_kafka_outq_len($0)) } ?? 0 }

  /// Sends what is queued without waiting for more, and hands over the reports, up to the time given.
  ///
  /// - Returns: whether every message was reported.
  @discardableResult
  public func flush(milliseconds: Int) -> Bool {
    guard let handle else { return true }
    return rd_kafka_flush(handle, Int32(clamping: milliseconds)) == RD_KAFKA_RESP_ERR_NO_ERROR
  }

  /// Takes back what is queued and not on its way to a broker; it is reported as not delivered, in its order.
  ///
  /// - Parameter all: whether to take back what is on its way too, which may arrive all the same.
  public func purge(all: Bool = false) {
    guard let handle else { return }
    rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | (all ? RD_KAFKA_PURGE_F_INFLIGHT : 0))
  }

  /// Sends what is queued, reports as not delivered what could not be sent in time, and ends the producer.
  ///
  /// - Returns: false if not every message was sent, or librdkafka did not end in time.
  @discardableResult
  public override func close(milliseconds: Int = 5000) -> Bool {
    guard let handle else { return true }
    let deadline = Deadline(milliseconds: milliseconds)
    let isFlushed = flush(milliseconds: milliseconds)
    if !isFlushed {
      rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
      flush(milliseconds: 100)
    }
    for topic in topics.values { rd_kafka_topic_destroy(topic.handle) }
    topics = [:]
    return destroy(milliseconds: max(1000, Int(deadline.milliseconds))) && isFlushed
  }

  deinit { close(milliseconds: 1000) }
}

extension ClientContext {
  /// Counts a report, and hands it on if anyone asked for it.
  fileprivate func report(_ message: UnsafePointer<rd_kafka_message_t>) {
    let isFailure = message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR
    if isFailure { failedCount &+= 1 } else { deliveredCount &+= 1 }
    guard let onDelivery else { return }
    onDelivery(
      KafkaDelivery(
        token: Int(bitPattern: message.pointee._private), error: isFailure ? KafkaError(message.pointee.err) : nil,
        partition: message.pointee.partition, offset: isFailure ? KafkaOffset.none : message.pointee.offset,
        key: message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) },
        value: message.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.len) }))
  }
}
