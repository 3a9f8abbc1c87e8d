import ChainExecution
import Kafka
import Support

/// Reads the rows of a Kafka topic: of all its partitions, or of those that a consumer group assigns to this instance.
///
/// With `start: resume` each partition begins where the published results end, so that no row is lost and none counts
/// twice.
package final class KafkaSource: RowSource {
  package struct Options: Sendable {
    package var target: KafkaTarget
    /// The consumer group whose instances share the partitions; nil to read all of them.
    package var group: String?
    package var start = KafkaStart.resume
    /// Reads up to where each partition ends when it is assigned.
    package var untilEnd = false
    /// After so many nanoseconds the clock stops waiting for a partition that has nothing to read.
    package var idle: Int64 = 2_000_000_000
    /// The broker ends with the run, so no later run can continue.
    package var isEmbedded = false

    package init(target: KafkaTarget) { self.target = target }
  }

  let options: Options
  let context: SourceComponent.Context
  let watch: BrokerWatch
  let consumer: KafkaConsumer
  let collector: MessageCollector
  let membership: GroupMembership?
  /// How many partitions the topic has; 0 until a broker answers.
  private(set) var partitionCount = 0
  private var wait: GroupWait
  private var isJoined = false
  private var isClosing = false
  private var hasBegun = false
  /// Whether partitions were assigned before.
  var hasStarted = false
  /// Where this run first began to read each partition.
  var firstOffsets: [Int: Int64] = [:]
  /// When brokers were last asked about silent partitions, on the monotonic clock.
  var lastAsked: Int64 = 0
  /// When brokers were last asked about the topic, and whether it was missing then.
  var lastConfirmed: Int64 = 0
  var isMissing = false
  /// One of the last messages read, for each partition.
  private(set) var marks: [Int: MessageMark] = [:]
  /// The first partition that was added while the run reads; nil if there is none.
  private(set) var firstAdded: Int?
  /// Assignments that ``read(into:rowLimit:deadline:)`` has not returned yet.
  private var assignments: [[PartitionStart]] = []
  private var failure: (any Error)?

  package private(set) var partitions: [String] = []
  package let isLive = true

  /// How many bytes and messages to gather before the first are handed out.
  private static let mostBytes = ChunkBuffer.standardCapacity
  private static let mostMessages = 50_000
  /// How long the first message of a chunk waits for others, in milliseconds.
  private static let linger: Int64 = 2

  /// Defaults of a consumer, where the user has set nothing.
  static let defaults: KafkaSettings = [
    // A missing offset is counted as a gap, not skipped in silence.
    "auto.offset.reset": "error",
    // Offsets at the end of a partition may hold no message, such as the marker of a transaction.
    "enable.partition.eof": "true",
    // The group replaces an instance that died after this time.
    "session.timeout.ms": "10000",
    // An instance that waits for the broker of the results is not dead.
    "max.poll.interval.ms": "1800000",
    "queued.max.messages.kbytes": "16384",
    "fetch.wait.max.ms": "100",
    "fetch.error.backoff.ms": "100",
    // librdkafka looks at a full queue again soon, not after a second.
    "fetch.queue.backoff.ms": "20",
    "topic.metadata.refresh.interval.ms": "30000",
    "allow.auto.create.topics": "false",
  ]

  package init(_ options: Options, _ context: SourceComponent.Context) throws {
    self.options = options
    self.context = context
    let watch = BrokerWatch("topic \(options.target.topic) on \(options.target.brokers)", tell: context.tell)
    self.watch = watch
    wait = GroupWait(
      "topic \(options.target.topic), group \(options.group ?? "")", tell: context.tell, show: context.show)
    collector = MessageCollector(context.format)
    let settings = options.target.settings(defaults: Self.defaults)
    do {
      consumer = try KafkaConsumer(settings, group: options.group) { watch.hear($0) }
    } catch {
      throw ConnectorError("topic \(options.target.topic): \(error.message)")
    }
    if options.group == nil {
      membership = nil
    } else {
      membership = GroupMembership(
        topic: options.target.topic, consumer,
        sessionMilliseconds: settings["session.timeout.ms"].flatMap { Int64($0) } ?? 10_000, watch: watch,
        stop: context.stop)
    }
    if let membership { context.ownership.add(membership) }
  }

  package var progress: SourceProgress { SourceProgress(done: collector.messagesTaken, total: nil) }
  package var topic: SourceTopic? { SourceTopic(name: options.target.topic, partitions: partitionCount) }
  package var resumes: Bool { options.start == .resume && !options.isEmbedded }

  package func read(into buffer: ChunkBuffer, rowLimit: Int64?, deadline: Int64) throws -> SourceEvent {
    if collector.isEmpty, assignments.isEmpty {
      guard try join() else { return .idle }
      try collect(rowLimit: rowLimit, deadline: deadline)
    }
    if let failure { throw failure }
    try watch.check()
    // A source without partitions has nothing to read again. It leaves the loss to another source of the run.
    if !collector.partitions.isEmpty, let loss = context.ownership.takeLoss() { try act(on: loss) }
    confirmSilence()
    try confirmTopic()
    wait.tellIfLong()
    if !assignments.isEmpty { return .assigned(assignments.removeFirst()) }
    collector.closeAll()
    if let rows = collector.next(into: buffer) {
      if let mark = rows.mark { marks[rows.partition] = mark }
      return .rows(rows)
    }
    if hasBegun, options.untilEnd, collector.partitions.values.allSatisfy(\.isAtEnd) { return .end }
    return .idle
  }

  // MARK: Messages

  private func collect(rowLimit: Int64?, deadline: Int64) throws {
    var until = deadline
    while assignments.isEmpty {
      let now = monotonicNanoseconds()
      let wait = max(0, min((until - now) / 1_000_000, 100))
      var errors: [(KafkaError, partition: Int32)] = []
      let count = consumer.drain(within: Int(wait), limit: Self.mostMessages - collector.messages) { message in
        if message.isError {
          guard let error = message.error else { return true }
          if error.isEndOfPartition {
            collector.reachedEnd(of: Int(message.partition), at: message.offset)
            return true
          }
          errors.append((error, message.partition))
          return false
        }
        collector.take(message, counting: rowLimit != nil, now: now) { fetchedEnd(of: $0) }
        return collector.bytes < Self.mostBytes && rowLimit.map { collector.rows < $0 } ?? true
      }
      for (error, partition) in errors { try handle(error, partition: partition) }
      if !collector.isEmpty {
        watch.isBack()
        if collector.bytes >= Self.mostBytes || collector.messages >= Self.mostMessages { return }
        if let rowLimit, collector.rows >= rowLimit { return }
        // Rows that come one by one are worth a short wait.
        if until == deadline { until = min(deadline, monotonicNanoseconds() + Self.linger * 1_000_000) }
      }
      if count == 0, monotonicNanoseconds() + 1_000_000 > until { return }
      if context.stop() || options.untilEnd && collector.partitions.values.allSatisfy(\.isAtEnd) { return }
    }
  }

  /// Where a partition ended at the last fetch.
  func fetchedEnd(of partition: Int) -> Int64? {
    consumer.watermarks(of: options.target.topic, Int32(partition))?.upperBound
  }

  private func handle(_ error: KafkaError, partition: Int32) throws {
    if error.isOffsetOutOfRange {
      try skipGone(Int(partition))
    } else if error.isUnknownTopic {
      confirmTopicSoon()
    } else if error.isPermanent {
      throw ConnectorError("topic \(options.target.topic) on \(options.target.brokers): \(error.message)")
    }
    // Other errors pass: librdkafka tries again by itself, and reports when no broker answers.
  }

  /// Brokers have deleted messages that were not read yet: continues with the oldest one left. Throws if the topic was
  /// made again.
  private func skipGone(_ partition: Int) throws {
    guard let next = collector.partitions[partition]?.next else { return }
    let there = try ask { try consumer.queryWatermarks(of: options.target.topic, Int32(partition), milliseconds: $0) }
    guard let there else { return }
    if next < there.lowerBound {
      collector.skip(partition, to: there.lowerBound)
    } else if next > there.upperBound {
      throw madeAgain(partition, "ends at \(there.upperBound)", readTo: next)
    }
    let positions = collector.partitions.map { number, state in
      KafkaPosition(topic: options.target.topic, partition: Int32(number), offset: state.next)
    }
    do { try consumer.assign(positions) } catch { try watch.pass(error) }
  }

  // MARK: Joining

  /// Waits for the topic, creates it if it is missing, and begins to read it; false if the user wants to stop first.
  private func join() throws -> Bool {
    if isJoined { return true }
    guard let (count, isNew) = try options.target.make(stop: context.stop, watch: watch) else { return false }
    // The consumer's reports from before are out of date.
    watch.ignoring { _ = consumer.drain(within: 0, limit: 1) { _ in false } }
    if isNew { context.tell("topic \(options.target.topic) was not there: created with \(count) partitions") }
    partitionCount = count
    partitions = (0..<partitionCount).map(String.init)
    lastConfirmed = monotonicNanoseconds()
    isJoined = true
    if options.group == nil {
      try readAllPartitions()
    } else {
      try subscribe()
    }
    return true
  }

  private func readAllPartitions() throws {
    guard let starts = try starts(of: Array(0..<partitionCount)) else { return }
    let positions = begin(starts)
    do { try consumer.assign(positions) } catch { try watch.pass(error) }
  }

  /// Continues with partitions that were added. A consumer group assigns them like all others.
  func grow(to count: Int) throws {
    firstAdded = firstAdded ?? partitionCount
    partitionCount = count
    partitions = (0..<count).map(String.init)
    if options.group == nil { try readAllPartitions() }
  }

  private func subscribe() throws {
    wait.begin()
    do {
      try consumer.subscribe([options.target.topic]) { [unowned self] _, assigned in
        do {
          let last = assigned.map { Int($0.partition) }.max() ?? -1
          if last >= partitionCount { try grow(to: last + 1) }
          wait.end(assigned.map { Int($0.partition) }, of: partitionCount)
          guard let starts = try starts(of: assigned.map { Int($0.partition) }) else { return [] }
          wait.tellStarts(starts.map(\.start))
          return begin(starts)
        } catch {
          failure = failure ?? error
          return []
        }
      } onRevoked: { [unowned self] _, _, areLost in
        guard !isClosing else { return }
        // Published results must be safe before another instance asks for them. The rest will be read again.
        if areLost { context.withdraw() } else { context.handOver() }
        _ = begin([])
        if areLost { wait.lose() } else { wait.begin() }
      }
    } catch {
      throw ConnectorError("group \(options.group ?? ""): \(error.message)")
    }
  }

  /// Drops rows that are read but not published, and continues with these partitions.
  private func begin(_ starts: [PartitionPlan]) -> [KafkaPosition] {
    hasBegun = !starts.isEmpty
    membership?.begin(Dictionary(uniqueKeysWithValues: starts.map { ($0.start.partition, $0.start.offset) }))
    let now = monotonicNanoseconds()
    collector.begin(
      Dictionary(
        uniqueKeysWithValues: starts.map { plan in
          (
            plan.start.partition,
            .init(
              next: plan.start.offset, repeatsBefore: plan.start.readBefore, end: plan.end, gap: plan.gap, now: now)
          )
        }))
    // If several assignments follow one another, only the last one matters.
    assignments = [starts.map(\.start)]
    return starts.map {
      KafkaPosition(topic: options.target.topic, partition: Int32($0.start.partition), offset: $0.start.offset)
    }
  }

  package func restart() throws {
    guard isJoined, !collector.partitions.isEmpty else { return }
    // If another instance owns them by now, the group will say so.
    let starts = try starts(of: collector.partitions.keys.sorted()) ?? []
    let positions = begin(starts)
    do { try consumer.assign(positions) } catch { try watch.pass(error) }
  }

  /// New results no longer count: continues with the partitions that this instance still owns. Throws if another run
  /// took them and there is no group.
  private func act(on loss: Ownership.Loss) throws {
    switch loss {
    case .taken(let log, let run, let partition):
      if options.group == nil {
        throw ConnectorError(loss.words)
      }
      context.tell("\(log): another instance, \(run), reads partition \(partition) now")
    case .missing: context.tell(loss.words)
    }
    try restart()
  }

  // MARK: State

  package var lag: SourceLag? {
    var messages: Int64 = 0
    var oldest = Int64.max
    for (number, partition) in collector.partitions where !partition.isAtEnd {
      guard let end = fetchedEnd(of: number) else { continue }
      let left = end - partition.next
      messages += max(0, left)
      if left > 0, partition.lastWritten > 0 { oldest = min(oldest, partition.lastWritten) }
    }
    let seconds = oldest == .max ? 0 : max(0, Double(wallMilliseconds() - oldest) / 1000)
    return SourceLag(messages: messages, messagesRead: collector.messagesTaken, seconds: seconds)
  }

  package func commit(_ positions: [Int: Int64]) {
    guard options.group != nil, isJoined, !isClosing else { return }
    let own = positions.filter { collector.partitions[$0.key] != nil }
    membership?.note(own)
    let all = own.map { KafkaPosition(topic: options.target.topic, partition: Int32($0.key), offset: $0.value) }
    // A later commit makes up for one that fails: the results are the record.
    if !all.isEmpty { try? consumer.commit(all, isWaiting: false) }
  }

  package func close() {
    isClosing = true
    consumer.close(milliseconds: 5_000)
  }
}
