public import CRdKafka

/// A message that was read, or an error in its place; its memory is freed with it.
///
/// Check `error` first. Nothing here copies: keys and values are the bytes where librdkafka put them.
public struct KafkaMessage: ~Copyable {
  @usableFromInline let pointer: UnsafeMutablePointer<rd_kafka_message_t>

  @inlinable
  init(_ pointer: UnsafeMutablePointer<rd_kafka_message_t>) { self.pointer = pointer }

  @inlinable
  deinit { rd_kafka_message_destroy(pointer) }

  /// Whether this is an error and not a message.
  @inlinable public var isError: Bool { pointer.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR }

  /// The error in place of a message: the end of a partition, a topic that is not there, an offset out of range.
  /// Partition and offset say where, if it has a place; the client goes on trying unless the error is fatal.
  public var error: KafkaError? {
    guard isError else { return nil }
    return KafkaError(pointer.pointee.err, text: String(cString: rd_kafka_message_errstr(pointer)))
  }

  /// The partition.
  @inlinable public var partition: Int32 { pointer.pointee.partition }

  /// The message's offset.
  @inlinable public var offset: Int64 { pointer.pointee.offset }

  /// The key; nil if it has none. Valid as long as the message.
  @inlinable public var key: UnsafeRawBufferPointer? {
    pointer.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: pointer.pointee.key_len) }
  }

  /// The value; nil if it has none. Valid as long as the message.
  @inlinable public var value: UnsafeRawBufferPointer? {
    pointer.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: pointer.pointee.len) }
  }

  /// When the message was written, in ms since 1970; nil if brokers do not say.
  @inlinable public var milliseconds: Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let time = rd_kafka_message_timestamp(pointer, &kind)
    return time < 0 ? nil : time
  }

  /// The topic's name; copied, so not for every message.
  public var topic: String { rd_kafka_topic_name(pointer.pointee.rkt).map { String(cString: $0) } ?? "" }
}
