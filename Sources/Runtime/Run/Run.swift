import Connectors
import Diagnostics
import Operators
import Specifications
import Synchronization

/// One run of a pipeline: reads its sources, counts, and publishes windows until the input ends or someone stops it.
public final class Run {
  public struct Options: Sendable {
    /// Files, directories, patterns or `-` to read instead of the declared sources.
    public var inputs: [String] = []
    /// Files of JSON lines beside the declared sinks.
    public var results: [String] = []
    public var threads = 1
    /// Bytes that are read and counted at a time, at least 1. The products do not depend on it.
    public var chunkBytes = ChunkBuffer.standardCapacity
    /// Asked often; the run ends when it says yes.
    public var stop: @Sendable () -> Bool = { false }

    public init() {}
  }

  private let pipeline: Pipeline
  private let options: Options
  private weak var observer: (any RunObserver)?
  private var sources: [OpenSource] = []
  private var sinks: [any ResultSink] = []
  private var totals = RunTotals()
  private let partitions = PartitionNames()
  private var malformedLogged = 0
  // Counting threads write these and the reading thread looks at them.
  private let rowsRead = Atomic<Int64>(0)
  private let failure = Mutex<(any Error)?>(nil)

  /// Malformed rows that are described in the log; all are counted.
  private static let malformedLogLimit = 5

  private struct OpenSource {
    let name: String
    let source: any RowSource
    /// The number of its record's format.
    let format: Int
    var isAtEnd = false
  }

  /// Opens sources and sinks. Throws a sentence for the user where that fails.
  public init(_ pipeline: Pipeline, options: Options, observer: (any RunObserver)?) throws {
    self.pipeline = pipeline
    self.options = options
    self.observer = observer
    if !options.inputs.isEmpty {
      let paths = try expandInputs(options.inputs)
      let source = FileSource(paths: paths, format: pipeline.plan.format, stop: options.stop)
      sources = [OpenSource(name: "input", source: source, format: 0)]
    } else {
      for (declared, format) in zip(pipeline.declaration.sources, pipeline.plan.sourceFormats) {
        guard let settings = declared.setting.settings else { continue }
        let context = SourceComponent.Context(format: pipeline.plan.formats[format], stop: options.stop)
        let source = try SourceComponent.open(settings, context)
        sources.append(OpenSource(name: declared.name.text, source: source, format: format))
      }
    }
    if sources.isEmpty {
      throw ConnectorError("the pipeline has no sources: give `--input FILE`, or declare `sources:`")
    }
    for settings in pipeline.declaration.sinks { sinks.append(try SinkComponent.open(settings)) }
    for path in options.results { sinks.append(try FileSink(path: path)) }
  }

  /// What is read, for people: the files given, or the declared sources.
  public var sourceNames: [String] {
    options.inputs.isEmpty
      ? pipeline.declaration.sources.map { "\($0.name.text) (\($0.setting.settings?.specification.name ?? ""))" }
      : options.inputs.map { $0 == "-" ? "standard input" : $0 }
  }

  public var sinkNames: [String] { sinks.map(\.name) }

  /// Runs to the end of the input, or until `stop`. Everything counted so far is published in any case; then an error
  /// that ended the run is thrown.
  public func execute() throws -> RunTotals {
    let begin = monotonicNanoseconds()
    let startOfRun = wallNanoseconds() / 1_000_000_000 * 1_000_000_000
    var message = ResultMessage(
      pipeline.plan, pipeline: pipeline.declaration.name.text, run: Self.runName(startOfRun), start: startOfRun)
    let sourceName = sources.map(\.name).joined(separator: ",")
    let isLive = sources.contains { $0.source.isLive }
    let engine = Engine(
      pipeline.plan, threads: options.threads, chunkBytes: max(1, options.chunkBytes), isLive: isLive,
      report: { [unowned self] chunk, outcome in self.report(chunk, outcome) },
      publish: { [unowned self] window in
        self.publish(window, message.write(window, source: sourceName, partitions: self.partitions.all))
      })
    var feed = Feed(window: pipeline.plan.window, begin: begin)
    do {
      try readAll(engine, &feed)
    } catch let error as InputError where error.kind == .interrupted {
      // The user's wish to stop, met inside a blocking read.
    } catch {
      fail(error)
    }
    engine.finish(always: feed.lastWindow)
    totals.counts += engine.unpublished
    totals.seconds = Double(monotonicNanoseconds() - begin) * 1e-9
    totals.bytes = sources.reduce(0) { $0 + $1.source.progress.done }
    for source in sources { source.source.close() }
    for sink in sinks {
      do { try sink.close() } catch { fail(error) }
    }
    reportRefusals()
    if let failure = failure.withLock({ $0 }) { throw RunFailure(error: failure, totals: totals) }
    return totals
  }

