import Connectors
import Diagnostics
import ChainExecution
import Results

/// What a pipeline makes of some rows.
struct TestOutcome {
  /// The windows, in the order in which they were published.
  private(set) var windows: [ResultContent] = []
  /// Why rows could not be decoded, by their number from 1; the first few of them.
  private(set) var malformed: [Int64: String] = [:]

  /// `chunkBytes` are the bytes that are counted at a time. Throws a sentence where the run fails.
  init(_ pipeline: Pipeline, bytes: [UInt8], chunkBytes: Int? = nil) throws {
    let file = try TemporaryFile(bytes)
    let sink = MemorySink()
    let shared = UncheckedSink(sink: sink)
    var options = Run.Options()
    options.inputs = [file.path]
    if let chunkBytes { options.chunkBytes = chunkBytes }
    options.sinks = { acknowledge in
      shared.sink.acknowledge = acknowledge
      return [shared.sink]
    }
    let listener = Listener()
    do {
      _ = try Run(pipeline, options: options, observer: listener).execute()
    } catch let failure as RunFailure {
      // Nobody knows the file by its name.
      throw ConnectorError("\(failure.error)".replacing(file.path, with: "rows"))
    }
    windows = try sink.messages.map { message in try message.withUnsafeBytes { try ResultContent(reading: $0) } }
    malformed = listener.malformed
  }
}

/// Keeps messages.
private final class MemorySink: ResultSink {
  let name = "memory"
  var messages: [[UInt8]] = []
  var acknowledge: (Int) -> Void = { _ in }

  func write(_ message: UnsafeRawBufferPointer, number: Int) throws {
    messages.append(Array(message))
    acknowledge(number)
  }

  func close() throws {}
}

/// The sink of a run on one thread, handed to it by a closure for any.
private struct UncheckedSink: @unchecked Sendable {
  let sink: MemorySink
}

private final class Listener: RunObserver {
  var malformed: [Int64: String] = [:]

  func progress(_ progress: RunProgress) {}
  func published(_ window: PublishedWindow) {}
  func warning(_ message: String) {}
  func note(_ message: String) {}
  func malformed(_ row: MalformedRow, number: Int64) { malformed[number] = row.reason }
}
