import Diagnostics
import Results
import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The keys of the sink `file`.
package enum FileSinkKeys {
  package static let path = TypedKey.path("path", required: true, "The file, or `-` for standard output.")
  package static let append = DefaultKey.boolean(
    "append", default: false, "Whether results go behind what the file holds, or replace it.")
}

extension SinkComponent {
  static let file = SinkComponent(
    specification: Specification(
      kind: .sink, name: "file", summary: "A file of JSON lines: one result message a line.",
      details: """
        What the file held is replaced by the first window of the run, in one step; a run that publishes none, or decodes no
        row, leaves it as it was. While a run writes to a file no other can. See [results.md](results.md#files).
        """,
      keys: [
        FileSinkKeys.path, FileSinkKeys.append, resultFormat,
      ],
      example: "sinks: [{file: {path: results.jsonl}}]"),
    open: { settings, context in
      try FileSink(
        path: settings[FileSinkKeys.path]?.text ?? "-", append: settings[FileSinkKeys.append],
        format: settings[resultFormat], uses: context.uses, warn: context.warn, acknowledge: context.acknowledge)
    })
}

/// JSON lines in a file. Every message is in the file when `write` returns, whole lines only.
package final class FileSink: ResultSink {
  package let format: ResultFormat
  private let file: OutputFile
  /// Whether the results of earlier runs stay.
  private let isRecord: Bool
  private let warn: @Sendable (String) -> Void
  private let acknowledge: @Sendable (Int) -> Void
  private var hasWritten = false
  /// Messages without a row that was decoded. They take the place of results only together with one that has some: a run
  /// with the wrong separator, or of an empty file, leaves what was there.
  private var held: [[UInt8]] = []
  private static let mostHeld = 16

  /// Opens the file and changes nothing in it: `uses` are the other files of the command, and `warn` is told what the user
  /// should know.
  package init(
    path: String, append: Bool = false, format: ResultFormat = .json, uses: FileUses,
    warn: @escaping @Sendable (String) -> Void, acknowledge: @escaping @Sendable (Int) -> Void
  ) throws {
    self.format = format
    self.warn = warn
    self.acknowledge = acknowledge
    file = try OutputFile(path, append ? .appended : .parts, uses: uses)
    isRecord = append && file.isFile
    if isRecord { _ = try PublishedFile.end(of: file.descriptor, name: file.name) }
  }

  package var name: String { file.name }

  package func claim(_ request: ClaimRequest) throws -> ClaimAnswer {
    guard isRecord else { return .nothingKept }
    // A message that was not finished is not published.
    let end = try PublishedFile.end(of: file.descriptor, name: name)
    return .record(
      PublishedFile.read(
        file.descriptor, size: end.whole, pipeline: request.pipeline, input: request.input,
        partitions: request.partitions))
  }

  package func write(_ message: UnsafeRawBufferPointer, number: Int) throws {
    if isRecord, !hasWritten { try mendEnd() }
    if file.isAsItWas, held.count < Self.mostHeld, (try? ResultHead(reading: message))?.count("records") == 0 {
      held.append(Array(message))
    } else {
      for earlier in held { try earlier.withUnsafeBytes(writeLine) }
      held.removeAll()
      try writeLine(message)
    }
    acknowledge(number)
  }

  private func writeLine(_ message: UnsafeRawBufferPointer) throws {
    let lineEnd: [UInt8] = [0x0A]
    try lineEnd.withUnsafeBytes { try file.append([message, $0]) }
    try file.publish()
    hasWritten = true
  }

  /// Makes the end of the file one that a line can be written behind.
  private func mendEnd() throws {
    let end = try PublishedFile.end(of: file.descriptor, name: name)
    if end.lacksLineEnd { try file.append([0x0A]) }
    guard end.rest > 0 else { return }
    let bytes = try PublishedFile.read(end.whole..<end.whole + end.rest, of: file.descriptor, name)
    let kept = name + ".cut"
    let beside = open(file.path + ".cut", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard beside >= 0 else { throw ConnectorError.writing(kept, errno) }
    let failure = bytes.withUnsafeBytes { writeAll([$0], to: beside) }
    guard closeDescriptor(beside) == 0, failure == nil else { throw ConnectorError.writing(kept, failure ?? errno) }
    guard ftruncate(file.descriptor, off_t(end.whole)) == 0 else { throw ConnectorError.writing(name, errno) }
    warn(
      "\(name) ended in a message that a run did not finish: its \(end.rest) bytes were cut off and are in \(kept)")
  }

  package func close() throws {
    if file.isAsItWas {
      let reason = held.isEmpty ? "no window was published" : "no row was decoded"
      warn("\(reason): \(name) is as it was before the run")
    }
    try file.finish()
  }
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
