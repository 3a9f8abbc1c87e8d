import Connectors
import Diagnostics
import ChainExecution
import Specifications

/// Counts a part of an input, and writes what came of it so that it can be put together with the other parts.
package final class PartCounter {
  package enum Input: Sendable {
    case files([String])
    case piece(FilePiece)
    /// Messages of a topic, in blocks on standard input.
    case blocks
  }

  package struct Options: Sendable {
    package var input = Input.files(["-"])
    /// The declared source whose rows these are, and whose store objects lie in; nil for the pipeline's own record, or the only topic.
    package var source: String?
    /// How many partitions the topic has.
    package var partitionCount: Int?
    /// Where the first of the files stands among all of the input; nil where they go by their names.
    package var order: Int64?
    /// The window by arrival that all rows belong to, in multiples of its length since 1970.
    package var arrival: Int64?
    /// How many rows of the input come before, where windows are of rows.
    package var firstRow: Int64?
    /// About where the clock of event windows stands, where its counter has wrapped before.
    package var clockNear: Int64?
    /// Whether rows come about in the order of their clock, so that groups can be told that are complete.
    package var isOrdered = true
    package var threads = 1
    package var chunkBytes = ChunkBuffer.standardCapacity
    /// The header line of the input's first file, for files that have none.
    package var header: String?
    package var stop: @Sendable () -> Bool = { false }

    package init() {}
  }

  private let pipeline: Pipeline
  private let options: Options
  private let source: any RowSource
  private let input: PartialInput
  private let format: Int
  private let warn: @Sendable (String) -> Void
  private let partitions = PartitionNames()
  private var counts = RowCounts()
  private let malformed: MalformedLog
  private var failure: (any Error)?
  private var published: [Int: PartitionStart] = [:]

  private var intake: RowIntake {
    RowIntake(source: source, number: 0, name: nil, format: format, ownsGroups: options.isOrdered)
  }

  /// Opens the input. Throws a sentence for the user where that fails, or where the pipeline's windows cannot be counted in
  /// parts.
  package init(_ pipeline: Pipeline, options: Options, warn: @escaping @Sendable (String) -> Void) throws {
    self.pipeline = pipeline
    self.options = options
    self.warn = warn
    malformed = MalformedLog(warn: warn)
    guard !pipeline.plan.needsOrder else {
      throw ConnectorError(
        "`dead_time` and columns of `last` need the hit before, which may be in another part: count the whole with `hitmon run`"
      )
    }
    try Self.check(pipeline.plan.window, options)
    let declared = try Self.source(of: pipeline, options)
    format = declared.map { pipeline.plan.sourceFormats[$0] } ?? 0
    let rows = pipeline.plan.formats[format]
    let name = declared.map { pipeline.declaration.sources[$0].name.text } ?? "input"
    switch options.input {
    case .files(let paths):
      let settings = declared.flatMap { pipeline.declaration.sources[$0].setting.settings }
      let inputs =
        try settings.map { try findInputs(paths, of: $0, stop: options.stop, tell: warn) }
        ?? findInputs(paths, stop: options.stop, tell: warn)
      source = FileSource(
        inputs: inputs, format: rows, header: try options.header.map { try FilePiece.parse($0, rows) },
        stop: options.stop)
      input = PartialInput(source: name)
    case .piece(let piece):
      source = try FileSource(piece, format: rows, stop: options.stop)
      input = PartialInput(source: name)
    case .blocks:
      guard let declared, let settings = pipeline.declaration.sources[declared].setting.settings,
        let target = KafkaTarget(settings)
      else { throw ConnectorError("the pipeline has no topic that blocks could be of") }
      let topic = SourceTopic(name: target.topic, partitions: options.partitionCount ?? 0)
      source = BlockSource(StandardInput(stop: options.stop), format: rows, topic: topic)
      input = PartialInput(
        source: name, topic: target.topic,
        partitionCount: options.partitionCount)
    }
  }

  /// The number of the source whose rows are read; nil for the pipeline's own record.
  private static func source(of pipeline: Pipeline, _ options: Options) throws -> Int? {
    let sources = pipeline.declaration.sources
    if let name = options.source {
      guard let index = sources.firstIndex(where: { $0.name.text == name }) else {
        throw ConnectorError("the pipeline has no source `\(name)`")
      }
      return index
    }
    guard case .blocks = options.input else { return nil }
    let topics = sources.indices.filter { sources[$0].setting.settings.flatMap { KafkaTarget($0) } != nil }
    guard topics.count <= 1 else {
      throw ConnectorError("the pipeline reads several topics: say which one with --source")
    }
    return topics.first
  }

  private static func check(_ window: WindowPlan, _ options: Options) throws {
    switch window {
    case .every where options.arrival == nil:
      throw ConnectorError(
        "windows by arrival depend on when rows are read, and a part of an input does not say when: give --arrived TIME, or cut otherwise, with --window all or --window \"span: ...\""
      )
    case .rows where options.firstRow == nil:
      throw ConnectorError(
        "windows of rows depend on how many rows come before: give --first-row N, or cut otherwise, with --window all or --window \"span: ...\""
      )
    default: break
    }
  }

  /// Counts, and gives what was read. `output` takes the bytes of the partial result.
  package func execute(_ output: @escaping (UnsafeRawBufferPointer) throws -> Void) throws -> RowCounts {
    try pipeline.plan.begin(tell: warn)
    defer { pipeline.plan.end() }
    let file = try PartialFileWriter(pipeline.plan, identity: pipeline.identity, output: output)
    let engine = Engine(
      pipeline.plan, threads: options.threads, chunkBytes: max(1, options.chunkBytes), isLive: false, isPart: true,
      report: { [unowned self] in report($0, $1) },
      publish: { [unowned self] window in
        counts += window.counts.counts
        counts.disordered += window.disordered
        do { try file.add(window) } catch { failure = failure ?? error }
      })
    var feed = Feed(window: pipeline.plan.window, begin: 0, firstRow: options.firstRow ?? 0)
    let window: Int64? = if case .every = pipeline.plan.window { options.arrival } else { nil }
    if let near = options.clockNear, case .span(let windows) = pipeline.plan.window {
      engine.inOrder { $0.resume(behind: nil, near: windows.index(of: near)) }
    }
    // Of a topic the clock waits for partitions that have not come yet: windows are given out at the end.
    if source.streams == .one, options.isOrdered { engine.wait(for: [-1]) }
    do {
      while failure == nil, !options.stop() {
        let buffer = engine.buffer()
        guard
          case .rows(let rows) = try source.read(into: buffer, rowLimit: feed.rowLimit, deadline: .max)
        else { break }
        var chunk = chunk(rows, buffer, window: window ?? feed.window)
        if source.topic != nil {
          begin(rows.partition, engine)
          chunk.published = published[chunk.partition]?.published
        }
        engine.submit(chunk, buffer)
        feed.took(rows.rows ?? 0) { engine.close($0) }
      }
    } catch {
      failure = failure ?? error
    }
    // Of some there was nothing to read; results say of them too where to go on.
    for partition in (source as? BlockSource)?.begun ?? [] { begin(partition, engine) }
    source.close()
    _ = engine.finish()
    if let failure { throw failure }
    for note in source.notes { warn(note) }
    if options.stop() {
      throw ConnectorError("stopped before the end of the input: what was written is no partial result")
    }
    counts += engine.unpublished
    var input = input
    let extent = (source as? FileSource)?.extent
    input.partitions = partitions.all.map { PartialInput.Partition(name: $0, extent: extent) }
    if source.topic == nil, let first = options.order {
      for index in input.partitions.indices { input.partitions[index].order = first + Int64(index) }
    }
    if let tail = engine.takePartialTail() { try file.finish(tail, input) }
    for sentence in pipeline.plan.refusedGroups { warn(sentence) }
    return counts
  }

  private func chunk(_ rows: SourceRows, _ buffer: ChunkBuffer, window: Int64?) -> Chunk {
    var chunk = intake.chunk(rows, buffer, window: window, in: partitions)
    chunk.isOrdered = options.isOrdered
    intake.troubles(of: rows).forEach { malformed.note($0) }
    return chunk
  }

  /// Tells what earlier runs have published of a partition, and what is missing of it.
  private func begin(_ number: Int, _ engine: Engine) {
    guard let start = (source as? BlockSource)?.start(of: number) else { return }
    let partition = intake.partition(number, in: partitions)
    guard published.updateValue(start, forKey: partition) == nil else { return }
    let near = options.clockNear == nil ? start.published : nil
    engine.inOrder { sequencer in
      if near != nil { sequencer.resume(behind: nil, near: near) }
      sequencer.add(partition: partition, at: start.offset, readBefore: start.readBefore)
    }
  }

  /// Called in the order of the input, one chunk at a time. Where a part has lines before it that nobody counts, a row has
  /// a byte, not a line.
  private func report(_ chunk: Chunk, _ outcome: ChunkOutcome) {
    let error = malformed.report(chunk, outcome, pipeline.plan) { row in
      let offset = chunk.offset(of: row.offset), name = partitions.all[chunk.partition]
      return chunk.messages == nil ? "\(name), byte \(offset)" : "partition \(name) offset \(offset)"
    }
    failure = failure ?? error
  }
}
