import Diagnostics
import Kafka
import Specifications

/// Keys that sources and sinks on Kafka share.
package enum KafkaKeys {
  package static let brokers = TypedKey.text(
    "brokers", required: true,
    "The brokers, `HOST:PORT` with commas between, or `embedded`: a broker inside hitmon, which its emulator feeds.")

  /// Sources and sinks each add their own description.
  package static let topic = TypedKey.text("topic", required: true, "")

  /// Sources and sinks have different defaults.
  static func partitions(default standard: Int64) -> DefaultKey<Int64> {
    .integer(
      "partitions", 1...10_000, default: standard, "How many partitions the topic gets if it is not there.")
  }

  static let settings = TypedKey.mapping(
    "settings", key: .any, value: .any,
    """
    Settings of librdkafka, by its own names, such as `security.protocol: SASL_SSL`. Take secrets from the environment: \
    `sasl.password: ${KAFKA_PASSWORD}`.
    """)

  /// Settings that other keys or hitmon itself decide, with what to use instead.
  private static let owned = [
    "bootstrap.servers": "`brokers`", "metadata.broker.list": "`brokers`", "group.id": "`group`",
    "enable.auto.commit": "nothing: hitmon commits what is published",
    "enable.auto.offset.store": "nothing: hitmon commits what is published", "auto.offset.reset": "`start`",
    "enable.partition.eof": "`until`",
  ]

  /// Checks the brokers' addresses, the topic's name, and, with librdkafka, the settings. Asks no broker.
  static func check(_ settings: Settings, _ findings: Findings) {
    if let text = settings[brokers], let problem = problem(brokers: text.text) {
      // The finding shows the text as the file has it, not values from the environment.
      let words = text.written == text.text ? problem : "`\(text.written)` holds none"
      findings.error(
        .wrongType, "`brokers` takes addresses: \(words)", at: text.span,
        hint: "write `brokers: localhost:9092`, several with commas between, or `brokers: embedded`")
    }
    if let text = settings[topic], !isTopic(text.text) {
      findings.error(
        .wrongType, "`\(text.written)` cannot be a topic's name", at: text.span,
        hint: "a topic has up to 249 letters, digits, `.`, `_` and `-`")
    }
    for (key, setting) in settings[Self.settings] ?? [] { check(key, setting, findings) }
  }

  private static func check(_ key: LocatedText, _ setting: Setting, _ findings: Findings) {
    guard let value = setting.node.scalar else {
      findings.error(
        .wrongType, "`\(key.text)` takes a single value, not \(setting.node.kindName)", at: setting.span,
        hint: "write `\(key.text): VALUE`")
      return
    }
    let isLiteral = !value.written.contains("${") && !value.text.isEmpty
    if isLiteral, KafkaSettings.isSecret(key.text) { findings.hide(setting.span) }
    if let instead = owned[key.text] {
      findings.error(
        .kafkaSetting, "`\(key.text)` is not set here", at: key.span, hint: "use \(instead)")
    } else if let problem = KafkaSettings.check(name: key.text, value: value.text) {
      // The finding is at the key and shows no values from the environment: they may be secrets.
      let words = problem.replacing("\"\(value.text)\"", with: "\"\(value.written)\"")
      findings.error(
        .kafkaSetting, "librdkafka: \(words)", at: key.span,
        hint: "librdkafka's CONFIGURATION.md lists its settings")
    } else if isLiteral, KafkaSettings.isSecret(key.text) {
      let name = key.text.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
      findings.warning(
        .secretInFile, "`\(key.text)` is a secret, and stands in the file", at: key.span,
        hint: "take it from the environment: `\(key.text): ${\(name)}`")
    }
  }

  private static func problem(brokers: String) -> String? {
    if brokers == "embedded" { return nil }
    for address in brokers.split(separator: ",", omittingEmptySubsequences: false) {
      let address = address.trimmed
      if address.isEmpty { return "one of them is empty" }
      if address == "embedded" { return "`embedded` stands alone" }
      guard let colon = address.lastIndex(of: ":") else { continue }
      let port = address[address.index(after: colon)...]
      if UInt16(port).map({ $0 > 0 }) != true, !address.contains("]") || port != address {
        return "`\(address)` has no port from 1 to 65535"
      }
      if address[..<colon].isEmpty { return "`\(address)` has no host" }
    }
    return nil
  }

  private static func isTopic(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 249 && name != "." && name != ".."
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "._-".utf8.contains($0)
      }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// A topic on some brokers, as the keys of a source, a sink or the emulator name it.
package struct KafkaTarget: Sendable {
  /// Addresses, or `embedded`.
  package var brokers: String
  package var topic: String
  /// How many partitions the topic gets if hitmon creates it.
  package var partitions: Int
  /// The user's settings, without the brokers.
  package var settings: KafkaSettings

  package init(brokers: String, topic: String, partitions: Int, settings: KafkaSettings = [:]) {
    self.brokers = brokers
    self.topic = topic
    self.partitions = partitions
    self.settings = settings
  }

  /// Reads the checked settings of a source or a sink on Kafka; nil for other kinds.
  package init?(_ settings: Settings) {
    guard settings.specification.name == "kafka", let brokers = settings[KafkaKeys.brokers]?.text,
      let topic = settings[KafkaKeys.topic]?.text
    else { return nil }
    let isSource = settings.specification.kind == .source
    let partitions = isSource ? KafkaSourceKeys.partitions : KafkaSinkKeys.partitions
    self.init(brokers: brokers, topic: topic, partitions: Int(settings[partitions]))
    for (key, setting) in settings[KafkaKeys.settings] ?? [] {
      self.settings[key.text] = setting.node.scalar?.text ?? ""
    }
  }

  package var isEmbedded: Bool { brokers == "embedded" }

  /// The user's settings with the brokers' addresses, and with defaults for what the user has not set. Leaves out
  /// defaults that an older librdkafka does not know.
  package func settings(defaults: KafkaSettings) -> KafkaSettings {
    var all = settings
    all["bootstrap.servers"] = brokers
    for (name, value) in defaults.pairs where KafkaSettings.check(name: name, value: value) == nil {
      all.setDefault(name, value)
    }
    return all
  }
}
