import Connectors
import Kafka
import Synchronization

/// The broker inside the process that `brokers: embedded` stands for; started when it is first asked for.
final class EmbeddedBrokers: Sendable {
  private let broker = Mutex<EmbeddedBroker?>(nil)
  private let tell: @Sendable (String) -> Void

  init(tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

  /// The addresses to connect to: those of the embedded broker for `embedded`, where the topic is made too; all others as
  /// they are.
  @Sendable func addresses(_ target: KafkaTarget) throws -> String {
    guard target.isEmbedded else { return target.brokers }
    do throws(KafkaError) {
      let (broker, isNew) = try started()
      if isNew { tell("embedded broker at \(broker.bootstrap)") }
      try broker.createTopic(target.topic, partitions: target.partitions)
      return broker.bootstrap
    } catch {
      throw ConnectorError("the embedded broker did not start: \(error.message)")
    }
  }

  private func started() throws(KafkaError) -> (broker: EmbeddedBroker, isNew: Bool) {
    try broker.withLock { broker throws(KafkaError) in
      if let broker { return (broker, false) }
      let started = try EmbeddedBroker()
      broker = started
      return (started, true)
    }
  }
}
