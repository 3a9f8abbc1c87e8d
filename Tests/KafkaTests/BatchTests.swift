import Kafka
import Testing

/// Several messages in one call.
@Suite struct BatchTests {
  private let broker: EmbeddedBroker

  init() throws {
    broker = try EmbeddedBroker()
    try broker.createTopic("numbers", partitions: 2)
  }

  /// Produces numbers as text to partition 1, keyed by themselves, with a value of so many bytes for `long`.
  private func produce(
    _ numbers: [Int], _ producer: KafkaProducer, long: Int? = nil, refused: (Int, KafkaError) -> Void = { _, _ in }
  ) throws -> Int {
    let batch = KafkaBatch(capacity: numbers.count)
    let texts = numbers.map { number in
      Array((number == long ? String(repeating: "x", count: 2_000_000) : "\(number)").utf8)
    }
    // One block of memory, so that all bytes stay in place.
    let bytes = texts.flatMap { $0 }
    return try bytes.withUnsafeBytes { bytes -> Result<Int, KafkaError> in
      var start = 0
      for (number, text) in zip(numbers, texts) {
        let value = UnsafeRawBufferPointer(rebasing: bytes[start..<start + text.count])
        batch.append(key: number == long ? nil : value, value: value, token: number + 1)
        start += text.count
      }
      #expect(batch.count == numbers.count)
      do throws(KafkaError) {
        return .success(try producer.produce(batch, to: try producer.topic("numbers"), partition: 1, refused: refused))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private func read(_ count: Int) throws -> [Read] {
    let consumer = try KafkaConsumer(["bootstrap.servers": broker.bootstrap])
    defer { consumer.close() }
    try consumer.assign([KafkaPosition(topic: "numbers", partition: 1, offset: 0)])
    return consumer.read(count)
  }

  @Test func `A batch arrives in its order, in its partition, and each message is reported`() throws {
    var tokens: [Int] = []
    let producer = try KafkaProducer(["bootstrap.servers": broker.bootstrap], onDelivery: { tokens.append($0.token) })
    #expect(try produce(Array(0..<1000), producer) == 1000)
    #expect(producer.flush(milliseconds: 10_000))
    producer.close()
    #expect(tokens == Array(1...1000))
    let found = try read(1000)
    #expect(found.map(\.value) == (0..<1000).map { "\($0)" })
    #expect(found.map(\.key) == (0..<1000).map { "\($0)" })
  }

  @Test func `Where the queue is full the rest is not dealt with, and can be produced later`() throws {
    let producer = try KafkaProducer([
      "bootstrap.servers": broker.bootstrap, "queue.buffering.max.messages": "100", "linger.ms": "1000",
    ])
    let first = try produce(Array(0..<300), producer)
    #expect(first == 100)
    #expect(producer.flush(milliseconds: 10_000))
    #expect(try produce(Array(100..<150), producer) == 50)
    #expect(producer.flush(milliseconds: 10_000))
    producer.close()
    #expect(try read(150).map(\.value) == (0..<150).map { "\($0)" })
  }

  @Test func `A message that is too large is refused, and the others go`() throws {
    let producer = try KafkaProducer(["bootstrap.servers": broker.bootstrap])
    var refusals: [Int] = []
    let dealt = try produce([7, 8, 9], producer, long: 8) { token, error in
      #expect(error.isMessageTooLarge)
      refusals.append(token)
    }
    #expect(dealt == 3)
    #expect(refusals == [9])
    #expect(producer.flush(milliseconds: 10_000))
    producer.close()
    #expect(try read(2).map(\.value) == ["7", "9"])
  }

  @Test func `A batch is used again`() throws {
    let batch = KafkaBatch(capacity: 2)
    let bytes: [UInt8] = [1]
    bytes.withUnsafeBytes { batch.append(key: nil, value: $0, token: 1) }
    batch.removeAll()
    #expect(batch.count == 0)
    #expect(batch.capacity == 2)
  }
}
