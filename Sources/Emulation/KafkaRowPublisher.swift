import Connectors
import Kafka
import Synchronization

/// Messages of rows to a topic.
public final class KafkaRowPublisher: RowPublisher {
  public let partitions: Int
  /// Whether the topic was missing and has been made.
  public let madeTopic: Bool
  private let counts: EmulationCounts
  private let producer: KafkaProducer
  private let topic: KafkaTopic
  private let watch: BrokerWatch
  private let batch = KafkaBatch(capacity: 256)
  private let first: FirstFailure

  /// Why the first of the messages that failed did.
  private final class FirstFailure: Sendable {
    private let error = Mutex<KafkaError?>(nil)

    func note(_ new: KafkaError) { error.withLock { $0 = $0 ?? new } }
    var value: KafkaError? { error.withLock { $0 } }
  }

  /// Settings of the user that idempotence cannot be had with, or that ask for something else.
  private static let rivals = [
    "acks", "request.required.acks", "retries", "message.send.max.retries", "max.in.flight",
    "max.in.flight.requests.per.connection", "queuing.strategy",
  ]

  /// A publisher to a topic, which is made if it is missing; nil where `stop` says yes before a broker answers.
  ///
  /// Unless the user's settings say otherwise, messages that are tried again neither overtake nor repeat others, and
  /// brokers that are away are waited for, however long.
  ///
  /// - Parameters:
  ///   - target: the topic, with addresses of brokers.
  ///   - counts: takes what becomes of rows.
  ///   - stop: asked now and then while brokers are away.
  ///   - tell: called with sentences for the user, such as that brokers are away or back.
  /// - Throws: a sentence for the user.
  public init?(
    _ target: KafkaTarget, counts: EmulationCounts, stop: () -> Bool, tell: @escaping @Sendable (String) -> Void
  ) throws {
    let watch = BrokerWatch("topic \(target.topic)", tell: tell)
    guard let (partitions, isNew) = try target.make(stop: stop, watch: watch) else { return nil }
    self.partitions = partitions
    madeTopic = isNew
    self.counts = counts
    self.watch = watch
    let first = FirstFailure()
    self.first = first
    var settings = target.settings(defaults: ["linger.ms": "5", "message.timeout.ms": "0"])
    if Self.rivals.allSatisfy({ settings[$0] == nil }) { settings.setDefault("enable.idempotence", "true") }
    do throws(KafkaError) {
      producer = try KafkaProducer(
        settings,
        onDelivery: { delivery in
          if let error = delivery.error {
            first.note(error)
            counts.addFailed(delivery.token)
          } else {
            counts.addAcknowledged(delivery.token)
          }
        }, onEvent: { watch.hear($0) })
      topic = try producer.topic(target.topic)
    } catch {
      throw ConnectorError("topic \(target.topic): \(error.message)")
    }
  }

  public func publish(_ messages: UnsafeBufferPointer<RowMessage>, partition: Int) throws -> Int {
    batch.removeAll()
    for message in messages.prefix(batch.capacity) {
      batch.append(key: message.key, value: message.value, token: message.rows)
    }
    do throws(KafkaError) {
      return try producer.produce(batch, to: topic, partition: Int32(partition)) { rows, error in
        // One row that is too long for the brokers does not end the stream.
        first.note(error)
        counts.addFailed(rows)
      }
    } catch {
      throw ConnectorError("\(watch.name): \(error.message)")
    }
  }

  public func poll(milliseconds: Int) throws {
    producer.poll(milliseconds: milliseconds)
    try watch.check()
  }

  /// Why the first message that failed did; nil where none has.
  public var firstFailure: KafkaError? { first.value }

  /// Ends the producer; what is still on its way is given up.
  public func close() { producer.close(milliseconds: 1000) }
}
