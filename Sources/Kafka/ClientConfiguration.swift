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
    throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, text: secrets.hide(in: string(text)))
  }

  func set(_ settings: KafkaSettings, hiding secrets: SecretText) throws(KafkaError) {
    for (name, value) in settings.pairs { try set(name, value, hiding: secrets) }
  }

  func knows(_ name: String) -> Bool {
    var size = 0
    return rd_kafka_conf_get(handle, name, nil, &size) == RD_KAFKA_CONF_OK
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

/// The text in a buffer that C wrote to.
func string(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
