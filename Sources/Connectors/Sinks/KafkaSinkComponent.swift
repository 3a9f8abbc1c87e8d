import Specifications

extension SinkComponent {
  static let kafka = SinkComponent(
    specification: Specification(
      kind: .sink, name: "kafka", summary: "A Kafka topic: one result message a window.",
      details: """
        The key is the pipeline's name. Messages are acknowledged by all replicas and never doubled. They are the record of
        what was read, which a source with `start: resume` goes by. While brokers are away results are kept, up to 64 MB,
        and then reading waits.
        """,
      keys: [
        KafkaKeys.brokers,
        KafkaKeys.topic("The topic of the results."),
        Key("partitions", .integer(1...10_000), default: "1", "How many partitions the topic gets if it is not there."),
        .resultFormat, KafkaKeys.settings,
      ],
      example: "sinks: [{kafka: {brokers: localhost:9092, topic: dt-results}}]"),
    check: { settings, findings in KafkaKeys.check(settings, findings) },
    open: { settings, context in
      guard var target = KafkaTarget(settings) else { throw ConnectorError("the settings name no topic") }
      target.brokers = try context.brokers(target)
      return try KafkaSink(target, format: settings.resultFormat, context)
    })
}
