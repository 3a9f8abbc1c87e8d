import Kafka

extension KafkaTarget {
  /// The settings that are not secret, in order.
  package var openSettings: [(name: String, value: String)] {
    settings.pairs.filter { !KafkaSettings.isSecret($0.name) }.map { ($0.name, $0.value) }
  }

  /// Whether there are secret settings.
  package var hasSecrets: Bool { settings.pairs.contains { KafkaSettings.isSecret($0.name) } }
}