  /// Ends the run; the first error is the one that is told.
  private func fail(_ error: any Error) {
    failure.withLock { $0 = $0 ?? error }
  }

  private var hasFailed: Bool { failure.withLock { $0 != nil } }

  // MARK: Reading

  private func readAll(_ engine: Engine, _ feed: inout Feed) throws {
    let several = sources.count > 1
    while !hasFailed, !options.stop(), sources.contains(where: { !$0.isAtEnd }) {
      for index in sources.indices where !sources[index].isAtEnd {
        if hasFailed || options.stop() { return }
        feed.closeElapsed { engine.close($0) }
        let buffer = engine.buffer()
        // Several sources take turns; one alone may wait as long as its window lasts.
        let deadline = min(feed.deadline, monotonicNanoseconds() + (several ? 5_000_000 : 100_000_000))
        let source = sources[index].source
        switch try source.read(into: buffer, rowLimit: feed.rowLimit, deadline: deadline) {
        case .idle:
          engine.giveBack(buffer)
        case .end:
          engine.giveBack(buffer)
          sources[index].isAtEnd = true
        case .rows(let rows):
          feed.closeElapsed { engine.close($0) }
          let partition = partitions.number(
            source: index, partition: rows.partition, name: source.partitions[rows.partition],
            sourceName: several ? sources[index].name : nil)
          let chunk = Chunk(
            bytes: buffer.bytes, order: rows.order, format: sources[index].format, partition: partition,
            offset: rows.offset, window: feed.window, linesBefore: rows.linesBefore)
          engine.submit(chunk, buffer)
          feed.took(rows.rows ?? 0) { engine.close($0) }
        }
        let progress = source.progress
        observer?.progress(rows: rowsRead.load(ordering: .relaxed), done: progress.done, total: progress.total)
      }
    }
  }

  /// Called in the order of the input, one chunk at a time.
  private func report(_ chunk: Chunk, _ outcome: ChunkOutcome) {
    let lines =
      chunk.linesBefore + partitions.takeLines(of: chunk.partition, chunk.linesBefore + Int64(outcome.report.lines))
    rowsRead.add(Int64(outcome.rows + outcome.report.malformed), ordering: .relaxed)
    guard outcome.report.malformed > 0 else { return }
    for row in outcome.report.samples where malformedLogged < Self.malformedLogLimit {
      malformedLogged += 1
      let place = "\(partitions.all[chunk.partition]):\(lines + Int64(row.line) + 1)"
      observer?.warning("malformed row at \(place): \(row.reason): \(row.excerpt)")
      if malformedLogged == Self.malformedLogLimit {
        observer?.warning("further malformed rows are counted and not shown")
      }
      if pipeline.plan.stopsAtMalformed(format: chunk.format) {
        fail(ConnectorError("\(place): \(row.reason) (on_malformed: stop)"))
      }
    }
  }

  private func publish(_ window: ClosedWindow, _ message: [UInt8]) {
    totals.windows += 1
    totals.counts += window.counts.counts
    message.withUnsafeBytes { bytes in
      for sink in sinks {
        do { try sink.write(bytes) } catch { fail(error) }
      }
    }
    observer?.published(
      PublishedWindow(index: window.index, counts: window.counts.counts, name: pipeline.declaration.name.text))
  }

  /// What was left out because a limit was reached: never in silence.
  private func reportRefusals() {
    var seen: Set<String> = []
    for cells in pipeline.plan.aggregates.compactMap(\.cells)
    where cells.refusedCount > 0 && seen.insert(cells.column).inserted {
      observer?.warning(
        "\(cells.column) has more than \(Cells.limit) values: \(cells.refusedCount) rows of further values are in no histogram per \(cells.column)"
      )
    }
    let refused = pipeline.plan.categories.refusedCount
    if refused > 0 {
      observer?.warning(
        "more than \(pipeline.plan.categories.limit) different texts: further ones are unknown (\(refused) times)")
    }
  }

  /// `2026-11-22T14:00:00Z-7f3a`: when the run began, and four digits that tell two of the same second apart.
  private static func runName(_ start: Int64) -> String {
    let random = String(UInt16.random(in: 0...UInt16.max), radix: 16)
    return "\(timestamp(start))-\(String(repeating: "0", count: 4 - random.count))\(random)"
  }
}

/// A run that an error ended, with what was counted and published before.
public struct RunFailure: Error {
  public let error: any Error
  public let totals: RunTotals
}
