import ChainExecution
import Histograms
import Kafka
import Results
import Support
import Synchronization

/// Merges the partial results of all instances of a pipeline into one message per window, while they run.
///
/// Each instance has a merger, and the instance that reads the input's first partition has the turn. It claims the log
/// of parts on the log of whole windows, so each window counts once, even if another instance merges it again.
final class LiveMerger: Sendable {
  private let state = Mutex(State())
  /// Held while windows are merged.
  private let work = Mutex<Void>(())
  private nonisolated(unsafe) var thread: SystemThread?

  private struct State {
    var hasTurn = false
    var isClosing = false
    /// Until when to wait for messages on their way, on the monotonic clock; nil to wait as long as it takes.
    var patience: Int64?
  }

  /// How long the end of a turn waits for brokers, and how long the end of the run waits for results of others, in
  /// nanoseconds.
  private static let patience: Int64 = 15_000_000_000
  private static let farewell: Int64 = 2_000_000_000

  /// - Parameters:
  ///   - parts: the topic that instances publish to.
  ///   - whole: the log of whole windows.
  ///   - format: the format of whole windows.
  ///   - lastOwn: returns the offset of this instance's last part.
  ///   - fail: called with an error that ends the merging.
  init(
    parts: KafkaTarget, whole: ResultLog, wholeTarget: KafkaTarget, format: ResultFormat,
    context: SinkComponent.Context, watch: BrokerWatch, lastOwn: @escaping @Sendable () -> Int64,
    fail: @escaping @Sendable (any Error) -> Void
  ) {
    // `close` waits for the thread, so the merger outlives it.
    thread = SystemThread { [unowned self] in
      let turn = MergerTurn(
        parts: parts, whole: whole, wholeTarget: wholeTarget, format: format, context: context, watch: watch
      ) { [unowned self] in state.withLock { $0.patience }.map { monotonicNanoseconds() < $0 } ?? true }
      do { try run(turn, lastOwn) } catch { fail(error) }
    }
  }

  /// Sets whether this instance has the turn. When a call with `false` returns, nothing is merged any more.
  ///
  /// - Parameter isPatient: whether the end of a turn waits for messages on their way, or takes them back.
  func setTurn(_ hasTurn: Bool, isPatient: Bool = true) {
    state.withLock { state in
      state.hasTurn = hasTurn
      state.patience = hasTurn ? nil : monotonicNanoseconds() + (isPatient ? Self.patience : 0)
    }
    if !hasTurn { work.withLock { _ in } }
  }

