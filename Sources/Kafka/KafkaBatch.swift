internal import CRdKafka

/// Messages that are produced in one call, which costs less than a call for each. Used again for the next ones.
public final class KafkaBatch {
  /// The most messages it holds.
  public let capacity: Int
  /// Messages in it.
  public private(set) var count = 0
  let messages: UnsafeMutablePointer<rd_kafka_message_t>

  /// Room for so many messages.
  public init(capacity: Int) {
    self.capacity = max(1, capacity)
    messages = .allocate(capacity: self.capacity)
    messages.initialize(repeating: rd_kafka_message_t(), count: self.capacity)
  }

  deinit { messages.deallocate() }

  /// Adds a message; there must be room. Its bytes stay in place until it is produced.
  ///
  /// - Parameters:
  ///   - key: the key; nil for none.
  ///   - token: handed back with the report.
  public func append(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer, token: Int) {
    precondition(count < capacity, "the batch is full")
    let message = messages + count
    message.pointee.payload = KafkaProducer.start(of: value)
    message.pointee.len = value.count
    message.pointee.key = KafkaProducer.start(of: key)
    message.pointee.key_len = key?.count ?? 0
    message.pointee._private = UnsafeMutableRawPointer(bitPattern: token)
    count += 1
  }

  /// Makes it empty.
  public func removeAll() { count = 0 }
}

extension KafkaProducer {
  /// Queues the messages of a batch in their order; their bytes are copied.
  ///
  /// - Parameters:
  ///   - partition: the partition of all of them.
  ///   - refused: hears of messages that are not queued for what they are, such as too large.
  /// - Returns: how many messages from the first on are dealt with. The others found no room: poll and try again.
  /// - Throws: what keeps the producer from taking any message.
  public func produce(
    _ batch: KafkaBatch, to topic: KafkaTopic, partition: Int32, refused: (_ token: Int, KafkaError) -> Void
  ) throws(KafkaError) -> Int {
    let queued = rd_kafka_produce_batch(
      topic.handle, partition, RD_KAFKA_MSG_F_COPY, batch.messages, Int32(batch.count))
    if Int(queued) == batch.count { return batch.count }
    for index in 0..<batch.count {
      let message = batch.messages[index]
      switch message.err {
      case RD_KAFKA_RESP_ERR_NO_ERROR: continue
      // Those behind it were not tried.
      case RD_KAFKA_RESP_ERR__QUEUE_FULL: return index
      case RD_KAFKA_RESP_ERR__FATAL: throw context.fatalError(of: handle)
      default: refused(Int(bitPattern: message._private), KafkaError(message.err))
      }
    }
    return batch.count
  }
}
