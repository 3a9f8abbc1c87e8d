import Connectors
import ChainExecution
import Support
import Synchronization

/// A source of a run.
struct OpenSource {
  let name: String
  let source: any RowSource
  /// The number of its record's format.
  let format: Int
  var isAtEnd = false
  /// The last window of a span that earlier runs have published, by partition.
  var published: [Int: Int64] = [:]
  /// The numbers of the partitions assigned last.
  var assigned: [Int] = []
}

/// Reads the sources of a run in turn, and passes their rows to the engine with the window that they belong to.
struct Reader {
  private let window: WindowPlan
  private let partitions: PartitionNames
  private let publisher: Publisher
  private let claims: InputClaims
  private let makeEngine: () -> Engine
  private let report: (String) -> Void
  private let rowsRead: () -> Int64
  private var feed: Feed
  private(set) var engine: Engine
  private(set) var sources: [OpenSource]
  private var hasRead = false
  /// Whether nothing was read since a window that cuts the input was closed.
  private var isAtEdge = true
  /// Whether there is input yet: topics wait for brokers, and for a group to assign partitions.
  private var hasBegun: Bool
  /// The last window that was closed because other instances had published it.
  private var passed: Int64?
  /// Replaces this chain by a changed one. It waits for the next edge if windows cut the input.
  private var takeover: (() -> Void)?

  /// How long to wait for rows at a time, in nanoseconds, so that a stop is noticed.
  private static let patience: Int64 = 100_000_000
  private static let turn: Int64 = 5_000_000

  /// - Parameters:
  ///   - begin: when the first window begins, on the monotonic clock.
  ///   - makeEngine: makes an engine for the input from here on.
  ///   - rowsRead: returns how many rows have been counted.
  ///   - report: called with a sentence about rows that could not be read.
  init(
    _ sources: [OpenSource], window: WindowPlan, begin: Int64, partitions: PartitionNames, publisher: Publisher,
    claims: InputClaims, makeEngine: @escaping () -> Engine, rowsRead: @escaping () -> Int64,
    report: @escaping (String) -> Void
  ) {
    self.rowsRead = rowsRead
    self.sources = sources
    self.window = window
    self.partitions = partitions
    self.publisher = publisher
    self.claims = claims
    self.makeEngine = makeEngine
    self.report = report
    hasBegun = sources.contains { $0.source.topic == nil }
    feed = Feed(window: window, begin: begin)
    engine = makeEngine()
  }

  /// Reads until every source is at its end or `stop` says yes. Calls `progress` after every read, with its source.
  mutating func readAll(until stop: () -> Bool, progress: (inout Reader, any RowSource) -> Void) throws {
    while !stop(), sources.contains(where: { !$0.isAtEnd }) {
      for index in sources.indices where !sources[index].isAtEnd {
        if stop() { return }
        try read(index)
        progress(&self, sources[index].source)
        commit()
      }
    }
  }

  private mutating func read(_ index: Int) throws {
    closeElapsed()
    try takeOverWhereNothingIsOpen()
    waitForStreams()
    let buffer = engine.buffer()
    // Several sources take short turns; a single one may wait longer.
    let patience = sources.count > 1 ? Self.turn : Self.patience
    let deadline = min(feed.deadline, monotonicNanoseconds() + patience)
    let source = sources[index].source
    switch try source.read(into: buffer, rowLimit: feed.rowLimit, deadline: deadline) {
    case .idle:
      engine.giveBack(buffer)
    case .end:
      engine.giveBack(buffer)
      sources[index].isAtEnd = true
    case .assigned(let starts):
      engine.giveBack(buffer)
      try begin(index, starts)
    case .rows(let rows):
      closeElapsed()
      if window.cutsInput { try takeOverWhereNothingIsOpen() }
      submit(rows, of: index, buffer)
    }
    let lag = RunLag(source.lag, rowsRead: rowsRead())
    publisher.lag.withLock { $0 = lag }
  }

  private mutating func submit(_ rows: SourceRows, of index: Int, _ buffer: ChunkBuffer) {
    hasRead = true
    let intake = intake(index)
    var chunk = intake.chunk(rows, buffer, window: feed.window, in: partitions)
    chunk.published = sources[index].published[rows.partition]
    if let gap = rows.gap {
      engine.inOrder { [partition = chunk.partition] in $0.note(gap: gap, partition: partition) }
    }
    intake.troubles(of: rows).forEach(report)
    engine.submit(chunk, buffer)
    isAtEdge = false
    feed.took(rows.rows ?? 0) {
      engine.close($0)
      isAtEdge = true
    }
  }

  private func intake(_ index: Int) -> RowIntake {
    let open = sources[index]
    return RowIntake(
      source: open.source, number: index, name: sources.count > 1 ? open.name : nil, format: open.format,
      ownsGroups: sources.count == 1)
  }

  // MARK: A changed chain

  /// Windows that cut the input end at an edge, where the change comes. Others overlap, so rows of open windows are
  /// read again.
  mutating func takeOver(_ takeover: @escaping () -> Void) { self.takeover = takeover }