  /// Merges what it can, and ends. The instance must keep its turn until then: the next one may begin at once.
  ///
  /// - Parameter isPatient: whether to wait for brokers.
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
      // Messages on their way come soon. A part that another instance has yet to publish may not.
      if state.isClosing {
        let now = monotonicNanoseconds()
        let end = farewell ?? now + Self.farewell
        farewell = end
        if !state.hasTurn || !turn.mayWait() { return }
        // Other instances may run forever: this one leaves their results to them.
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
  /// Whether to wait for brokers.
  let mayWait: @Sendable () -> Bool
  /// The merger and its readers during this instance's turn; nil otherwise.
  private var work: (merger: PartsMerger, reader: LogReader, fetcher: LogReader)?
  private(set) var next: Int64 = 0
  /// The partitions that the first window waits for, since when, and when that was told; on the monotonic clock.
  private var waitsFor: (partitions: [String], since: Int64, told: Int64)?
  /// How long windows wait before it is worth a word, and between two of them, in nanoseconds.
  private static let patience: Int64 = 60_000_000_000
  /// The last message of the log of parts that was read.
  private var mark: MessageMark?
  /// Whether the log of parts has answered in this turn.
  private var hasHeard = false
  /// When the last message came, or the turn began; on the monotonic clock.
  private var lastMessage: Int64 = 0

  /// After so long without a message none is on its way, in nanoseconds; the second if windows wait for parts.
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

  /// Creates the topics; false if the user wants to stop first.
  func open(stop: @escaping StopCheck) throws -> Bool {
    for target in [parts, wholeTarget] {
      guard try target.make(settings: KafkaSink.topicSettings, stop: stop, watch: watch) != nil else { return false }
    }
    return true
  }

  /// Merges the parts that have come. Returns whether no more are expected for now.
  func merge(hasTurn: Bool) throws -> Bool {
    try watch.check()
    guard hasTurn else {
      end()
      return true
    }
    // If this instance stood still, another one may have taken the turn over.
    if work != nil, !whole.holds { end() }
    if work == nil {
      do { try begin() } catch is LogReader.Interrupted { return true }
    }
    guard let (merger, reader, fetcher) = work else {
      pauseThread(milliseconds: 20)
      return true
    }
    var isCut = false
    var wasMadeAgain = false
    try reader.drain(milliseconds: 20) { event in
      hasHeard = true
      switch event {
      case .end(let offset):
        wasMadeAgain = wasMadeAgain || offset < next
        next = max(next, offset)
      case .gone: isCut = true
      case .message(let message, let bytes, let offset):
        if offset < next {
          wasMadeAgain = true
          return
        }
        next = offset + 1
        mark = MessageMark(offset: offset, written: nil, value: bytes)
        lastMessage = monotonicNanoseconds()
        do {
          _ = try merger.add(message, bytes, at: offset)
        } catch {
          context.tell("topic \(parts.topic) offset \(offset): \(error)")
        }
      }
    }
    if wasMadeAgain { throw madeAgain("ends before offset \(next)") }
    if isCut {
      // Begins again with the messages that are left.
      end()
      return false
    }
    do {
      while let window = try merger.takeWhole(fetch: { try fetcher.bytes(at: $0) }) {
        var position = window.position
        position.mark = mark
        let covered = ResultHead.Covered(input: parts.topic, positions: [Self.partition: position])
        try window.message.withUnsafeBytes { try whole.write($0, token: 0, covered: covered) }
      }
    } catch is LogReader.Interrupted {
      // The window is not published, so the next turn begins with its parts.
      end()
      return true
    }
    merger.spill()
    tellWaiting(merger)
    return hasHeard
      && monotonicNanoseconds() - lastMessage > (merger.waitingCount == 0 ? Self.silence : Self.longSilence)
  }

  /// The name of the log of parts as a partition.
  private static let partition = String(LogReader.partition)

  /// Claims the log of parts, and continues behind the parts merged last.
  private func begin() throws {
    let stop: StopCheck = { [mayWait] in !mayWait() }
    let request = ClaimRequest(
      pipeline: context.pipeline, input: parts.topic, partitions: [Self.partition],
      isOwner: { [context] in context.ownership.holds() })
    guard case .record(let record) = try whole.claim(request, stop: stop) else { return }
    let reader = LogReader(parts, pipeline: context.pipeline, watch: watch, isFollowing: true, stop: stop)
    guard let there = try reader.range(of: LogReader.partition) else { return }
    // An older version may have merged parts that are still there. Parts of its windows are counted already.
    var position =
      record.positions[Self.partition]
      ?? ReadPosition(resume: there.lowerBound, read: there.upperBound, last: whole.lastOrder)
    if position.resume < there.lowerBound { tellGone(before: there.lowerBound) }
    position.resume = max(position.resume, there.lowerBound)
    guard let beginning = try reader.fold(upTo: position.resume) else { return }
    try reader.follow(from: position.resume)
    let fetcher = LogReader(parts, pipeline: context.pipeline, watch: watch, stop: stop)
    if let mark = position.mark, let bytes = try fetcher.bytes(at: mark.offset),
      bytes.withUnsafeBytes({ MessageMark(offset: mark.offset, written: nil, value: $0) }) != mark
    {
      throw madeAgain("has another message at offset \(mark.offset)")
    }
    mark = position.mark
    let merger = PartsMerger(
      histograms: context.histograms, format: format, fold: beginning.fold, position: position)
    work = (merger, reader, fetcher)
    hasHeard = false
    waitsFor = nil
    next = position.resume
    lastMessage = monotonicNanoseconds()
    whole.keepsSnapshots(true)
    whole.begin(isShared: false)
  }

  /// Tells now and then that windows wait for partitions whose instance may have died.
  private func tellWaiting(_ merger: PartsMerger) {
    let now = monotonicNanoseconds()
    let missing = merger.missing
    guard !missing.isEmpty, missing == waitsFor?.partitions else {
      waitsFor = missing.isEmpty ? nil : (missing, now, now)
      return
    }
    guard let (partitions, since, told) = waitsFor, now - told > Self.patience else { return }
    waitsFor = (partitions, since, now)
    let names =
      partitions.count == 1 ? "partition \(partitions[0])" : "partitions \(partitions.joined(separator: ", "))"
    let minutes = (now - since) / 60_000_000_000
    context.warn(
      "topic \(parts.topic): \(merger.waitingCount) \(merger.waitingCount == 1 ? "window waits" : "windows wait") for \(names), for \(minutes) min now: no instance has published \(partitions.count == 1 ? "it" : "them") or said that nothing comes"
    )
  }

  private func madeAgain(_ what: String) -> ConnectorError {
    ConnectorError(
      "topic \(parts.topic) \(what), and whole windows cover it: it must have been made again. Publish to another results topic"
    )
  }

  private func tellGone(before offset: Int64) {
    context.tell(
      "topic \(parts.topic): retention has deleted parts of windows before they were merged, up to offset \(offset): whole windows lack their rows. Let the topic keep messages for longer"
    )
  }

  /// Waits for messages on their way while `mayWait` says so, takes back the rest, and leaves the turn to others.
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
