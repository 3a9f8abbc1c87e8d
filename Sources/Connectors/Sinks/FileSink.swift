import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SinkComponent {
  static let file = SinkComponent(
    specification: Specification(
      kind: .sink, name: "file", summary: "A file of JSON lines: one result message a line.",
      keys: [
        Key("path", .path, required: true, "The file, or `-` for standard output."),
        Key("append", .boolean, default: "false", "Whether results go behind what the file holds, or replace it."),
        .resultFormat,
      ],
      example: "sinks: [{file: {path: results.jsonl}}]"),
    open: { settings, context in
      try FileSink(
        path: settings["path"]?.text?.text ?? "-", append: settings["append"]?.boolean ?? false,
        format: settings.resultFormat, acknowledge: context.acknowledge)
    })
}

/// JSON lines in a file. Every message is in the file when `write` returns, whole lines only.
public final class FileSink: ResultSink {
  public let name: String
  public let format: ResultFormat
  private let descriptor: Int32
  private let ownsDescriptor: Bool
  /// Whether the results of earlier runs stay.
  private let isRecord: Bool
  private let acknowledge: @Sendable (Int) -> Void

  public init(
    path: String, append: Bool = false, format: ResultFormat = .json, acknowledge: @escaping @Sendable (Int) -> Void
  ) throws {
    self.acknowledge = acknowledge
    self.format = format
    name = path == "-" ? "standard output" : path
    if path == "-" {
      (descriptor, ownsDescriptor) = (1, false)
    } else {
      descriptor = open(path, (append ? O_RDWR : O_WRONLY) | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0o644)
      ownsDescriptor = true
      guard descriptor >= 0 else { throw ConnectorError("cannot write \(path): \(systemWords(for: errno))") }
      if append { PublishedFile.trim(descriptor) }
    }
    isRecord = append && ownsDescriptor
  }

  public func published(by pipeline: String, of input: PublishedRecord.Input) -> PublishedRecord? {
    isRecord ? PublishedFile.read(descriptor, pipeline: pipeline, input: input) : nil
  }

  public func write(_ message: UnsafeRawBufferPointer, number: Int) throws {
    try writeLine(message, to: descriptor, name: name)
    acknowledge(number)
  }

  public func close() throws {
    if ownsDescriptor { closeDescriptor(descriptor) }
  }
}

private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
