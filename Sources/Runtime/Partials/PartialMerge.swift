import Connectors
import Dashboard
import Diagnostics
import ChainExecution
import Results
import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Puts partial results together, into result messages and into one partial result.
package struct PartialMerge {
  package struct Options: Sendable {
    package var format = ResultFormat.json
    /// Names the run in messages; made if nil.
    package var run: String?
    package var closing = PartialMerger.Closing.all
    /// Rows that a run may have counted as late count in their windows instead of being an error.
    package var countsLate = false

    package init() {}
  }

  private let pipeline: Pipeline
  private let options: Options

  package init(_ pipeline: Pipeline, options: Options) {
    self.pipeline = pipeline
    self.options = options
  }

  /// Whether a file begins as partial results do; false for what cannot be read twice.
  package static func isPartial(_ path: String) -> Bool {
    guard path != "-", let file = try? PartialBytes(path: path), let head = try? file.read(0, 8) else { return false }
    return PartialFile.begins(head)
  }

  /// Whether a file has nothing in it. A partial result always has something, of however few rows.
  package static func isEmpty(_ path: String) -> Bool {
    var status = stat()
    // The size of a pipe says nothing.
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
  }

  /// - Parameters:
  ///   - publish: takes each result message.
  ///   - rest: takes the bytes of a partial result of all that is not published; nil where nothing is to be left.
  /// - Returns: what the user should know, and the rows that were given out or are in no window.
  package func execute(
    _ paths: [String], rest: ((UnsafeRawBufferPointer) throws -> Void)?,
    publish: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws -> (notes: [String], counts: RowCounts) {
    let plan = pipeline.plan
    let merger = PartialMerger(plan)
    for path in paths {
      let bytes = try PartialBytes(path: path)
      try merger.add(
        PartialFile(name: path, size: bytes.size, plan: plan, identity: pipeline.identity) { try bytes.read($0, $1) })
    }
    var notes = try merger.settle(options.closing)
    let left = try rest.map { try PartialFileWriter(plan, identity: pipeline.identity, output: $0) }
    var source = ResultSource(name: merger.input.source)
    source.topic = merger.input.topic
    source.partitions = merger.input.partitionCount
    var message = ResultMessage(
      plan, pipeline: pipeline.declaration.name.text, run: options.run ?? RunStart.name(), start: 0,
      dashboard: pipeline.dashboard.json)
    let always: Int64? =
      switch plan.window {
      case .all, .rows: 0
      case .every, .span: nil
      }
    let names = merger.input.partitions.map(\.name)
    // Messages are held back until it is known that all of them can be given out.
    var messages: [[UInt8]] = []
    var counts = RowCounts()
    try merger.finish(options.closing, always: always, rest: left) { window in
      counts += window.counts.counts
      messages.append(message.write(window, source: source, partitions: names, format: options.format))
    }
    if !merger.lateWindows.isEmpty {
      let windows = merger.lateWindows.sorted()
      let sentence =
        "\(windows.count) \(windows.count == 1 ? "window" : "windows") (the first is \(windows[0])) got rows further behind the clock than `late` allows, and `run` may leave such rows out: which ones depends on how the input is read"
      guard options.countsLate else {
        throw PartialError(sentence + "; make `late` longer, or count them with --late count")
      }
      notes.append(sentence)
    }
    if let note = counts.disorderNote { notes.append(note) }
    for message in messages { try message.withUnsafeBytes(publish) }
    if merger.unpublished != RowCounts() {
      notes.append("rows of no window are in no message: \(merger.unpublished.summary)")
    }
    counts += merger.unpublished
    return (notes, counts)
  }
}

/// A file whose bytes are read when they are asked for, and which is not held open: an array job has thousands.
private struct PartialBytes {
  let path: String
  let size: Int

  init(path: String) throws {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw ConnectorError("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    size = Int(status.st_size)
  }

  func read(_ place: Int, _ count: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ConnectorError("cannot open \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var isRead = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let more = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(place + filled))
        if more < 0, errno == EINTR { continue }
        isRead = more >= 0
        guard more > 0 else { break }
        filled += more
      }
    }
    guard isRead else { throw ConnectorError("cannot read \(path): \(String(cString: strerror(errno)))") }
    return bytes
  }
}
