import ChainExecution
import Connectors
import Foundation
import Kafka
import Runtime
import Synchronization
import Testing

@testable import Emulation

/// What arrives at a broker: the embedded one.
@Suite struct TopicTests {
  private let folder = Folder()
  private let broker: EmbeddedBroker

  init() throws { broker = try EmbeddedBroker() }

  private func emulation(
    _ rows: [String], topic: String = "hits", settings: KafkaSettings = [:],
    _ change: (inout EmulationInput) -> Void = { _ in }, tell: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> HitsEmulation {
    let pipeline = try folder.pipeline(telescopeRecord)
    var input = EmulationInput(nil)
    input.files = [folder.write(rows.map { $0 + "\n" }.joined().utf8, "rows.txt")]
    input.rate = .unlimited
    change(&input)
    let target = KafkaTarget(
      brokers: broker.bootstrap, topic: topic, partitions: 4, settings: settings)
    return try #require(
      try HitsEmulation(
        pipeline.declaration, format: pipeline.plan.format, input: input, target: target, stop: { false }, tell: tell))
  }

  private struct Topic {
    /// Rows of each partition, in order, and the keys of its messages.
    var rows: [[String]]
    var keys: [[String]]
  }

  /// Everything that the topic holds, up to so many rows.
  private func read(_ topic: String, partitions: Int, rows: Int) throws -> Topic {
    let consumer = try KafkaConsumer(["bootstrap.servers": broker.bootstrap])
    defer { consumer.close() }
    try consumer.assign((0..<partitions).map { KafkaPosition(topic: topic, partition: Int32($0), offset: 0) })
    var result = Topic(
      rows: Array(repeating: [], count: partitions), keys: Array(repeating: [], count: partitions))
    let end = ContinuousClock.now + .seconds(60)
    var found = 0
    while found < rows, ContinuousClock.now < end {
      _ = consumer.drain(within: 50, limit: 10_000) { message in
        let text = String(decoding: message.value ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        result.rows[Int(message.partition)] += lines
        result.keys[Int(message.partition)].append(message.key.map { String(decoding: $0, as: UTF8.self) } ?? "none")
        found += lines.count
        return true
      }
    }
    return result
  }

  private func expected(_ rows: [String], partitions: Int) -> [[String]] {
    var result = Array(repeating: [String](), count: partitions)
    for row in rows {
      let key = Array(row.split(separator: ",")[3].utf8)
      result[key.withUnsafeBytes { partition(forKey: $0, of: partitions) }].append(row)
    }
    return result
  }

  @Test(arguments: [1, 7])
  func `Every row is in its orbit's partition, in order`(rowsPerMessage: Int) throws {
    let rows = telescopeRows(20_000)
    try broker.createTopic("hits", partitions: 3)
    let emulation = try emulation(rows) { $0.rowsPerMessage = rowsPerMessage }
    #expect(emulation.partitions == 3)
    try emulation.emulator.run()
    emulation.close()
    let counts = emulation.emulator.counts
    #expect(counts.sent == 20_000)
    #expect(counts.acknowledged == 20_000)
    #expect(counts.failed == 0)
    let topic = try read("hits", partitions: 3, rows: 20_000)
    #expect(topic.rows == expected(rows, partitions: 3))
    for (partition, keys) in topic.keys.enumerated() {
      #expect(
        keys.allSatisfy { key in Array(key.utf8).withUnsafeBytes { Emulation.partition(forKey: $0, of: 3) } == partition
        })
    }
  }

  @Test(arguments: [(2, false), (nil, true)] as [(Int?, Bool)])
  func `A topic is made where there is none, and keeps its partitions where there is`(
    partitions: Int?, isMade: Bool
  ) throws {
    if let partitions { try broker.createTopic("hits", partitions: partitions) }
    let emulation = try emulation(telescopeRows(10))
    #expect(emulation.madeTopic == isMade)
    #expect(emulation.partitions == partitions ?? 4)
    try emulation.emulator.run()
    emulation.close()
    #expect(emulation.emulator.counts.acknowledged == 10)
  }

  @Test func `Brokers that go away are told of, and get every row when they are back`() throws {
    let rows = telescopeRows(5000)
    let told = Mutex<[String]>([])
    let emulation = try emulation(rows) {
      $0.rate = .perSecond(5000)
      $0.loops = true
    } tell: { sentence in
      told.withLock { $0.append(sentence) }
    }
    let counts = emulation.emulator.counts
    emulation.emulator.start()
    while counts.acknowledged < 1000 { usleep(1000) }
    broker.takeDown()
    while told.withLock({ $0.isEmpty }) { usleep(1000) }
    broker.bringUp()
    emulation.emulator.stop()
    try emulation.emulator.wait()
    emulation.close()
    #expect(counts.acknowledged == counts.sent)
    #expect(counts.failed == 0)
    #expect(told.withLock { $0[0] }.contains("topic hits on \(broker.bootstrap): no broker answers ("))
    let sent = (0..<Int(counts.sent)).map { rows[$0 % rows.count] }
    #expect(try read("hits", partitions: 4, rows: sent.count).rows == expected(sent, partitions: 4))
  }

  @Test func `A row too long for the brokers is one that failed, and the others arrive`() throws {
    var rows = telescopeRows(100)
    rows.insert(String(repeating: "x", count: 1_020_000), at: 50)
    let emulation = try emulation(rows) { $0.rowsPerMessage = 10 }
    try emulation.emulator.run()
    emulation.close()
    #expect(emulation.emulator.counts.failed == 1)
    #expect(emulation.emulator.counts.acknowledged == 100)
    #expect(try #require(emulation.firstFailure).contains("MSG_SIZE_TOO_LARGE"))
  }

  @Test func `Rows that the brokers refuse are counted, and the reason is told`() throws {
    // Message too large, as the broker says it.
    try broker.createTopic("hits", partitions: 1)
    broker.fail(.produce, codes: [10])
    let emulation = try emulation(telescopeRows(10)) { $0.rowsPerMessage = 10 }
    try emulation.emulator.run()
    emulation.close()
    #expect(emulation.emulator.counts.failed == 10)
    #expect(emulation.emulator.counts.acknowledged == 0)
    #expect(emulation.firstFailure != nil)
  }

  @Test func `Settings that librdkafka refuses are said in its words`() throws {
    #expect {
      _ = try emulation(telescopeRows(1), settings: ["no.such.setting": "1"])
    } throws: {
      "\($0)".contains("no.such.setting")
    }
  }

  @Test func `Settings against idempotence are the user's to make`() throws {
    let emulation = try emulation(telescopeRows(10), settings: ["acks": "1"])
    try emulation.emulator.run()
    emulation.close()
    #expect(emulation.emulator.counts.acknowledged == 10)
  }

  @Test func `Who stops before a broker answers gets no emulation`() throws {
    let pipeline = try folder.pipeline(telescopeRecord)
    let target = KafkaTarget(brokers: "127.0.0.1:1", topic: "hits", partitions: 1)
    let asked = Mutex(0)
    let emulation = try HitsEmulation(
      pipeline.declaration, format: pipeline.plan.format, input: EmulationInput(nil), target: target,
      stop: {
        asked.withLock { count in
          count += 1
          return count > 1
        }
      }, tell: { _ in })
    #expect(emulation == nil)
  }
}
