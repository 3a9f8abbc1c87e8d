internal import CRdKafka

/// A connection to a cluster: the part that producers and consumers have in common.
///
/// All calls block up to the time they are given. One thread polls, and everything that a client reports is reported
/// on that thread, from inside the call that polls.
///
/// Unchecked `Sendable`: librdkafka's handles take calls of any thread; what Swift keeps, one thread uses.
public class KafkaClient: @unchecked Sendable {
  /// nil once closed.
  final var handle: OpaquePointer?
  final let context: ClientContext

  /// A client that only asks about topics and creates them.
  ///
  /// - Throws: what librdkafka says of the settings. No broker is needed yet.
  public convenience init(
    _ settings: KafkaSettings, onEvent: @escaping (KafkaEvent) -> Void = { _ in }
  ) throws(KafkaError) {
    try self.init(RD_KAFKA_PRODUCER, settings, onEvent: onEvent) { _ in }
  }

  init(
    _ kind: rd_kafka_type_t, _ settings: KafkaSettings, onEvent: @escaping (KafkaEvent) -> Void,
    configure: (OpaquePointer?) -> Void
  ) throws(KafkaError) {
    var settings = settings
    // Log lines wait for the thread that polls, like all else, instead of coming from librdkafka's threads.
    settings["log.queue"] = "true"
    settings.setDefault("statistics.interval.ms", "1000")
    settings.setDefault("client.id", "hitmon")
    let secrets = SecretText(settings)
    context = ClientContext(secrets: secrets, onEvent: onEvent)
    let configuration = ClientConfiguration()
    try configuration.set(settings, hiding: secrets)
    context.install(in: configuration.handle)
    configure(configuration.handle)
    do {
      handle = try configuration.makeClient(kind, hiding: secrets)
    } catch {
      context.uninstall()
      throw error
    }
    rd_kafka_set_log_queue(handle, nil)
  }

  deinit { destroy(milliseconds: 1000) }

  /// Hands over what the client has to report, waiting for something up to the time given. Consumers poll for messages
  /// instead.
  ///
  /// - Returns: how many reports were handed over.
  @discardableResult
  public func poll(milliseconds: Int) -> Int {
    guard let handle else { return 0 }
    return Int(rd_kafka_poll(handle, Int32(clamping: milliseconds)))
  }

  /// Ends the client. Nothing is reported afterwards, and every call throws or does nothing.
  ///
  /// - Returns: false if librdkafka did not end in time; it goes on ending behind the scenes.
  @discardableResult
  public func close(milliseconds: Int = 5000) -> Bool { destroy(milliseconds: milliseconds) }

  @discardableResult
  final func destroy(milliseconds: Int, flags: Int32 = 0) -> Bool {
    guard let client = handle else { return true }
    handle = nil
    return ClientEnd.destroy(client, context, flags: flags, milliseconds: milliseconds)
  }

  /// The client, as long as it is open.
  final func open() throws(KafkaError) -> OpaquePointer {
    guard let handle else { throw KafkaError(RD_KAFKA_RESP_ERR__DESTROY) }
    return handle
  }

  /// Throws if the code is one of an error.
  final func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    throw code == RD_KAFKA_RESP_ERR__FATAL ? context.fatalError(of: handle) : KafkaError(code)
  }

  /// Throws if there is an error, and frees it.
  final func check(_ error: OpaquePointer?) throws(KafkaError) {
    guard let error else { return }
    defer { rd_kafka_error_destroy(error) }
    throw KafkaError(
      rd_kafka_error_code(error), text: context.secrets.hide(in: String(cString: rd_kafka_error_string(error))),
      isFatal: rd_kafka_error_is_fatal(error) != 0)
  }
}
