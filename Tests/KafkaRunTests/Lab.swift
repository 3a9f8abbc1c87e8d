import Foundation
import Kafka
import Simulation
import TestSupport

/// A broker of a test's own, with a topic `hits` to read and results on topics beside it.
final class Lab {
  let broker: EmbeddedBroker
  let partitions: Int

  init(partitions: Int = 4, brokers: Int = 1) throws {
    broker = try EmbeddedBroker(brokers: brokers)
    self.partitions = partitions
    try broker.createTopic("hits", partitions: partitions, replicas: brokers)
    try broker.createTopic("results", partitions: 1, replicas: brokers)
  }

  /// The keys that every source and sink here has; in the braces of one.
  var connection: String { "brokers: '\(broker.bootstrap)'" }

  /// Clients look for brokers that were away at once.
  static let impatient = "settings: {reconnect.backoff.max.ms: 100}"

  /// A pipeline's source on `hits`. Unless a test says so nothing is idle, however busy the machine.
  func source(_ more: String = "until: end", topic: String = "hits", idle: String = "300 s") -> String {
    "{kafka: {\(connection), topic: \(topic), idle: \(idle), \(more)}}"
  }

  func sink(_ more: String = Lab.impatient, topic: String = "results") -> String {
    "{kafka: {\(connection), topic: \(topic), \(more)}}"
  }

  /// The telescope's pipeline from `hits` to `results`.
  func job(
    window: String, source: String = "until: end", sink: String = Lab.impatient, idle: String = "300 s",
    results: Lab? = nil
  ) -> Job {
    Job.dtChambers.with {
      $0.window = window
      $0.overrides = [
        "sources={telescope: \(self.source(source, idle: idle))}", "sinks=[\((results ?? self).sink(sink))]",
      ]
    }
  }

  // MARK: Hits

  /// Writes messages of rows. An orbit's rows are in one partition if messages are keyed, else messages go round robin.
  func produce(
    _ rows: some Collection<TelescopeRow>, rowsPerMessage: Int = 1, isKeyed: Bool = true, topic: String = "hits",
    encode: (TelescopeRow, inout [UInt8]) -> Void = { $0.appendCSV(to: &$1) }
  ) throws {
    let writer = try Writer(self, topic)
    if isKeyed {
      var gathered = Array(repeating: [TelescopeRow](), count: partitions)
      for row in rows {
        let partition = Int(row.orbit) % partitions
        gathered[partition].append(row)
        if gathered[partition].count == rowsPerMessage {
          try writer.write(gathered[partition], key: "\(gathered[partition][0].orbit)", to: partition, encode)
          gathered[partition] = []
        }
      }
      for (partition, rest) in gathered.enumerated() where !rest.isEmpty {
        try writer.write(rest, key: "\(rest[0].orbit)", to: partition, encode)
      }
    } else {
      var start = rows.startIndex
      var number = 0
      while start != rows.endIndex {
        let end = rows.index(start, offsetBy: rowsPerMessage, limitedBy: rows.endIndex) ?? rows.endIndex
        try writer.write(Array(rows[start..<end]), key: nil, to: number % partitions, encode)
        number += 1
        start = end
      }
    }
    try writer.close()
  }

  /// Writes one message as it is.
  func produce(_ value: [UInt8]?, key: String? = "0", to partition: Int, topic: String = "hits") throws {
    let writer = try Writer(self, topic)
    try writer.write(value, key: key, to: partition)
    try writer.close()
  }

  /// Writes messages to a log of results, as a run of the telescope's pipeline would.
  func write(
    _ messages: some Sequence<some Sequence<UInt8>>, to topic: String = "results", key: String = "dt-chambers"
  ) throws {
    let writer = try Writer(self, topic)
    for message in messages { try writer.write(Array(message), key: key, to: 0) }
    try writer.close()
  }

  func writer(to topic: String = "hits") throws -> Writer { try Writer(self, topic) }

  /// Messages written over a time.
  final class Writer {
    private let producer: KafkaProducer
    private let topic: KafkaTopic

    init(_ lab: Lab, _ topic: String) throws {
      producer = try KafkaProducer([
        "bootstrap.servers": lab.broker.bootstrap, "message.max.bytes": "20000000", "enable.idempotence": "true",
        "queue.buffering.max.messages": "1000000", "reconnect.backoff.max.ms": "100",
        // It looks as often for brokers that were away, so that no partition is silent because of this writer.
        "retry.backoff.max.ms": "100",
      ])
      self.topic = try producer.topic(topic)
    }

    func write(
      _ rows: [TelescopeRow], key: String?, to partition: Int,
      _ encode: (TelescopeRow, inout [UInt8]) -> Void = { $0.appendCSV(to: &$1) }
    ) throws {
      var bytes: [UInt8] = []
      for row in rows { encode(row, &bytes) }
      // Messages of text end without a line end, as those of the emulator do.
      if bytes.last == 0x0A { bytes.removeLast() }
      try write(bytes, key: key, to: partition)
    }

    func write(_ value: [UInt8]?, key: String?, to partition: Int) throws {
      let key = key.map { Array($0.utf8) }
      try (value ?? []).withUnsafeBytes { bytes in
        try (key ?? []).withUnsafeBytes { keyBytes in
          try producer.produce(
            to: topic, partition: Int32(partition), key: key == nil ? nil : keyBytes,
            value: value == nil ? nil : bytes)
        }
      }
    }

    func flush() throws {
      guard producer.flush(milliseconds: 60_000), producer.failedCount == 0 else { throw NotWritten() }
    }

    func close() throws {
      try flush()
      producer.close()
    }

    struct NotWritten: Error {}
  }

  // MARK: Results

  /// The values on a topic, of each partition in order.
  func values(on topic: String = "results") throws -> [Data] {
    let consumer = try KafkaConsumer([
      "bootstrap.servers": broker.bootstrap, "enable.partition.eof": "true", "auto.offset.reset": "earliest",
      "fetch.wait.max.ms": "10",
    ])
    guard let count = try consumer.partitionCount(of: topic) else { return [] }
    let all = Set(0..<Int32(count))
    try consumer.assign(all.map { KafkaPosition(topic: topic, partition: $0, offset: KafkaOffset.beginning) })
    var values: [Int32: [Data]] = [:]
    var ended: Set<Int32> = []
    let deadline = ContinuousClock.now + .seconds(60)
    while ended != all, ContinuousClock.now < deadline {
      _ = consumer.drain(within: 20, limit: 1000) { message in
        if message.isError {
          if message.error?.isEndOfPartition == true { ended.insert(message.partition) }
        } else if let value = message.value {
          values[message.partition, default: []].append(Data(value))
        }
        return true
      }
    }
    consumer.close()
    return all.sorted().flatMap { values[$0] ?? [] }
  }

  /// The results that count of those that were published, in order.
  func results(on topic: String = "results") throws -> [Message] {
    try accepted(on: topic).results.map { try JSONDecoder().decode(Message.self, from: $0) }
  }

  /// What counts on a topic, and what does not.
  func accepted(on topic: String = "results") throws -> AcceptedResults { AcceptedResults(try values(on: topic)) }
}
