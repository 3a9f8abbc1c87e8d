/// A place in a topic: an offset in one of its partitions.
public struct KafkaPosition: Hashable, Sendable, CustomStringConvertible {
  /// The topic.
  public var topic: String
  /// The partition, from 0.
  public var partition: Int32
  /// The offset of the next message to read, or one of `KafkaOffset`'s.
  public var offset: Int64

  /// A place in a partition of a topic.
  public init(topic: String, partition: Int32, offset: Int64 = KafkaOffset.none) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
  }

  /// "topic[partition]@offset".
  public var description: String { "\(topic)[\(partition)]@\(offset)" }
}

/// Offsets with a meaning of their own.
public enum KafkaOffset {
  /// The oldest message that is kept.
  public static let beginning: Int64 = -2
  /// Behind the newest message.
  public static let end: Int64 = -1
  /// Where the group committed, or else where `auto.offset.reset` says.
  public static let committed: Int64 = -1000
  /// No offset: nothing committed, nothing read, no message as late as asked for.
  public static let none: Int64 = -1001
}