  /// Why a changed chain cannot take over; nil if it can.
  var refusal: String? {
    switch window {
    case .every, .rows: nil
    case .all: "the whole input is one window, which began with the pipeline as it was"
    case .span:
      sources.allSatisfy { $0.source.resumes }
        ? nil : "windows by the record's clock overlap, and not every source can read again what is open"
    }
  }

  private mutating func takeOverWhereNothingIsOpen() throws {
    guard let takeover, isAtEdge || !window.cutsInput || !hasRead else { return }
    self.takeover = nil
    _ = engine.finish(always: nil, discarded: !window.cutsInput)
    let positions = engine.readPositions
    takeover()
    engine = makeEngine()
    guard window.cutsInput else {
      publisher.flush()
      feed.restart()
      for index in sources.indices { try restart(index) }
      hasRead = false
      return
    }
    engine.inOrder { $0.takeOver(positions) }
  }

  // MARK: Windows

  private mutating func closeElapsed() {
    let before = feed.window
    defer { if feed.window != before { isAtEdge = true } }
    feed.closeElapsed { [engine, publisher, hasBegun] index, end in
      // A window without input is not a result: it covers no part of the input.
      guard hasBegun else { return }
      engine.inOrder { sequencer in
        publisher.ends[index] = end
        sequencer.close(index)
      }
    }
  }

  /// Publishes the open windows, and ends the engine. Incomplete windows of a span are left to the next run if it reads
  /// their rows again; returns how many. A window without rows is published if `isEmptyResult` says that it is a
  /// result.
  mutating func finish(isEmptyResult: Bool) -> Int {
    let isLeft = !window.cutsInput && sources.contains { $0.source.resumes && !$0.isAtEnd }
    let open = engine.finish(always: hasBegun && isEmptyResult ? feed.lastWindow : nil, discarded: isLeft)
    return isLeft ? open : 0
  }

  /// Tells the sources which positions are safe.
  func commit() {
    let positions = publisher.acknowledgements.takeCommittable()
    guard !positions.isEmpty else { return }
    for (index, open) in sources.enumerated() {
      open.source.commit(partitions.positions(positions, ofSource: index))
    }
  }

  // MARK: Partitions and streams

  /// Begins to read the partitions that a source was assigned. Drops rows that are read but not published: this run or
  /// another one reads them again.
  private mutating func begin(_ index: Int, _ starts: [PartitionStart]) throws {
    hasBegun = true
    if hasRead {
      _ = engine.finish(always: nil, discarded: true)
      engine = makeEngine()
      feed.restart()
      passed = nil
    }
    for other in sources.indices where other != index && (hasRead || claims.isOutdated(source: other)) {
      try restart(other)
    }
    hasRead = false
    let intake = intake(index)
    let published = starts.compactMap(\.published)
    sources[index].published = Dictionary(
      uniqueKeysWithValues: starts.compactMap { start in start.published.map { (start.partition, $0) } })
    let numbered = starts.map { (intake.partition($0.partition, in: partitions), $0) }
    let isComplete = published.count == starts.count
    let former = sources[index].assigned
    sources[index].assigned = numbered.map(\.0)
    let said = ResultSource(sources, assigned: sources.reduce(0) { $0 + $1.assigned.count })
    let isClaimed = claims.begin(source: index)
    engine.inOrder { [publisher] sequencer in
      publisher.source = said
      if isClaimed { publisher.begin() }
      // Another instance may own them now, so no result may say where to resume in them.
      for partition in former { sequencer.remove(partition: partition) }
      // A partition without published results may have rows of any window.
      sequencer.resume(behind: isComplete ? published.min() : nil, near: published.max())
      for (partition, start) in numbered {
        sequencer.add(
          partition: partition, at: start.offset, readBefore: start.readBefore, last: start.published, mark: start.mark)
      }
    }
    if index == 0 { publisher.reads(firstPartition: starts.contains { $0.partition == 0 }) }
  }

  /// Lets a source begin again. A topic that was read to its end has an end again.
  private mutating func restart(_ index: Int) throws {
    try sources[index].source.restart()
    if sources[index].source.topic != nil { sources[index].isAtEnd = false }
  }

  private mutating func waitForStreams() {
    guard !window.cutsInput || sources.count > 1 || sources.contains(where: { $0.source.streams != .one }) else {
      return
    }
    var active: Set<Int> = []
    for index in sources.indices where !sources[index].isAtEnd {
      active.formUnion(intake(index).activeStreams(in: partitions))
    }
    engine.wait(for: active)
    if publisher.source.isPartial, !window.cutsInput { noteIdle(active: active) }
  }

  /// If instances share the input, tells the others which partitions are idle. If all are, closes windows that the
  /// others have published.
  private mutating func noteIdle(active: Set<Int>) {
    let idle = Set(sources.flatMap(\.assigned)).subtracting(active)
    if let passed = publisher.lastOfOthers, active.isEmpty, !idle.isEmpty, passed > self.passed ?? .min, engine.isQuiet
    {
      self.passed = passed
      engine.inOrder { $0.pass(passed) }
    }
    let isNew = publisher.idle.withLock { known in
      defer { known = idle }
      return known != idle
    }
    if isNew { engine.inOrder { [publisher] in publisher.tellIdle(open: $0.openPartitions) } }
  }
}
