internal import CRdKafka

/// librdkafka's list of partitions and offsets.
final class PositionList {
  private let handle: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(_ positions: [KafkaPosition]) {
    handle = rd_kafka_topic_partition_list_new(Int32(positions.count))
    for position in positions {
      rd_kafka_topic_partition_list_add(handle, position.topic, position.partition).pointee.offset = position.offset
    }
  }

  /// Takes over a list that librdkafka made.
  init(owning handle: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { self.handle = handle }

  deinit { rd_kafka_topic_partition_list_destroy(handle) }

  /// Calls librdkafka with the list. The optimiser may free an object after its last mention, so that a pointer read
  /// from it and handed on would be one to freed memory.
  func with<Result>(_ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result) -> Result {
    withExtendedLifetime(self) { body(handle) }
  }

  var positions: [KafkaPosition] { with { Self.positions(of: $0) } }

  /// The first error of a single partition.
  var error: KafkaError? {
    with { list in
      UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
        .first { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }.map { KafkaError($0.err) }
    }
  }

  static func positions(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [KafkaPosition] {
    guard let list else { return [] }
    return UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)).map {
      KafkaPosition(topic: String(cString: $0.topic), partition: $0.partition, offset: $0.offset)
    }
  }
}
