internal import CRdKafka
import Glibc

/// librdkafka's own broker, which speaks the real protocol over loopback from inside this process.
///
/// It keeps about 5 MB or 100,000 messages of each partition and drops older ones. A topic that is asked for and not
/// there it makes, with 4 partitions. Close all clients before it goes.
///
/// When members join a group or leave it, the others have `session.timeout.ms` less a second to join again, and it
/// waits all that time; until then commits are refused. `consumerSettings` make that short.
///
/// Unchecked `Sendable`: librdkafka's handle of it takes calls of any thread.
public final class EmbeddedBroker: @unchecked Sendable {
  /// "127.0.0.1:PORT", several with commas between: the setting `bootstrap.servers`.
  public let bootstrap: String
  private let context: ClientContext
  let client: OpaquePointer
  let cluster: OpaquePointer

  /// Starts a cluster on free ports.
  public init(brokers: Int = 1) throws(KafkaError) {
    let configuration = ClientConfiguration()
    context = ClientContext(secrets: SecretText([])) { _ in }
    context.install(in: configuration.handle)
    do {
      client = try configuration.makeClient(RD_KAFKA_PRODUCER, hiding: SecretText([]))
    } catch {
      context.uninstall()
      throw error
    }
    guard let cluster = rd_kafka_mock_cluster_new(client, Int32(clamping: brokers)) else {
      rd_kafka_destroy(client)
      context.uninstall()
      throw KafkaError(RD_KAFKA_RESP_ERR__FAIL, text: "the embedded broker cannot listen on 127.0.0.1")
    }
    self.cluster = cluster
    bootstrap = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    shortenJoining()
  }

  deinit {
    rd_kafka_mock_cluster_destroy(cluster)
    rd_kafka_destroy(client)
    context.uninstall()
  }

  /// Settings of a client of it.
  public var settings: KafkaSettings { ["bootstrap.servers": bootstrap] }

  /// Settings of a consumer of it, with which a group is ready one second after its members have changed.
  public var consumerSettings: KafkaSettings {
    ["bootstrap.servers": bootstrap, "session.timeout.ms": "2000", "heartbeat.interval.ms": "200"]
  }

  /// Creates a topic; one that is there stays as it is.
  public func createTopic(_ name: String, partitions: Int, replicas: Int = 1) throws(KafkaError) {
    let code = rd_kafka_mock_topic_create(cluster, name, Int32(clamping: partitions), Int32(clamping: replicas))
    if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return }
    throw KafkaError(code)
  }

  /// A group waits 3 s for more members before it begins, which one process need not; only newer libraries can be told.
  private func shortenJoining() {
    guard let symbol = dlsym(nil, "rd_kafka_mock_group_initial_rebalance_delay_ms") else { return }
    typealias Function = @convention(c) (OpaquePointer, Int32) -> Void
    unsafeBitCast(symbol, to: Function.self)(cluster, 0)
  }
}
