import ChainExecution
import Diagnostics
import Specifications

/// The keys that only the sink `kafka` has.
package enum KafkaSinkKeys {
  static let partitions = KafkaKeys.partitions(default: 1)
  package static let merge = DefaultKey.boolean(
    "merge", default: false,
    """
    Whether the results of several instances that share the input are merged into one message a window. Their parts \
    go to a topic of their own, named as this one with `-partials` behind; the instance that reads partition 0 merges them.
    """)
}

extension SinkComponent {
  static let kafka = SinkComponent(
    specification: Specification(
      kind: .sink, name: "kafka", summary: "A Kafka topic: one result message a window.",
      details: """
        The key is the pipeline's name. A source with `start: resume` continues where these results end. Each row counts
        once, whatever is killed: see [delivery.md](delivery.md). While the brokers are away, results are kept, up to 64 MB,
        and then reading waits.
        """,
      keys: [
        KafkaKeys.brokers,
        KafkaKeys.topic.explained("The topic of the results."),
        KafkaSinkKeys.partitions, KafkaSinkKeys.merge, SinkComponent.resultFormat, KafkaKeys.settings,
      ],
      example: "sinks: [{kafka: {brokers: localhost:9092, topic: dt-results}}]"),
    check: { settings, window, findings in
      KafkaKeys.check(settings, findings)
      guard settings[KafkaSinkKeys.merge], let window else { return }
      switch window {
      case .every, .span: break
      case .rows, .all:
        findings.error(
          .mergeWindow, "windows by rows, and of the whole input, are each instance's own: they cannot be merged",
          at: settings.span(of: KafkaSinkKeys.merge),
          hint: "write `window: {every: 2 s}`, or a span of the record's clock")
      }
    },
    open: { settings, context in
      guard var target = KafkaTarget(settings) else { throw ConnectorError("the settings name no topic") }
      target.brokers = try context.brokers(target)
      // A run that reads files publishes whole windows: nobody merges parts of them.
      return try KafkaSink(
        target, format: settings[SinkComponent.resultFormat],
        merges: settings[KafkaSinkKeys.merge] && context.isShared, context)
    })
}
