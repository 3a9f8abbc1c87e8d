import Connectors
import ChainExecution
import Support
import Synchronization

/// A data acquisition in miniature: takes rows of files or of the simulated telescope, and publishes them at a rate.
///
/// Rows go as they stand, malformed ones too; headers, comments and blank lines stay behind. Each row goes to the
/// partition of its key, and a partition's rows keep their order. One thread runs the emulator; any other may stop it,
/// change its rate and read its ``counts``.
///
/// Unchecked `Sendable`: what other threads touch is atomic or behind a lock.
package final class Emulator: @unchecked Sendable {
  package struct Options: Sendable {
    package var rate: RowRate = .perSecond(1000)
    /// The most rows of a message, at least 1.
    package var rowsPerMessage = 1
    /// The most bytes of a message of several rows. Brokers take 1 MB with what they add.
    package var bytesPerMessage = 900_000
    /// Starts again at the end of the input.
    package var loops = false
    /// The most rows; nil for all there are.
    package var rows: Int64?
    package var clock = EmulatorClock.system
    /// Asked before rows are sent; while it says yes, none are. For a broker that forgets what nobody reads in time.
    package var holdBack: @Sendable () -> Bool = { false }

    package init() {}
  }

  package let counts: EmulationCounts
  private let options: Options
  private let open: () throws -> any RowSource
  private let publisher: any RowPublisher
  private let partitions: Int
  private let isStopped = Atomic<Bool>(false)
  private let isAbandoned = Atomic<Bool>(false)
  private let isFinished = Atomic<Bool>(false)
  private let wantedRate: Mutex<RowRate>

  // The emulator's own thread only.
  private let keys: KeyReader?
  private let cutter: RowCutter
  // Made late, since it calls back.
  private lazy var gatherer = makeGatherer()
  private let buffer = ChunkBuffer()
  private var source: (any RowSource)?
  private var rowsTaken: Int64 = 0
  private var rowsTakenBeforePass: Int64 = 0
  /// Where the chunk at hand stands: its file, and its first byte.
  private var place = ""
  private var offset: Int64 = 0
  private var nextPartition = 0
  private var thread: SystemThread?
  private let result = Mutex<(any Error)?>(nil)

  /// Rows between two looks at the clock.
  private static let burst: Int64 = 1024
  /// How long to sleep at most: a stop and a new rate are seen soon.
  private static let longestSleep: Int64 = 20_000_000

  /// - Parameters:
  ///   - format: the record that the rows are of.
  ///   - key: what messages are keyed by.
  ///   - counts: where the publisher says what became of rows.
  ///   - open: opens the input; called again where the options say that it starts again.
  package init(
    format: any RecordFormat, key: RecordKey, publisher: any RowPublisher, counts: EmulationCounts,
    options: Options, open: @escaping () throws -> any RowSource
  ) {
    self.publisher = publisher
    self.counts = counts
    self.options = options
    self.open = open
    wantedRate = Mutex(options.rate)
    keys = key.fields.isEmpty ? nil : KeyReader(format, fields: key.fields)
    cutter = RowCutter(format)
    partitions = max(1, publisher.partitions)
  }

  private func makeGatherer() -> MessageGatherer {
    MessageGatherer(
      partitions: partitions, rowsPerMessage: options.rowsPerMessage, bytesPerMessage: options.bytesPerMessage,
      isText: cutter.isText, publish: { [unowned self] in try publish($0, partition: $1) })
  }

  // MARK: From any thread

  /// How fast rows go. A new rate starts a new schedule: nothing of the old one is made up for.
  package var rate: RowRate {
    get { wantedRate.withLock { $0 } }
    set { wantedRate.withLock { $0 = newValue } }
  }

  /// Takes no further rows; those taken are sent and waited for.
  package func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Leaves without waiting for what is on its way.
  package func abandon() {
    isAbandoned.store(true, ordering: .relaxed)
    stop()
  }

  /// Runs on a thread of its own until the end of the input or ``stop()``; see ``wait()``.
  package func start() {
    thread = SystemThread { [self] in
      do { try run() } catch { result.withLock { $0 = error } }
      isFinished.store(true, ordering: .releasing)
    }
  }

  /// Whether the thread of ``start()`` has come to its end.
  package var hasFinished: Bool { isFinished.load(ordering: .acquiring) }

  /// Waits for the thread of ``start()``, and throws what ended it early.
  package func wait() throws {
    thread?.join()
    thread = nil
    if let error = result.withLock({ $0 }) { throw error }
  }

  // MARK: On one thread

  /// Sends rows until the input ends or someone stops it, and waits until it is known what became of each. What was taken
  /// is sent also where the input ends in an error, which is thrown then.
  package func run() throws {
    defer { source?.close() }
    var failure: (any Error)?
    do { try send() } catch { failure = error }
    do {
      try gatherer.closeOld(upTo: .max)
      try gatherer.flush()
      while counts.waiting > 0, !isAbandoned.load(ordering: .relaxed) { try publisher.poll(milliseconds: 50) }
    } catch {
      failure = failure ?? error
    }
    if let failure { throw failure }
  }

  private func send() throws {
    let clock = options.clock
    var rate = self.rate
    var schedule = RateSchedule(rate: rate.perSecond, start: clock.now())
    while !isStopped.load(ordering: .relaxed) {
      let now = clock.now()
      if self.rate != rate {
        rate = self.rate
        schedule = RateSchedule(rate: rate.perSecond, start: now)
      }
      try gatherer.closeOld(upTo: now - MessageGatherer.patience)
      try gatherer.flush()
      try publisher.poll(milliseconds: 0)
      if options.holdBack() {
        clock.sleep(now + 2_000_000)
        continue
      }
      let due = min(schedule.due(at: now), Self.burst, (options.rows ?? .max) - rowsTaken)
      if rowsTaken == options.rows { return }
      guard due > 0 else {
        clock.sleep(min(schedule.next(after: now), gatherer.deadline, now + Self.longestSleep))
        continue
      }
      let before = rowsTaken
      let more = try take(due, now)
      schedule.take(rowsTaken - before)
      if !more { return }
    }
  }

  /// Sends up to so many rows, fewer where there are none for the moment; false at the end of the input.
  private func take(_ wanted: Int64, _ now: Int64) throws -> Bool {
    var left = wanted
    while left > 0 {
      guard let row = try nextRow() else {
        switch try refill() {
        case .rows, .assigned: continue
        case .idle: return true
        case .end: return false
        }
      }
      left -= 1
      rowsTaken += 1
      try send(row, now)
    }
    return true
  }

  private func send(_ row: UnsafeRawBufferPointer, _ now: Int64) throws {
    guard let keys else {
      // Without keys partitions take turns, a message each.
      try gatherer.add(row, partition: nextPartition, key: nil, now: now)
      if rowsTaken % Int64(max(1, options.rowsPerMessage)) == 0 { nextPartition = (nextPartition + 1) % partitions }
      return
    }
    keys.take(rowEnd: cutter.position)
    let partition = keys.hash.map { Int($0 & 0x7fff_ffff) % partitions } ?? 0
    try gatherer.add(row, partition: partition, key: keys.key, now: now)
  }

  /// Waits while the publisher's queue is full.
  private func publish(_ messages: UnsafeBufferPointer<RowMessage>, partition: Int) throws {
    let rows = messages.reduce(0) { $0 + $1.rows }
    // Counted first: the news of a row must not come before the row.
    counts.addSent(rows)
    var rest = messages
    do {
      while true {
        let taken = try publisher.publish(rest, partition: partition)
        rest = UnsafeBufferPointer(rebasing: rest[taken...])
        if rest.isEmpty { return }
        if isAbandoned.load(ordering: .relaxed) { break }
        try publisher.poll(milliseconds: 10)
      }
    } catch {
      counts.addFailed(rest.reduce(0) { $0 + $1.rows })
      throw error
    }
    counts.addFailed(rest.reduce(0) { $0 + $1.rows })
  }

  // MARK: Input

  private func nextRow() throws -> UnsafeRawBufferPointer? {
    do {
      return try cutter.next()
    } catch {
      throw ConnectorError("\(place) at byte \(offset + Int64(cutter.position)): \(error.message)")
    }
  }

  private func refill() throws -> SourceEvent {
    while true {
      let source = try source ?? open()
      self.source = source
      buffer.count = 0
      let event = try source.read(into: buffer, rowLimit: nil, deadline: monotonicNanoseconds() + Self.longestSleep)
      switch event {
      case .rows(let rows):
        place = source.partitions[rows.partition]
        offset = rows.offset
        if rows.order != nil {
          throw ConnectorError(
            "\(place): its header names the fields in another order or unit than the record, and rows on a topic have no header to say so"
          )
        }
        if rows.refused != nil {
          // No broker takes a message so long.
          rowsTaken += 1
          counts.addSent(1)
          counts.addFailed(1)
        }
        cutter.begin(buffer.bytes)
        keys?.begin(buffer.bytes, order: rows.order)
        return event
      case .idle, .assigned:
        return event
      case .end:
        source.close()
        self.source = nil
        guard options.loops else { return event }
        if rowsTaken == rowsTakenBeforePass { throw ConnectorError("the input has no rows to start again with") }
        rowsTakenBeforePass = rowsTaken
      }
    }
  }
}
