import ChainExecution
import Columns
import Diagnostics
import Specifications

/// The keys that only the source `kafka` has.
package enum KafkaSourceKeys {
  /// How far a topic is read.
  package enum Until: String, Sendable, CaseIterable {
    case forever, end
  }

  package static let group = TypedKey.text(
    "group", "The group whose instances share the partitions. Left out, this one reads all of them.")
  package static let start = DefaultKey.reading(
    "start", .any, default: "resume",
    """
    Where reading begins: `resume` (where the published results end, or at the earliest message where there are none), \
    `earliest`, `latest`, `{offset: 1000}`, `{time: 2026-11-22T14:00:00Z}`.
    """
  ) { KafkaStart($0) }
  package static let until = DefaultKey<Until>.choice(
    "until", default: .forever,
    "`end` reads up to where the topic ends when the run begins, and then ends the run.")
  package static let partitions = KafkaKeys.partitions(default: 4)
  package static let idle = DefaultKey.quantity(
    "idle", .time, default: Quantity(2, .second),
    "After this long the clock of event windows no longer waits for a partition with nothing to read.")
}

extension SourceComponent {
  static let kafka = SourceComponent(
    specification: Specification(
      kind: .source, name: "kafka", summary: "A Kafka topic, read as its messages come.",
      details: """
        A message holds one row or more, in the pipeline's record. The published results are the record of what was read:
        with `start: resume` a run goes on where they end, so that no row is lost and none counts twice. With a `group`
        several instances share the partitions. A topic that is not there is created.

        Messages that have no rows or records cut short are counted as malformed. Offsets that are gone before they were read
        are counted as `gaps`. The rows of a group must be in one partition, which they are if the group's column is the key
        of the messages; where messages have no key, groups stay open until every partition has passed them.
        """,
      keys: [
        KafkaKeys.brokers,
        KafkaKeys.topic.explained("The topic of the hits."),
        KafkaSourceKeys.group, KafkaSourceKeys.start, KafkaSourceKeys.until, KafkaSourceKeys.partitions,
        KafkaSourceKeys.idle,
        KafkaKeys.settings,
      ],
      example: "sources: {telescope: {kafka: {brokers: localhost:9092, topic: dt-hits, group: hitmon-dt}}}"),
    check: { settings, format, findings in
      KafkaKeys.check(settings, findings)
      if case .lines(.yes) = format.framing {
        findings.error(
          .sourceRecord, "the record says `header: \"yes\"`, and messages of a topic have no header",
          at: settings.span(of: KafkaKeys.topic),
          hint: "leave `header` out: the fields of a message are those of the record, in their order")
      }
      _ = KafkaStart(settings.setting(KafkaSourceKeys.start), findings: findings)
    },
    open: { settings, context in
      guard var target = KafkaTarget(settings) else { throw ConnectorError("the settings name no topic") }
      let isEmbedded = target.isEmbedded
      target.brokers = try context.brokers(target)
      var options = KafkaSource.Options(target: target)
      options.isEmbedded = isEmbedded
      options.group = settings[KafkaSourceKeys.group]?.text
      options.start = settings[KafkaSourceKeys.start]
      options.untilEnd = settings[KafkaSourceKeys.until] == .end
      if let idle = settings[KafkaSourceKeys.idle].value(in: .nanosecond) {
        options.idle = Int64(saturating: idle)
      }
      return try KafkaSource(options, context)
    })
}
