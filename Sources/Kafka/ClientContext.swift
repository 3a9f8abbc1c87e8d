internal import CRdKafka

/// What librdkafka's callbacks reach through their opaque pointer; they run on the thread that polls.
final class ClientContext {
  let secrets: SecretText
  let onEvent: (KafkaEvent) -> Void
  /// Whether no broker was reachable when last heard of.
  var isAway = false
  /// The last permanent error, which says more than the time-out of a call that met it.
  var permanentError: KafkaError?

  // Of producers.
  var onDelivery: ((KafkaDelivery) -> Void)?
  var deliveredCount = 0
  var failedCount = 0

  // Of consumers.
  weak var consumer: KafkaConsumer?
  var onAssigned: ((KafkaConsumer, [KafkaPosition]) -> [KafkaPosition])?
  var onRevoked: ((KafkaConsumer, [KafkaPosition], Bool) -> Void)?
  /// Where the partitions begin that the group assigned last; none when they were taken away.
  var assigned: [KafkaPosition] = []
  /// How often the group assigned partitions or took them away.
  var assignmentCount = 0

  init(secrets: SecretText, onEvent: @escaping (KafkaEvent) -> Void) {
    self.secrets = secrets
    self.onEvent = onEvent
  }

  static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
    opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Sets the callbacks that every kind of client has, and hands them a reference of their own to this object.
  func install(in configuration: OpaquePointer?) {
    rd_kafka_conf_set_opaque(configuration, Unmanaged.passRetained(self).toOpaque())
    rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
      ClientContext.of(opaque)?.reportError(client, code, reason)
    }
    rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
      guard let client, let facility, let text else { return }
      guard let context = ClientContext.of(rd_kafka_opaque(client)) else { return }
      context.onEvent(
        .log(
          level: Int(level), facility: String(cString: facility),
          text: context.secrets.hide(in: String(cString: text))))
    }
    rd_kafka_conf_set_stats_cb(configuration) { _, json, length, opaque in
      ClientContext.of(opaque)?.readStatistics(UnsafeRawBufferPointer(start: json, count: length))
      // librdkafka frees the text itself.
      return 0
    }
  }

  /// Gives up the reference that `install` made; no callback may run any more.
  func uninstall() { Unmanaged.passUnretained(self).release() }

  private func reportError(_ client: OpaquePointer?, _ code: Int32, _ reason: UnsafePointer<CChar>?) {
    let code = rd_kafka_resp_err_t(rawValue: code)
    let words = reason.map { secrets.hide(in: String(cString: $0)) }
    if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
      // Said again with every lost connection.
      if isAway { return }
      isAway = true
      return onEvent(.brokersAway(KafkaError(code, text: words)))
    }
    let error = code == RD_KAFKA_RESP_ERR__FATAL ? fatalError(of: client) : KafkaError(code, text: words)
    if error.isPermanent { permanentError = error }
    onEvent(.error(error))
  }

  /// The error that stands behind "fatal".
  func fatalError(of client: OpaquePointer?) -> KafkaError {
    var text = [CChar](repeating: 0, count: 512)
    let code = rd_kafka_fatal_error(client, &text, text.count)
    return KafkaError(code, text: secrets.hide(in: string(text)), isFatal: true)
  }

  /// librdkafka tells nobody when a broker is there again; only its statistics show it.
  private func readStatistics(_ json: UnsafeRawBufferPointer) {
    guard isAway, json.contains(Array(#""state":"UP""#.utf8)) else { return }
    isAway = false
    onEvent(.brokersBack)
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func contains(_ word: [UInt8]) -> Bool {
    guard count >= word.count else { return false }
    return (0...count - word.count).contains { start in
      self[start] == word[0] && self[start..<start + word.count].elementsEqual(word)
    }
  }
}
