internal import CRdKafka

/// librdkafka's configuration object while it is being filled.
final class ClientConfiguration {
  /// nil once a client has taken it over.
  private(set) var handle: OpaquePointer?

  init() { handle = rd_kafka_conf_new() }

  // librdkafka takes the object over only when the client was made; until then it is ours to free.
  deinit { if let handle { rd_kafka_conf_destroy(handle) } }

  func set(_ name: String, _ value: String, hiding secrets: SecretText) throws(KafkaError) {
    var text = [CChar](repeating: 0, count: 512)
    let result = rd_kafka_conf_set(handle, name, value, &text, text.count)
    if result == RD_KAFKA_CONF_OK { return }
    throw KafkaError(
      RD_KAFKA_RESP_ERR__INVALID_ARG, text: secrets.hide(in: Self.naming(name, in: string(text))))
  }

  /// The text with the name that the user wrote; librdkafka has names of its own for some settings.
  private static func naming(_ name: String, in text: String) -> String {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(where: { $0.hasSuffix("onfiguration property ") }), place + 2 < parts.count
    else {
      return text
    }
    return (parts[...place] + [name[...]] + parts[(place + 2)...]).joined(separator: "\"")
  }

  func set(_ settings: KafkaSettings, hiding secrets: SecretText) throws(KafkaError) {
    for (name, value) in settings.pairs { try set(name, value, hiding: secrets) }
  }

  /// Whether there is a setting of this name. Its value is lost.
  func knows(_ name: String) -> Bool {
    // To ask for a value does not find the settings of topics; to set one does.
    rd_kafka_conf_set(handle, name, "", nil, 0) != RD_KAFKA_CONF_UNKNOWN
  }

  /// Makes a client, which owns the configuration from then on.
  func makeClient(_ kind: rd_kafka_type_t, hiding secrets: SecretText) throws(KafkaError) -> OpaquePointer {
    var text = [CChar](repeating: 0, count: 512)
    guard let client = rd_kafka_new(kind, handle, &text, text.count) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, text: secrets.hide(in: string(text)))
    }
    handle = nil
    return client
  }
}

/// The text in a buffer that C wrote to, without the newline that some texts of librdkafka end with.
func string(_ buffer: [CChar]) -> String {
  var bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
  while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self)
}
