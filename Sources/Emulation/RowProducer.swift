import Connectors
import Kafka
import Synchronization

/// A producer of rows to one topic, which counts what becomes of them.
final class RowProducer {
  private let producer: KafkaProducer
  private let name: String
  // Named to librdkafka with the first rows: brokers that make topics on the fly would make it as they like.
  private var topic: KafkaTopic?
  private let counts: EmulationCounts
  private let failures: FirstFailure
  private let batch = KafkaBatch(capacity: 256)

  /// - Throws: what librdkafka says of the settings.
  init(
    _ settings: KafkaSettings, topic name: String, counts: EmulationCounts, failures: FirstFailure,
    onEvent: @escaping (KafkaEvent) -> Void
  ) throws(KafkaError) {
    self.name = name
    self.counts = counts
    self.failures = failures
    producer = try KafkaProducer(
      settings,
      onDelivery: { delivery in
        if let error = delivery.error {
          failures.note(error)
          counts.addFailed(delivery.token)
        } else {
          counts.addAcknowledged(delivery.token)
        }
      }, onEvent: onEvent)
  }

  /// Gets ready to send at once.
  func meetBrokers() { producer.meetBrokers(milliseconds: 1_000) }

  /// How many of the messages it dealt with, from the first on; fewer than all where its queue is full.
  func produce(_ messages: UnsafeBufferPointer<RowMessage>, partition: Int) throws(KafkaError) -> Int {
    let topic = if let topic { topic } else { try producer.topic(name) }
    self.topic = topic
    batch.removeAll()
    for message in messages.prefix(batch.capacity) {
      batch.append(key: message.key, value: message.value, token: message.rows)
    }
    return try producer.produce(batch, to: topic, partition: Int32(partition)) { rows, error in
      // One row that is too long for the brokers does not end the stream.
      failures.note(error)
      counts.addFailed(rows)
    }
  }

  func poll(milliseconds: Int) { producer.poll(milliseconds: milliseconds) }

  /// Ends it; what is still on its way is given up.
  func close() { producer.close(milliseconds: 1000) }
}

/// Why the first of the messages that failed did; several producers may share one.
final class FirstFailure: Sendable {
  private let error = Mutex<KafkaError?>(nil)

  func note(_ new: KafkaError) { error.withLock { $0 = $0 ?? new } }

  var value: KafkaError? { error.withLock { $0 } }
}
