import Histograms
import Kafka
import Results
import Support
import Synchronization

/// Merges the partial results of all instances of a pipeline into one message a window, while they run.
///
/// Every instance has one, and the instance that reads the input's first partition has the turn. What was merged last stands
/// on the topic of merged results, so each window is merged once, by whichever instance.
final class LiveMerger: Sendable {
  private let state = Mutex(State())
  /// Held while windows are merged.
  private let work = Mutex<Void>(())
  private nonisolated(unsafe) var thread: SystemThread?

  private struct State {
    var hasTurn = false
    var isClosing = false
    /// Until when what is on its way is waited for, on the monotonic clock; as long as it takes without it.
    var patience: Int64?
  }

  /// How long the end of a turn waits for brokers, and how long the end of the run waits for others' results, in
  /// nanoseconds.
  private static let patience: Int64 = 15_000_000_000
  private static let farewell: Int64 = 2_000_000_000

  /// - Parameters:
  ///   - partials: the topic that instances publish to.
  ///   - merged: the topic of whole windows.
  ///   - format: the form of whole windows.
  ///   - lastOwn: the offset of the last partial result of this instance.
  ///   - write: publishes a whole window, and waits until it is safe, as long as the closure that it gets says so. What is
  ///     not safe then is taken back. Gives whether it is safe.
  ///   - fail: told of an error that ends the merging.
  init(
    partials: KafkaTarget, merged: KafkaTarget, format: ResultFormat, context: SinkComponent.Context,
    watch: BrokerWatch, lastOwn: @escaping @Sendable () -> Int64, write: @escaping Write,
    fail: @escaping @Sendable (any Error) -> Void
  ) {
    // The thread ends before the merger does: `close` waits for it.
    thread = SystemThread { [unowned self] in
      let turn = MergerTurn(
        partials: partials, merged: merged, format: format, context: context, watch: watch, write: write
      ) { [unowned self] in state.withLock { $0.patience }.map { monotonicNanoseconds() < $0 } ?? true }
      do { try run(turn, lastOwn) } catch { fail(error) }
    }
  }

  typealias Write = @Sendable (UnsafeRawBufferPointer, _ mayWait: () -> Bool) throws -> Bool

  /// Whether it is this instance's turn. When the call returns, nothing is merged any more without it.
  ///
  /// - Parameter isPatient: whether a turn that ends waits for what is on its way; else it is taken back.
  func setTurn(_ hasTurn: Bool, isPatient: Bool = true) {
    state.withLock { state in
      state.hasTurn = hasTurn
      state.patience = hasTurn ? nil : monotonicNanoseconds() + (isPatient ? Self.patience : 0)
    }
    if !hasTurn { work.withLock { _ in } }
  }

  /// Merges what can be merged, and ends. The instance must have its turn until then: the next one may begin at once.
  ///
  /// - Parameter isPatient: whether brokers are worth waiting for.
  func close(isPatient: Bool) {
    state.withLock { state in
      state.isClosing = true
      state.patience = monotonicNanoseconds() + (isPatient ? Self.patience : 0)
    }
    thread?.join()
    thread = nil
  }

  private func run(_ turn: MergerTurn, _ lastOwn: () -> Int64) throws {
    defer { turn.end() }
    guard try turn.open(stop: { [unowned self] in state.withLock { $0.isClosing } }) else { return }
    var farewell: Int64?
    while true {
      let state = state.withLock { $0 }
      let isIdle = try work.withLock { _ in try turn.merge(hasTurn: self.state.withLock { $0.hasTurn }) }
      // What is on its way comes soon; a part that another instance has yet to publish may not.
      if state.isClosing {
        let now = monotonicNanoseconds()
        let end = farewell ?? now + Self.farewell
        farewell = end
        if !state.hasTurn || !turn.mayWait() { return }
        // Others may go on for ever: their results are left to them.
        if turn.next > lastOwn(), isIdle || now > end { return }
      }
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
  private let write: LiveMerger.Write
  /// Whether brokers are worth waiting for.
  let mayWait: @Sendable () -> Bool
  private var consumer: KafkaConsumer?
  /// Nil while another instance has the turn.
  private var merger: ResultMerger?
  /// What orders the last window that was merged.
  private var last: Int64?
  /// Partial results of windows that are not complete: their offsets and what orders their windows.
  private var waiting: [(offset: Int64, order: Int64)] = []
  private(set) var next: Int64 = 0
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
    watch: BrokerWatch, write: @escaping LiveMerger.Write, mayWait: @escaping @Sendable () -> Bool
  ) {
    self.partials = partials
    self.merged = merged
    self.format = format
    self.context = context
    self.watch = watch
    self.write = write
    self.mayWait = mayWait
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
      return failure == nil && merger != nil
    }
    if let failure { throw failure }
    if merger == nil {
      // What is published is looked at again.
      end()
      return false
    }
    let now = monotonicNanoseconds()
    if count > 0 { lastMessage = now }
    commit(consumer)
    return now - lastMessage > (waiting.isEmpty ? Self.silence : Self.longSilence)
  }

  /// Goes on behind what was merged last.
  private func begin() throws {
    let topic = PublishedTopic(
      target: merged, pipeline: context.pipeline, watch: watch, stop: { [mayWait] in !mayWait() })
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
      next = max(0, position.offset)
      try consumer.assign([position])
      self.consumer = consumer
    } catch {
      return try watch.pass(error)
    }
    last = record.lastOrder
    waiting = []
    committed = -1
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
    // Another instance has merged it.
    if let last, order <= last { return }
    waiting.append((message.offset, order))
    do {
      guard try publish(try merger.add(value)) else { return }
      // An instance whose partitions have been silent for so long has nothing to add.
      if merger.pendingCount > Self.mostWaiting, try !publish(merger.finish()) { return }
      waiting.removeAll { $0.order <= last ?? .min }
    } catch let error as ResultError {
      context.tell("topic \(partials.topic) offset \(message.offset): \(error)")
    }
  }

  /// Gives whether all of them are safe; where one is not, the turn starts again.
  private func publish(_ windows: [ResultMerger.Merged]) throws -> Bool {
    for window in windows {
      // Another may have taken the turn over from an instance that stood still.
      guard context.claims.hold(), try window.message.withUnsafeBytes({ try write($0, mayWait) }) else {
        merger = nil
        return false
      }
      let done = window.message.withUnsafeBytes { ResultMerger.order(of: $0) }
      last = max(last ?? .min, done ?? .min)
    }
    return true
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
