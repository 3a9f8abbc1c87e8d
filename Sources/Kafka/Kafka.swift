internal import CRdKafka

/// The librdkafka that the program runs with, which may be newer than the headers it was built with.
public enum Kafka {
  /// The version as librdkafka writes it, "2.16.1".
  public static var libraryVersion: String { String(cString: rd_kafka_version_str()) }

  /// The version as one number to compare, 0xMMmmrrpp: 2.3.0 is 0x020300ff.
  public static var libraryNumber: Int { Int(rd_kafka_version()) }

  /// Whether the library reads what newer brokers say of themselves: librdkafka 2.3 and later do.
  public static var isRecent: Bool { libraryNumber >= 0x0203_0000 }
}
