import Kafka
import Synchronization

/// Merges the partial results of all instances of a pipeline into one message a window, while they run.
///
/// Every instance has one; the group that reads the topic of partial results sees to it that only one at a time works. What
/// was merged last stands on the topic of merged results, so that each window is merged once, whoever does it.
final class LiveMerger: Sendable {
  private let isClosing = Atomic(false)
  private nonisolated(unsafe) var thread: SystemThread?

  /// - Parameters:
  ///   - partials: the topic that instances publish to.
  ///   - merged: the topic of whole windows.
  ///   - write: publishes a whole window, and waits until it is safe.
  init(
    partials: KafkaTarget, merged: KafkaTarget, format: ResultFormat, context: SinkComponent.Context,
    watch: BrokerWatch,
    write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void, fail: @escaping @Sendable (any Error) -> Void
  ) {
    thread = SystemThread { [isClosing = UnsafeClosing(self)] in
      let work = MergerWork(
        partials: partials, merged: merged, format: format, context: context, watch: watch, write: write)
      do { try work.run { isClosing.value } } catch { fail(error) }
    }
  }

  /// Merges what can be merged, and ends.
  func close() {
    isClosing.store(true, ordering: .releasing)
    thread?.join()
    thread = nil
  }

  /// The thread's view of whether it is to end; the merger outlives its thread.
  private struct UnsafeClosing: @unchecked Sendable {
    unowned let merger: LiveMerger
    init(_ merger: LiveMerger) { self.merger = merger }
    var value: Bool { merger.isClosing.load(ordering: .acquiring) }
  }
}

/// The work of a ``LiveMerger``, on its thread.
private final class MergerWork {
  private let partials: KafkaTarget
  private let merged: KafkaTarget
  private let format: ResultFormat
  private let context: SinkComponent.Context
  private let watch: BrokerWatch
  private let write: (UnsafeRawBufferPointer) throws -> Void
  private var isClosing: StopCheck = { false }
  /// Nil while another instance merges.
  private var merger: ResultMerger?
  /// What orders the last window that was merged.
  private var last: Int64?
  /// Partial results of windows that are not complete: their offsets and what orders their windows.
  private var waiting: [(offset: Int64, order: Int64)] = []
  private var next: Int64 = 0
  private var committedOffset: Int64 = -1
  private var failure: (any Error)?

  /// How long the last partial results may take to come back, in nanoseconds.
  private static let patience: Int64 = 3_000_000_000

  init(
    partials: KafkaTarget, merged: KafkaTarget, format: ResultFormat, context: SinkComponent.Context,
    watch: BrokerWatch,
    write: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    self.partials = partials
    self.merged = merged
    self.format = format
    self.context = context
    self.watch = watch
    self.write = write
  }

  func run(until isClosing: @escaping StopCheck) throws {
    self.isClosing = isClosing
    guard try partials.make(settings: KafkaSink.topicSettings, stop: isClosing, watch: watch) != nil,
      try merged.make(settings: KafkaSink.topicSettings, stop: isClosing, watch: watch) != nil
    else { return }
    let watch = watch
    let consumer: KafkaConsumer
    do throws(KafkaError) {
      consumer = try KafkaConsumer(
        partials.settings(defaults: KafkaSource.defaults.merging(["auto.offset.reset": "earliest"])),
        group: "hitmon-merge-\(context.pipeline)-\(merged.topic)"
      ) { watch.hear($0) }
      try consumer.subscribe([partials.topic]) { [unowned self] consumer, assigned in
        do { return try begin(consumer, assigned) } catch {
          failure = failure ?? error
          return []
        }
      } onRevoked: { [unowned self] _, _, _ in
        merger = nil
      }
    } catch {
      throw ConnectorError("topic \(partials.topic): \(error.message)")
    }
    defer { consumer.close(milliseconds: 3_000) }
    var closingSince: Int64?
    var lastMessage = monotonicNanoseconds()
    while failure == nil {
      try watch.check()
      let count = consumer.drain(within: 50, limit: 100) { message in
        if !message.isError { take(message) }
        return failure == nil
      }
      if count > 0 { lastMessage = monotonicNanoseconds() }
      commit(consumer)
      guard isClosing() else { continue }
      let now = monotonicNanoseconds()
      closingSince = closingSince ?? now
      // The last partial results may still be on their way.
      if merger == nil || now - lastMessage > 300_000_000 || now - closingSince! > Self.patience { break }
    }
    if let failure { throw failure }
  }

  /// It is this instance's turn: goes on behind what was merged last.
  private func begin(_ consumer: KafkaConsumer, _ assigned: [KafkaPosition]) throws -> [KafkaPosition] {
    guard !assigned.isEmpty else { return [] }
    let topic = PublishedTopic(target: merged, pipeline: context.pipeline, watch: watch, stop: isClosing)
    guard let record = try topic.read() else { return [] }
    last = record.lastOrder
    waiting = []
    merger = context.merger(format)
    let committed = (try? consumer.committed(assigned, milliseconds: 5_000)) ?? []
    return assigned.map { position in
      var position = position
      let found = committed.first { $0.partition == position.partition }?.offset ?? KafkaOffset.none
      position.offset = found >= 0 ? found : KafkaOffset.beginning
      return position
    }
  }

  private func take(_ message: borrowing KafkaMessage) {
    next = message.offset + 1
    guard let merger, let value = message.value, let key = message.key, key.elementsEqual(context.pipeline.utf8),
      let order = ResultMerger.order(of: value)
    else { return }
    // Merged by whoever did it before.
    if let last, order <= last { return }
    waiting.append((message.offset, order))
    do {
      for window in try merger.add(value) {
        try window.message.withUnsafeBytes { try write($0) }
        let done = window.message.withUnsafeBytes { ResultMerger.order(of: $0) } ?? order
        last = max(last ?? done, done)
      }
      waiting.removeAll { $0.order <= last ?? .min }
    } catch let error as ResultError {
      context.tell("topic \(partials.topic) offset \(message.offset): \(error)")
    } catch {
      failure = error
    }
  }

  /// Commits behind the partial results that are merged.
  private func commit(_ consumer: KafkaConsumer) {
    guard merger != nil, next > 0 else { return }
    let offset = waiting.map(\.offset).min() ?? next
    guard offset != committedOffset else { return }
    committedOffset = offset
    // What fails is read again by the next one, and passed over.
    try? consumer.commit([KafkaPosition(topic: partials.topic, partition: 0, offset: offset)], isWaiting: false)
  }
}
