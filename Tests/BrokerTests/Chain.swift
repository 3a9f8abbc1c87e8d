import Foundation
import Kafka
import TestSupport

/// The telescope's chain on a broker: an emulator into the topic `hits`, instances of hitmon, results on `results`.
final class Chain {
  let broker: RunningBroker
  let partitions: Int
  let scratch = Scratch()

  /// Short enough for many of them in a few seconds, long enough for rows that come late.
  static let eventWindow = "span: 2000 of ORBIT_CNT, late: 500"

  /// - Parameter topics: those of results that are made, with one partition each.
  init(_ kind: BrokerKind, partitions: Int = 4, topics: [String] = ["results"]) throws {
    broker = try RunningBroker(kind)
    self.partitions = partitions
    try broker.createTopic("hits", partitions: partitions)
    for topic in topics { try broker.createTopic(topic, partitions: 1) }
  }

  static let pipeline = Tansu.packageRoot.appending(path: "pipelines/dt-chambers.yaml").path

  /// The keys of a source on `hits`.
  private func source(_ keys: String) -> String {
    // However busy the machine, a partition is not idle while it is fed.
    "sources={telescope: {kafka: {brokers: '\(broker.bootstrap)', topic: hits, idle: 300 s, \(keys)}}}"
  }

  /// Starts `hitmon emulate` into `hits`.
  func emulate(_ arguments: String...) throws -> Instance {
    try Instance(["emulate", Self.pipeline, "--set", source("partitions: \(partitions)")] + arguments, in: scratch)
  }

  /// Starts `hitmon run` from `hits` to `results`.
  ///
  /// - Parameters:
  ///   - source: further keys of the source.
  ///   - sink: further keys of the sink.
  func run(
    window: String, source keys: String = "until: end", sink: String = "settings: {}", _ arguments: String...
  ) throws -> Instance {
    try Instance(
      [
        "run", Self.pipeline, "--window", window, "--set", source(keys), "--set",
        "sinks=[{kafka: {brokers: '\(broker.bootstrap)', topic: results, \(sink)}}]",
      ] + arguments, in: scratch)
  }

  /// Runs to the end of what is there.
  func runToEnd(window: String, source keys: String = "until: end", sink: String = "settings: {}") throws {
    let ended = try run(window: window, source: keys, sink: sink).end()
    guard ended.exit == 0, !ended.wasKilled else { throw TimeOut(description: ended.log) }
  }

  /// The results on a topic, as kcat reads them, in order.
  func results(on topic: String = "results") throws -> [Message] {
    try Kcat.messages(on: topic, of: broker.bootstrap)
  }
}

extension Kcat {
  /// The results that count on a topic, in order.
  static func messages(on topic: String, of bootstrap: String) throws -> [Message] {
    let text = try run("-C", "-e", "-q", "-b", bootstrap, "-t", topic, "-o", "beginning")
    return try AcceptedResults(text.split(separator: "\n").map { Data($0.utf8) }).results.map {
      try JSONDecoder().decode(Message.self, from: $0)
    }
  }
}
