internal import CRdKafka

/// librdkafka's list of partitions and offsets.
final class PositionList {
  let handle: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(_ positions: [KafkaPosition]) {
    handle = rd_kafka_topic_partition_list_new(Int32(positions.count))
    for position in positions {
      rd_kafka_topic_partition_list_add(handle, position.topic, position.partition).pointee.offset = position.offset
    }
  }

  /// Takes over a list that librdkafka made.
  init(owning handle: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { self.handle = handle }

  deinit { rd_kafka_topic_partition_list_destroy(handle) }

  var positions: [KafkaPosition] { Self.positions(of: handle) }

  /// The first error of a single partition.
  var error: KafkaError? {
    UnsafeBufferPointer(start: handle.pointee.elems, count: Int(handle.pointee.cnt))
      .first { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }.map { KafkaError($0.err) }
  }

  static func positions(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [KafkaPosition] {
    guard let list else { return [] }
    return UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)).map {
      KafkaPosition(topic: String(cString: $0.topic), partition: $0.partition, offset: $0.offset)
    }
  }
}
