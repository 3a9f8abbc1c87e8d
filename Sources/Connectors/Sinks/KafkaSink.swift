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
  private let context: SinkComponent.Context
  private let watch: BrokerWatch
  private let log: ResultLog
  private var merging: (merger: LiveMerger, whole: ResultLog)?

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
    watch = BrokerWatch("topic \(own.topic) on \(own.brokers)", tell: context.tell)
    log = try ResultLog(
      own, context, watch: watch, counts: context.acknowledge, isVoid: context.withdrawn,
      lost: { [ownership = context.ownership] in ownership.lose($0) })
    guard merges else { return }
    let whole = try ResultLog(
      target, context, watch: BrokerWatch("topic \(target.topic) on \(target.brokers)", tell: context.tell),
      counts: { _ in }, isVoid: { _ in }, lost: { _ in })
    let merger = LiveMerger(
      parts: own, whole: whole, wholeTarget: target, format: format, context: context,
      watch: BrokerWatch("topic \(own.topic) on \(own.brokers)", tell: { _ in }),
      lastOwn: { [log] in log.lastOffset }, fail: { [log] in log.fail($0) })
    merging = (merger, whole)
  }

  /// The topic of partial results beside that of merged ones.
  static let partialsSuffix = "-partials"

  package func write(_ message: UnsafeRawBufferPointer, number: Int) throws {
    try log.write(message, token: number)
  }

  package func claim(_ request: ClaimRequest) throws -> ClaimAnswer {
    try log.claim(request, stop: context.stop)
  }

  package func holdsClaim() -> Bool { log.holdsClaim(stop: context.stop) }

  package func begin(isShared: Bool) { log.begin(isShared: isShared) }

  package func note(idle partitions: Set<String>) throws {
    if merging != nil { try log.tick(idle: partitions) }
  }

  package var lastOfOthers: Int64? { log.lastOfOthers }

  package func flush() throws { try log.flush() }

  package func handOver() throws {
    merging?.merger.setTurn(false)
    do {
      try log.flush()
    } catch {
      log.withdraw()
      throw error
    }
  }

  package func withdraw() {
    merging?.merger.setTurn(false, isPatient: false)
    log.withdraw()
  }

  package func reads(firstPartition: Bool) {
    log.keepsSnapshots(firstPartition)
    merging?.merger.setTurn(firstPartition)
  }

  package func close() throws {
    let closed = Result { try log.close() }
    // Brokers that were waited for in vain are not waited for again.
    merging?.merger.close(isPatient: (try? closed.get()) != nil)
    try? merging?.whole.close()
    try closed.get()
    // An error that has ended the merging.
    try log.check()
  }
}
