import Kafka
import Results

/// Results on a Kafka topic, one message a window.
///
/// Of several instances that share the input each publishes a part of every window. With `merge` those go to a topic of
/// their own, and the instance that reads the input's first partition merges them into one message a window.
package final class KafkaSink: ResultSink {
  package let name: String
  package let format: ResultFormat
  package let isRemote = true
  private let target: KafkaTarget
  private let context: SinkComponent.Context
  private let watch: BrokerWatch
  private let producer: ResultProducer
  private var merging: (merger: LiveMerger, producer: ResultProducer)?

  /// What a topic of results is set to when it is made: a result may be larger than brokers take by themselves.
  static let topicSettings: KafkaSettings = ["max.message.bytes": "20971520"]

  package init(
    _ target: KafkaTarget, format: ResultFormat = .json, merges: Bool = false, _ context: SinkComponent.Context
  ) throws {
    name = "topic \(target.topic)"
    self.format = merges ? .json : format
    self.context = context
    var own = target
    if merges {
      own.topic += Self.partialsSuffix
      // The order in which instances publish is the order in which windows are complete.
      own.partitions = 1
    }
    self.target = own
    watch = BrokerWatch("topic \(own.topic) on \(own.brokers)", tell: context.tell)
    // The merger reads one partition, also of a topic that others have made with several.
    producer = try ResultProducer(
      own, partition: merges ? 0 : -1, context, watch: watch, acknowledge: context.acknowledge)
    guard merges else { return }
    let merged = try ResultProducer(
      target, context, watch: BrokerWatch("topic \(target.topic) on \(target.brokers)", tell: context.tell)
    ) { _ in }
    let merger = LiveMerger(
      partials: own, merged: target, format: format, context: context,
      watch: BrokerWatch("topic \(own.topic) on \(own.brokers)", tell: { _ in }),
      lastOwn: { [producer] in producer.lastOffset },
      write: { message, mayWait in
        try merged.write(message, number: 0)
        if try merged.settle(while: mayWait) { return true }
        merged.withdraw()
        return false
      }, fail: { [producer] in producer.fail($0) })
    merging = (merger, merged)
  }

  /// The topic of partial results beside that of merged ones.
  static let partialsSuffix = "-partials"

  package func write(_ message: UnsafeRawBufferPointer, number: Int) throws {
    try producer.write(message, number: number)
  }

  package func published(by pipeline: String, of input: PublishedRecord.Input) throws -> PublishedRecord? {
    // What is on its way belongs to it.
    guard try producer.settle(while: { !context.stop() }) else { return nil }
    return try PublishedTopic(target: target, pipeline: pipeline, input: input, watch: watch, stop: context.stop).read()
  }

  package func flush() throws { try producer.flush() }

  package func handOver() throws {
    merging?.merger.setTurn(false)
    do {
      try producer.flush()
    } catch {
      // Others read it again: it must not arrive later.
      producer.withdraw()
      throw error
    }
  }

  package func withdraw() {
    merging?.merger.setTurn(false, isPatient: false)
    producer.withdraw()
  }

  package func reads(firstPartition: Bool) { merging?.merger.setTurn(firstPartition) }

  package func close() throws {
    var isSafe = false
    defer {
      // Brokers that were waited for in vain are not waited for again.
      merging?.merger.close(isPatient: isSafe)
      try? merging?.producer.close()
    }
    try producer.close()
    isSafe = true
  }
}
