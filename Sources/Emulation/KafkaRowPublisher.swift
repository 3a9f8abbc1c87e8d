import Connectors
import Kafka

/// Messages of rows to a topic.
///
/// Unless the user's settings say otherwise, messages that are tried again neither overtake nor repeat others
/// (librdkafka's idempotence), and brokers that are away are waited for, however long.
package final class KafkaRowPublisher: RowPublisher {
  package let partitions: Int
  /// Whether the topic was missing and has been made.
  package let madeTopic: Bool
  private let producer: RowProducer
  private let watch: BrokerWatch
  private let failures = FirstFailure()

  /// Settings of the user that idempotence cannot be had with, or that ask for something else.
  private static let rivals = [
    "acks", "request.required.acks", "retries", "message.send.max.retries", "max.in.flight",
    "max.in.flight.requests.per.connection", "queuing.strategy", "enable.idempotence",
  ]

  /// A publisher to a topic, which is made if it is missing; nil where `stop` says yes before a broker answers.
  ///
  /// - Parameters:
  ///   - target: the topic, with addresses of brokers.
  ///   - counts: takes what becomes of rows.
  ///   - stop: asked now and then while brokers are away.
  ///   - tell: called with sentences for the user, such as that brokers are away or back.
  /// - Throws: a sentence for the user.
  package init?(
    _ target: KafkaTarget, counts: EmulationCounts, stop: () -> Bool, tell: @escaping @Sendable (String) -> Void
  ) throws {
    let watch = BrokerWatch("topic \(target.topic) on \(target.brokers)", tell: tell)
    self.watch = watch
    var settings = target.settings(defaults: ["linger.ms": "5", "message.timeout.ms": "0"])
    if Self.rivals.allSatisfy({ settings[$0] == nil }) { settings["enable.idempotence"] = "true" }
    do throws(KafkaError) {
      producer = try RowProducer(
        settings, topic: target.topic, counts: counts, failures: failures, onEvent: { watch.hear($0) })
    } catch {
      throw ConnectorError("topic \(target.topic): \(error.message)")
    }
    guard let (partitions, isNew) = try target.make(stop: stop, watch: watch) else { return nil }
    self.partitions = partitions
    madeTopic = isNew
    producer.meetBrokers()
  }

  package func publish(_ messages: UnsafeBufferPointer<RowMessage>, partition: Int) throws -> Int {
    do throws(KafkaError) {
      return try producer.produce(messages, partition: partition)
    } catch {
      throw ConnectorError("\(watch.name): \(error.message)")
    }
  }

  package func poll(milliseconds: Int) throws {
    producer.poll(milliseconds: milliseconds)
    try watch.check()
  }

  /// Why the first message that failed did; nil where none has.
  package var firstFailure: KafkaError? { failures.value }

  /// Ends it; what is still on its way is given up.
  package func close() { producer.close() }
}
