import Kafka
import Synchronization

/// Results that were not delivered in the time that the user's settings give them, until they are sent again: behind those
/// before them and before those behind, as the order of results is the order of windows.
final class ResultOutbox: Sendable {
  private let kept = Mutex<[(token: Int, value: [UInt8])]>([])

  /// Keeps a result that is reported as not delivered.
  func keep(_ delivery: KafkaDelivery) {
    let value = delivery.value.map { Array($0) } ?? []
    kept.withLock { $0.append((delivery.token, value)) }
  }

  /// Sends a result, or keeps it behind those that wait to be sent again.
  func send(_ value: UnsafeRawBufferPointer, _ token: Int, _ produce: () throws -> Void) throws {
    try kept.withLock { kept in
      if kept.isEmpty { try produce() } else { kept.append((token, Array(value))) }
    }
  }

  /// Keeps nothing any more; gives what was kept.
  func takeAll() -> [(token: Int, bytes: Int)] {
    kept.withLock { kept in
      defer { kept = [] }
      return kept.map { ($0.token, $0.value.count) }
    }
  }

  /// Sends what is kept, once it is known what became of all others: those that are queued are taken back first.
  func sendAgain(_ producer: KafkaProducer, _ topic: KafkaTopic, key: [UInt8]) {
    kept.withLock { kept in
      if kept.isEmpty { return }
      guard producer.outstanding == 0 else { return producer.purge() }
      kept.sort { $0.token < $1.token }
      var sent = 0
      while sent < kept.count {
        let (token, value) = kept[sent]
        let isSent: ()? = value.withUnsafeBytes { value in
          key.withUnsafeBytes {
            try? producer.produce(to: topic, partition: LogReader.partition, key: $0, value: value, token: token)
          }
        }
        guard isSent != nil else { break }
        sent += 1
      }
      kept.removeFirst(sent)
    }
  }
}
