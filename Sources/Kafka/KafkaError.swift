internal import CRdKafka

/// What librdkafka or a broker reports as failed.
///
/// Only the code is stored where there are no words beyond the code's own, so that making one costs nothing.
public struct KafkaError: Error, Equatable, Sendable {
  /// librdkafka's number for it: negative for its own errors, positive for those of brokers.
  public let code: Int32
  /// Whether the client cannot go on and must be closed.
  public let isFatal: Bool
  /// Words beyond those of the code, without secrets.
  let text: String?

  init(_ code: rd_kafka_resp_err_t, text: String? = nil, isFatal: Bool = false) {
    self.code = code.rawValue
    self.text = text
    self.isFatal = isFatal
  }

  /// The code's name, such as "TOPIC_AUTHORIZATION_FAILED" or "_TIMED_OUT".
  public var name: String { String(cString: rd_kafka_err2name(response)) }

  /// What happened, in librdkafka's words.
  public var message: String { text ?? String(cString: rd_kafka_err2str(response)) }

  var response: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: code) }
}

extension KafkaError: CustomStringConvertible {
  /// "message (NAME)".
  public var description: String { "\(message) (\(name))" }
}
