import Columns
import Connectors
import Dashboard
import Diagnostics
import ChainExecution
import Results
import Specifications
import Support
import Synchronization

/// One run of a pipeline: reads its sources, counts, and publishes windows until the input ends or someone stops it.
package final class Run {
  package struct Options: Sendable {
    /// Files, directories, patterns, `s3://BUCKET/PREFIX` or `-` to read instead of the declared sources.
    package var inputs: [String] = []
    /// Files of JSON lines beside the declared sinks.
    package var results: [String] = []
    package var threads = 1
    /// Bytes that are read and counted at a time, at least 1. The products do not depend on it.
    package var chunkBytes = ChunkBuffer.standardCapacity
    /// Makes further sinks, such as the pages that are declared as sinks `dashboard` and that a run itself knows nothing of.
    package var sinks: (@Sendable (_ acknowledge: @escaping @Sendable (Int) -> Void) throws -> [any ResultSink])?
    /// Asked often for a changed pipeline that is to take over; gives each one once.
    package var changed: @Sendable () -> Pipeline? = { nil }
    /// Asked often; the run ends when it says yes.
    package var stop: @Sendable () -> Bool = { false }

    package init() {}
  }

  /// Another takes its place only while nothing is counted.
  private var pipeline: Pipeline
  /// The one that waits to take its place.
  private var successor: Pipeline?
  private let options: Options
  private weak var observer: (any RunObserver)?
  private var sources: [OpenSource] = []
  private var sinks: [any ResultSink] = []
  private let partitions = PartitionNames()
  private let acknowledgements = Acknowledgements()
  private let ownership = Ownership()
  private let name = RunStart.name()
  private let claims: InputClaims
  private let embedded: EmbeddedBrokers
  private let feed: EmbeddedFeed
  /// The observer as sources and sinks reach it, on any thread.
  private let tell: @Sendable (String) -> Void
  /// The same, also for those who want to see little.
  private let warn: @Sendable (String) -> Void
  /// What those who watch the page should know while it lasts.
  private let show: @Sendable (String?) -> Void
  private let malformed: MalformedLog
  private var hasToldDisorder = false
  // Counting threads write these, and so does the reading thread, or looks at them.
  private let rowsRead = Atomic<Int64>(0)
  private let failure = Mutex<(any Error)?>(nil)

  /// Opens sources and sinks, and changes nothing: what results replace is whole until the first window. Throws a sentence
  /// for the user where that fails.
  package init(_ pipeline: Pipeline, options: Options, observer: (any RunObserver)?) throws {
    self.pipeline = pipeline
    self.options = options
    self.observer = observer
    let told = UncheckedBox { [weak observer] in observer }
    tell = { sentence in (try? told.value())??.note(sentence) }
    let warn: @Sendable (String) -> Void = { sentence in (try? told.value())??.warning(sentence) }
    self.warn = warn
    show = { sentence in (try? told.value())??.standing(sentence) }
    malformed = MalformedLog(warn: warn)
    claims = InputClaims(
      pipeline: pipeline.declaration.name.text, input: Self.input(of: pipeline), ownership: ownership,
      window: pipeline.plan.window, tell: tell)
    embedded = EmbeddedBrokers(tell: tell)
    feed = EmbeddedFeed(stop: options.stop, tell: tell)
    try pipeline.plan.begin(tell: tell)
    let inputs = options.inputs.isEmpty ? nil : try findInputs(options.inputs, stop: options.stop, tell: tell)
    if let (first, again) = inputs?.repeated {
      warn("\(first) is read twice\(first == again ? "" : ", also as \(again)"): its rows count twice")
    }
    let uses = FileUses(configuration: pipeline.files, inputs: (inputs ?? []).compactMap(\.path))
    // Also those that --input stands in for: they are read again tomorrow.
    for path in pipeline.declaredFiles { uses.note(path, as: .input) }
    try openSinks(uses)
    try openSources(inputs, uses)
  }

  private func openSinks(_ uses: FileUses) throws {
    let acknowledge: @Sendable (Int) -> Void = { [acknowledgements] number in
      acknowledgements.acknowledge(number, at: monotonicNanoseconds())
    }
    var context = SinkComponent.Context(
      pipeline: pipeline.declaration.name.text, acknowledge: acknowledge, tell: tell)
    context.run = name
    context.histograms = ResultMerger.declared(in: pipeline)
    context.stop = options.stop
    context.brokers = embedded.addresses
    context.withdrawn = { [acknowledgements] in acknowledgements.withdraw($0) }
    context.ownership = ownership
    context.warn = warn
    context.uses = uses
    context.isShared = options.inputs.isEmpty && !Self.input(of: pipeline).isEmpty
    for settings in pipeline.declaration.sinks where !SinkComponent.isDashboard(settings) {
      // A broker that is gone when the files are read has nobody to keep results for.
      if !options.inputs.isEmpty, KafkaTarget(settings)?.isEmbedded == true { continue }
      sinks.append(try SinkComponent.open(settings, context))
    }
    for path in options.results {
      sinks.append(try FileSink(path: path, uses: uses, warn: warn, acknowledge: acknowledge))
    }
    sinks += try options.sinks?(acknowledge) ?? []
    claims.sinks = sinks
  }

  /// What results call the declared input: its topic, of several joined by commas; "" where not every source reads one.
  private static func input(of pipeline: Pipeline) -> String {
    let settings = pipeline.declaration.sources.compactMap(\.setting.settings)
    let topics = settings.compactMap { KafkaTarget($0)?.topic }
    return topics.count == settings.count ? topics.joined(separator: ",") : ""
  }

  private func openSources(_ inputs: [InputPlace]?, _ uses: FileUses) throws {
    if let inputs {
      let source = FileSource(inputs: inputs, format: pipeline.plan.format, stop: options.stop)
      sources = [OpenSource(name: "input", source: source, format: 0)]
      return
    }
    let declared = zip(pipeline.declaration.sources, pipeline.plan.sourceFormats)
    let several = pipeline.declaration.sources.count > 1
    for (declared, format) in declared {
      guard let settings = declared.setting.settings else { continue }
      var context = SourceComponent.Context(format: pipeline.plan.formats[format], stop: options.stop)
      context.tell = tell
      context.show = show
      let name = several ? declared.name.text : nil
      let claims = UncheckedBox { [claims] in claims }
      context.claim = { [number = sources.count] partitions, isOwner in
        try claims.value().claim(partitions, ofSource: number, name: name, isOwner: isOwner)
      }
      let written = UncheckedBox { [sinks] in sinks }
      // What goes wrong is met again when the next window is written.
      context.handOver = { [number = sources.count] in
        for sink in (try? written.value()) ?? [] { try? sink.handOver() }
        (try? claims.value())?.release(source: number)
      }
      context.withdraw = { [number = sources.count] in
        for sink in (try? written.value()) ?? [] { sink.withdraw() }
        (try? claims.value())?.release(source: number)
      }
      context.ownership = ownership
      context.uses = uses
      context.brokers = embedded.addresses
      let source = try SourceComponent.open(settings, context)
      sources.append(OpenSource(name: declared.name.text, source: source, format: format))
      if var target = KafkaTarget(settings), target.isEmbedded {
        target.brokers = try embedded.addresses(target)
        try feed.start(target, pipeline.declaration, format: pipeline.plan.formats[format])
      }
    }
    if sources.isEmpty {
      throw ConnectorError("the pipeline has no sources: give `--input FILE`, or declare `sources:`")
    }
  }

  /// What is read, for people: the files given, or the declared sources.
  package var sourceNames: [String] {
    options.inputs.isEmpty
      ? pipeline.declaration.sources.map { "\($0.name.text) (\(Self.words($0.setting.settings)))" }
      : options.inputs.map { $0 == "-" ? "standard input" : $0 }
  }

  private static func words(_ settings: Settings?) -> String {
    guard let target = settings.flatMap({ KafkaTarget($0) }) else {
      return settings.flatMap { s3PlaceName($0) } ?? settings?.specification.name ?? ""
    }
    // The address of an embedded broker is told when it starts.
    return "topic \(target.topic)\(target.isEmbedded ? "" : " on \(target.brokers)")"
  }

  package var sinkNames: [String] { sinks.map(\.name) }
  package var readsTopic: Bool { sources.contains { $0.source.topic != nil } }

  /// Runs to the end of the input, or until `stop`. Everything counted so far is published in any case, but for windows
  /// that the next run reads again; then an error that ended the run is thrown.
  package func execute() throws -> RunTotals {
    let start = RunStart(window: pipeline.plan.window, isAligned: sources.contains { $0.source.topic != nil })
    let publisher = Publisher(
      message(start), sinks: sinks, partitions: partitions, acknowledgements: acknowledgements,
      ownership: ownership, observer: observer, fail: fail)
    publisher.source = ResultSource(sources, assigned: nil)
    let isLive = sources.contains { $0.source.isLive }
    var reader = Reader(
      sources, window: pipeline.plan.window, begin: start.monotonic, partitions: partitions, publisher: publisher,
      claims: claims,
      makeEngine: { [unowned self] in
        Engine(
          pipeline.plan, threads: options.threads, chunkBytes: max(1, options.chunkBytes), isLive: isLive,
          report: { [unowned self] chunk, outcome in report(chunk, outcome) },
          publish: { [unowned self] window in
            // A run without an end says it at the first window, others for all.
            if isLive { tellDisorder(window.counts.counts) }
            publisher.publish(window)
          })
      },
      rowsRead: { [unowned self] in rowsRead.load(ordering: .relaxed) },
      report: { [malformed] in malformed.note($0) })
    do {
      try reader.readAll(until: { hasFailed || options.stop() || feed.isDrained }) { reader, source in
        if let changed = options.changed() { takeOver(with: changed, &reader, publisher, start) }
        let rows = rowsRead.load(ordering: .relaxed)
        feed.note(rows: rows)
        let progress = source.progress
        observer?.progress(
          RunProgress(
            rows: rows, done: progress.done, total: progress.total, lag: publisher.lag.withLock { $0 }))
      }
    } catch let error as InputError where error.kind == .interrupted {
      // The user's wish to stop, met inside a blocking read.
    } catch {
      fail(error)
    }
    var totals = RunTotals()
    // Windows that are closed may still be on their way through the publisher, on another thread.
    var withheld: Int?
    reader.engine.inOrder { _ in withheld = publisher.withheld }
    // A run that came to no row, because the input cannot be read or somebody stopped it first, has seen nothing: an empty
    // window of it would take the place of results.
    if let error = failure.withLock({ $0 }) { reader.engine.inOrder { _ in publisher.end(by: error) } }
    let isCutShort = hasFailed || !isLive && options.stop()
    totals.openWindows = reader.finish(isEmptyResult: !isCutShort || rowsRead.load(ordering: .relaxed) > 0)
    if let withheld { totals.openWindows += publisher.withheld - withheld }
    publisher.flush()
    reader.commit()
    let void = acknowledgements.withdrawn
    totals.windows = publisher.windows - void.windows
    totals.voidWindows = void.windows
    if let words = ownership.lossThatEnds() { fail(ConnectorError(words)) }
    totals.counts = publisher.counts
    totals.counts -= void.counts
    totals.unpublished = reader.engine.unpublished
    totals.counts += totals.unpublished
    totals.firstMalformed = malformed.first
    if publisher.isRemote { totals.latencies = acknowledgements.latencies }
    totals.seconds = Double(monotonicNanoseconds() - start.begin) * 1e-9
    totals.programs = pipeline.plan.programs.map(\.totals)
    pipeline.plan.end()
    successor?.plan.end()
    totals.bytes = sources.reduce(0) { $0 + $1.source.progress.done }
    // Others go on when the sources are closed, and what is left to do with results is this instance's until then.
    publisher.close()
    for source in sources { source.source.close() }
    do { try feed.end() } catch { fail(error) }
    reportRefusals()
    tellDisorder(totals.counts)
    for note in sources.flatMap(\.source.notes) { observer?.warning(note) }
    if let failure = failure.withLock({ $0 }) { throw RunFailure(error: failure, totals: totals) }
    return totals
  }

  /// Lets a changed pipeline take over as soon as no window is open, or says why it cannot.
  private func takeOver(with changed: Pipeline, _ reader: inout Reader, _ publisher: Publisher, _ start: RunStart) {
    let change = PipelineChange(from: pipeline, to: changed)
    if let refusal = change.refusal ?? reader.refusal {
      observer?.refused(changed, refusal)
      return
    }
    do {
      try changed.plan.begin(tell: tell)
    } catch {
      changed.plan.end()
      observer?.refused(changed, "\(error)")
      return
    }
    successor?.plan.end()
    successor = changed
    reader.takeOver { [unowned self] in
      reportRefusals()
      pipeline.plan.end()
      (pipeline, successor) = (changed, nil)
      publisher.take(over: message(start), restarted: change.restarted)
      observer?.tookOver(changed, change)
    }
  }

  /// What writes the messages of the run's windows.
  private func message(_ start: RunStart) -> ResultMessage {
    ResultMessage(
      pipeline.plan, pipeline: pipeline.declaration.name.text, run: name, start: start.wall,
      dashboard: pipeline.dashboard.json)
  }

  /// Ends the run; the first error is the one that is told.
  private func fail(_ error: any Error) {
    failure.withLock { $0 = $0 ?? error }
  }

  private var hasFailed: Bool { failure.withLock { $0 != nil } }

  // MARK: What went wrong with rows

  /// Called in the order of the input, one chunk at a time.
  private func report(_ chunk: Chunk, _ outcome: ChunkOutcome) {
    let lines =
      chunk.linesBefore + partitions.takeLines(of: chunk.partition, chunk.linesBefore + Int64(outcome.report.lines))
    func place(of row: MalformedRow) -> String {
      let partition = partitions.all[chunk.partition]
      return chunk.messages == nil
        ? "\(partition):\(lines + Int64(row.line) + 1)"
        : "partition \(partition) offset \(chunk.offset(of: row.offset))"
    }
    if outcome.fault == nil { rowsRead.add(Int64(outcome.rows + outcome.report.malformed), ordering: .relaxed) }
    let error = malformed.report(chunk, outcome, pipeline.plan, place: place) { [observer] row in
      observer?.malformed(row, number: lines + Int64(row.line) + 1)
    }
    if let error { fail(error) }
  }

  private func tellDisorder(_ counts: RowCounts) {
    guard !hasToldDisorder, let note = counts.disorderNote else { return }
    hasToldDisorder = true
    observer?.warning(note)
  }

  /// What was left out because a limit was reached: never in silence.
  private func reportRefusals() {
    var seen: Set<String> = []
    for cells in pipeline.plan.histograms.compactMap(\.cells)
    where cells.refusedCount > 0 && seen.insert(cells.column).inserted {
      observer?.warning(
        "\(cells.column) has more than \(Cells.limit) values: \(cells.refusedCount) rows of further values are in no histogram per \(cells.column)"
      )
    }
    for sentence in pipeline.plan.refusedGroups { observer?.warning(sentence) }
    let refused = pipeline.plan.categories.refusedCount
    if refused > 0 {
      observer?.warning(
        "more than \(pipeline.plan.categories.limit) different texts: further ones are unknown (\(refused) times)")
    }
  }
}

/// A run that an error ended, with what was counted and published before.
package struct RunFailure: Error {
  package let error: any Error
  package let totals: RunTotals
}

/// A closure for other threads that is used by one at a time.
private final class UncheckedBox<Value>: @unchecked Sendable {
  let value: () throws -> Value

  init(_ value: @escaping () throws -> Value) { self.value = value }
}
