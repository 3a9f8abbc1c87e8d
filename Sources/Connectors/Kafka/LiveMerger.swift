import Histograms
import Kafka
import Results
import Support
import Synchronization

/// Merges the partial results of all instances of a pipeline into one message a window, while they run.
///
/// Every instance has one, and the instance that reads the input's first partition has the turn. It claims the log of parts
/// on the log of whole windows, so that each window counts once, also if another instance merges it again.
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
  ///   - parts: the topic that instances publish to.
  ///   - whole: the log of whole windows.
  ///   - format: the form of whole windows.
  ///   - lastOwn: the offset of the last part of this instance.
  ///   - fail: told of an error that ends the merging.
  init(
    parts: KafkaTarget, whole: ResultLog, wholeTarget: KafkaTarget, format: ResultFormat,
    context: SinkComponent.Context, watch: BrokerWatch, lastOwn: @escaping @Sendable () -> Int64,
    fail: @escaping @Sendable (any Error) -> Void
  ) {
    // The thread ends before the merger does: `close` waits for it.
    thread = SystemThread { [unowned self] in
      let turn = MergerTurn(
        parts: parts, whole: whole, wholeTarget: wholeTarget, format: format, context: context, watch: watch
      ) { [unowned self] in state.withLock { $0.patience }.map { monotonicNanoseconds() < $0 } ?? true }
      do { try run(turn, lastOwn) } catch { fail(error) }
    }
  }

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
  private let parts: KafkaTarget
  private let whole: ResultLog
  private let wholeTarget: KafkaTarget
  private let format: ResultFormat
  private let context: SinkComponent.Context
  private let watch: BrokerWatch
  /// Whether brokers are worth waiting for.
  let mayWait: @Sendable () -> Bool
  /// What goes on while it is this instance's turn; nil else.
  private var work: (merger: PartsMerger, reader: LogReader, fetcher: LogReader)?
  private(set) var next: Int64 = 0
  /// When the last part came, or the turn did; on the monotonic clock.
  private var lastMessage: Int64 = 0

  /// Without a message for so long there is none on its way, in nanoseconds; the second if windows wait for parts.
  private static let silence: Int64 = 300_000_000
  private static let longSilence: Int64 = 1_000_000_000

  init(
    parts: KafkaTarget, whole: ResultLog, wholeTarget: KafkaTarget, format: ResultFormat,
    context: SinkComponent.Context, watch: BrokerWatch, mayWait: @escaping @Sendable () -> Bool
  ) {
    self.parts = parts
    self.whole = whole
    self.wholeTarget = wholeTarget
    self.format = format
    self.context = context
    self.watch = watch
    self.mayWait = mayWait
  }

  /// Makes the topics; false where the user wants to stop first.
  func open(stop: @escaping StopCheck) throws -> Bool {
    for target in [parts, wholeTarget] {
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
    // Another may have taken the turn over from an instance that stood still.
    if work != nil, !whole.holds { end() }
    if work == nil { try begin() }
    guard let (merger, reader, fetcher) = work else {
      pauseThread(milliseconds: 20)
      return true
    }
    var isCut = false
    try reader.drain(milliseconds: 20) { event in
      switch event {
      case .end(let offset): next = max(next, offset)
      case .gone: isCut = true
      case .message(let message, let bytes, let offset):
        next = offset + 1
        lastMessage = monotonicNanoseconds()
        do {
          _ = try merger.add(message, bytes, at: offset)
        } catch {
          context.tell("topic \(parts.topic) offset \(offset): \(error)")
        }
      }
    }
    if isCut {
      // Begins again with what is left.
      end()
      return false
    }
    while let window = try merger.takeWhole(fetch: { try fetcher.bytes(at: $0) }) {
      let covered = ResultHead.Covered(input: parts.topic, positions: [Self.partition: window.position])
      try window.message.withUnsafeBytes { try whole.write($0, token: 0, covered: covered) }
    }
    merger.spill()
    return monotonicNanoseconds() - lastMessage > (merger.waitingCount == 0 ? Self.silence : Self.longSilence)
  }

  /// What the log of parts is called among partitions.
  private static let partition = String(LogReader.partition)

  /// Claims the parts, and goes on behind what was merged last.
  private func begin() throws {
    let stop: StopCheck = { [mayWait] in !mayWait() }
    let request = ClaimRequest(
      pipeline: context.pipeline, input: parts.topic, partitions: [Self.partition],
      isOwner: { [context] in context.ownership.holds() })
    guard case .record(let record) = try whole.claim(request, stop: stop) else { return }
    let reader = LogReader(parts, pipeline: context.pipeline, watch: watch, isFollowing: true, stop: stop)
    guard let there = try reader.range(of: LogReader.partition) else { return }
    // A version before this one may have merged parts that are there: those of its windows count in them.
    var position =
      record.positions[Self.partition]
      ?? ReadPosition(resume: there.lowerBound, read: there.upperBound, last: whole.lastOrder)
    if position.resume < there.lowerBound { tellGone(before: there.lowerBound) }
    position.resume = max(position.resume, there.lowerBound)
    guard let beginning = try reader.fold(upTo: position.resume) else { return }
    try reader.follow(from: position.resume)
    let fetcher = LogReader(parts, pipeline: context.pipeline, watch: watch, stop: stop)
    let merger = PartsMerger(
      histograms: context.histograms, format: format, fold: beginning.fold, position: position)
    work = (merger, reader, fetcher)
    next = position.resume
    lastMessage = monotonicNanoseconds()
    whole.keepsSnapshots(true)
    whole.begin(isShared: false)
  }

  private func tellGone(before offset: Int64) {
    context.tell(
      "topic \(parts.topic): retention has deleted parts of windows before they were merged, up to offset \(offset): whole windows lack their rows. Let the topic keep messages for longer"
    )
  }

  /// Waits for what is on its way, as long as that may take, and leaves the turn to others.
  func end() {
    guard let work else { return }
    work.reader.close()
    work.fetcher.close()
    self.work = nil
    _ = try? whole.settle(while: mayWait)
    whole.keepsSnapshots(false)
    whole.withdraw()
  }
}
