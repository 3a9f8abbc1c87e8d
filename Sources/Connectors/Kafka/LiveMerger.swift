import Kafka
import Synchronization

/// Merges the partial results of all instances of a pipeline into one message a window, while they run.
///
/// Every instance has one, and the instance that reads the input's first partition has the turn. What was merged last stands
/// on the topic of merged results, so that each window is merged once, whoever does it.
final class LiveMerger: Sendable {
  private let state = Mutex(State())
  /// Held while windows are merged.
  private let work = Mutex<Void>(())
  private nonisolated(unsafe) var thread: SystemThread?

  private struct State {
    var hasTurn = false
    var isClosing = false
  }

  /// - Parameters:
  ///   - partials: the topic that instances publish to.
  ///   - merged: the topic of whole windows.
  ///   - format: the form of whole windows.
  ///   - write: publishes a whole window, and waits until it is safe.
  ///   - fail: told of an error that ends the merging.
  init(
    partials: KafkaTarget, merged: KafkaTarget, format: ResultFormat, context: SinkComponent.Context,
    watch: BrokerWatch, write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void,
    fail: @escaping @Sendable (any Error) -> Void
  ) {
    // The thread ends before the merger does: `close` waits for it.
    thread = SystemThread { [unowned self] in
      let turn = MergerTurn(
        partials: partials, merged: merged, format: format, context: context, watch: watch, write: write)
      do { try run(turn) } catch { fail(error) }
    }
  }

  /// Whether it is this instance's turn. When the call returns, nothing is merged any more without it.
  func setTurn(_ hasTurn: Bool) {
    state.withLock { $0.hasTurn = hasTurn }
    if !hasTurn { work.withLock { _ in } }
  }

  /// Merges what can be merged, and ends.
  func close() {
    state.withLock { $0.isClosing = true }
    thread?.join()
    thread = nil
  }

  private func run(_ turn: MergerTurn) throws {
    defer { turn.end() }
    guard try turn.open(stop: { [unowned self] in state.withLock { $0.isClosing } }) else { return }
    while true {
      let state = state.withLock { $0 }
      let isIdle = try work.withLock { _ in try turn.merge(hasTurn: self.state.withLock { $0.hasTurn }) }
      // What is on its way comes soon; a part that another instance has yet to publish may not.
      if state.isClosing, !state.hasTurn || isIdle { return }
      if !state.hasTurn { pauseThread(milliseconds: 20) }
    }
  }
}

/// A turn at merging, on the merger's thread.
private final class MergerTurn {
  private let partials: KafkaTarget
  private let merged: KafkaTarget
  private let format: ResultFormat
  private let context: SinkComponent.Context
  private let watch: BrokerWatch
  private let write: (UnsafeRawBufferPointer) throws -> Void
  private var consumer: KafkaConsumer?
  /// Nil while another instance has the turn.
  private var merger: ResultMerger?
  /// What orders the last window that was merged.
  private var last: Int64?
  /// Partial results of windows that are not complete: their offsets and what orders their windows.
  private var waiting: [(offset: Int64, order: Int64)] = []
  private var next: Int64 = 0
  private var committed: Int64 = -1
  /// When the last partial result came, or the turn did; on the monotonic clock.
  private var lastMessage: Int64 = 0

  /// Without a message for so long there is none on its way, in nanoseconds; the second if windows wait for parts.
  private static let silence: Int64 = 300_000_000
  private static let longSilence: Int64 = 1_000_000_000
  /// Windows that may wait for parts of other instances.
  private static let mostWaiting = 256

  init(
    partials: KafkaTarget, merged: KafkaTarget, format: ResultFormat, context: SinkComponent.Context,
    watch: BrokerWatch, write: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    self.partials = partials
    self.merged = merged
    self.format = format
    self.context = context
    self.watch = watch
    self.write = write
  }

  /// Makes the topics; false where the user wants to stop first.
  func open(stop: @escaping StopCheck) throws -> Bool {
    for target in [partials, merged] {
      guard try target.make(settings: KafkaSink.topicSettings, stop: stop, watch: watch) != nil else { return false }
    }
    return true
  }

  /// Merges what has come. Gives whether nothing more is to be expected for now.
  func merge(hasTurn: Bool) throws -> Bool {
    try watch.check()
    guard hasTurn else {
      end()
      return true
    }
    if merger == nil { try begin() }
    guard let consumer else { return true }
    var failure: (any Error)?
    let count = consumer.drain(within: 20, limit: 100) { message in
      if message.isError { return true }
      do { try take(message) } catch { failure = error }
      return failure == nil
    }
    if let failure { throw failure }
    let now = monotonicNanoseconds()
    if count > 0 { lastMessage = now }
    commit(consumer)
    return now - lastMessage > (waiting.isEmpty ? Self.silence : Self.longSilence)
  }

  /// Goes on behind what was merged last.
  private func begin() throws {
    let topic = PublishedTopic(target: merged, pipeline: context.pipeline, watch: watch, stop: context.stop)
    guard let record = try topic.read() else { return }
    let watch = watch
    do throws(KafkaError) {
      // The group is for the committed offset alone; nobody joins it.
      let consumer = try KafkaConsumer(
        partials.settings(defaults: KafkaSource.defaults.merging(["auto.offset.reset": "earliest"])),
        group: "hitmon-merge-\(merged.topic)-\(context.pipeline)"
      ) { watch.hear($0) }
      var position = KafkaPosition(topic: partials.topic, partition: 0, offset: KafkaOffset.beginning)
      // Without it everything is read again, and what is merged is passed over.
      if let found = try? consumer.committed([position], milliseconds: 5_000).first?.offset, found >= 0 {
        position.offset = found
      }
      try consumer.assign([position])
      self.consumer = consumer
    } catch {
      return try watch.pass(error)
    }
    last = record.lastOrder
    waiting = []
    (next, committed) = (0, -1)
    merger = context.merger(format)
    lastMessage = monotonicNanoseconds()
  }

  func end() {
    consumer?.close(milliseconds: 1_000)
    consumer = nil
    merger = nil
  }

  private func take(_ message: borrowing KafkaMessage) throws {
    next = message.offset + 1
    guard let merger, let value = message.value, let key = message.key, key.elementsEqual(context.pipeline.utf8),
      let order = ResultMerger.order(of: value)
    else { return }
    // Merged by whoever did it before.
    if let last, order <= last { return }
    waiting.append((message.offset, order))
    do {
      for window in try merger.add(value) { try publish(window) }
      // An instance whose partitions have been silent for so long has nothing to add.
      if merger.pendingCount > Self.mostWaiting { for window in merger.finish() { try publish(window) } }
      waiting.removeAll { $0.order <= last ?? .min }
    } catch let error as ResultError {
      context.tell("topic \(partials.topic) offset \(message.offset): \(error)")
    }
  }

  private func publish(_ window: ResultMerger.Merged) throws {
    let done = try window.message.withUnsafeBytes { bytes in
      try write(bytes)
      return ResultMerger.order(of: bytes)
    }
    last = max(last ?? .min, done ?? .min)
  }

  /// Commits behind the partial results that are merged.
  private func commit(_ consumer: KafkaConsumer) {
    let offset = waiting.map(\.offset).min() ?? next
    guard offset > 0, offset != committed else { return }
    committed = offset
    // What fails is read again by the next one, and passed over.
    try? consumer.commit([KafkaPosition(topic: partials.topic, partition: 0, offset: offset)], isWaiting: false)
  }
}
