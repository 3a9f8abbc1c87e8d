import Connectors
import Kafka
import Synchronization

/// The broker inside the process that `brokers: embedded` stands for; started when it is first asked for.
final class EmbeddedBrokers: Sendable {
  private let broker = Mutex<EmbeddedBroker?>(nil)
  private let tell: @Sendable (String) -> Void

  init(tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

  /// The addresses to connect to: the embedded broker's for `embedded`, all others as they are.
  @Sendable func addresses(_ brokers: String) throws -> String {
    guard brokers == "embedded" else { return brokers }
    return try broker.withLock { broker in
      if let broker { return broker.bootstrap }
      do {
        let started = try EmbeddedBroker()
        broker = started
        tell("embedded broker at \(started.bootstrap)")
        return started.bootstrap
      } catch let error as KafkaError {
        throw ConnectorError("the embedded broker did not start: \(error.message)")
      }
    }
  }
}
