import Kafka
import Testing

/// Bytes as the text they are.
func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

extension KafkaProducer {
  /// Produces text; nil for no key or no value.
  func produce(
    _ topic: String, partition: Int32 = -1, key: String? = nil, _ value: String?, token: Int = 0
  ) throws(KafkaError) {
    let topic = try self.topic(topic)
    // Through closures that return what went wrong, as those of the standard library do not throw typed errors.
    let error = withBytes(of: key) { key in
      withBytes(of: value) { value -> KafkaError? in
        do throws(KafkaError) {
          try produce(to: topic, partition: partition, key: key, value: value, token: token)
          return nil
        } catch {
          return error
        }
      }
    }
    if let error { throw error }
  }
}

/// Hands over the bytes of a text; of an empty one bytes that are nowhere.
private func withBytes<Result>(of text: String?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
  guard let text else { return body(nil) }
  if text.isEmpty { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
  return Array(text.utf8).withUnsafeBytes { body($0) }
}

/// A message as values to compare.
struct Read: Equatable {
  var partition: Int32
  var offset: Int64
  var key: String?
  var value: String?
}

extension KafkaConsumer {
  /// Reads until so many messages have come; fewer if they do not come within half a minute, or an error does.
  func read(_ count: Int) -> [Read] {
    var result: [Read] = []
    let end = ContinuousClock.now + .seconds(120)
    while result.count < count, ContinuousClock.now < end {
      _ = drain(within: 50, limit: count - result.count) { message in
        if let error = message.error {
          Issue.record("\(error)")
          return true
        }
        result.append(
          Read(
            partition: message.partition, offset: message.offset, key: text(message.key), value: text(message.value)))
        return true
      }
    }
    return result
  }
}

/// Does something again and again until a condition holds.
func repeating(_ body: () throws -> Void, until condition: () throws -> Bool) rethrows {
  let end = ContinuousClock.now + .seconds(120)
  while try !condition() {
    guard ContinuousClock.now < end else {
      Issue.record("not within 120 s")
      return
    }
    try body()
  }
}

/// One for all tests that break nothing.
let sharedBroker = Result { try EmbeddedBroker() }
