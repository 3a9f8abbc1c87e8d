import Kafka
import Testing

/// The brokers that every test of the chain runs against.
enum BrokerKind: CaseIterable, Sendable {
  /// By others, in a process of its own.
  case tansu
  /// librdkafka's, in the test's process.
  case embedded

  static let there = allCases.filter { $0 != .tansu || Tansu.isThere }
}

/// A broker of a test's own.
final class RunningBroker {
  let bootstrap: String
  let kind: BrokerKind
  let embedded: EmbeddedBroker?
  private let tansu: Tansu?

  init(_ kind: BrokerKind) throws {
    self.kind = kind
    embedded = kind == .embedded ? try EmbeddedBroker() : nil
    tansu = kind == .tansu ? try Tansu() : nil
    bootstrap = embedded?.bootstrap ?? tansu!.bootstrap
  }

  var settings: KafkaSettings { ["bootstrap.servers": bootstrap] }

  func createTopic(_ name: String, partitions: Int) throws {
    if let embedded {
      try embedded.createTopic(name, partitions: partitions)
    } else {
      try tansu?.createTopic(name, partitions: partitions)
    }
  }
}
