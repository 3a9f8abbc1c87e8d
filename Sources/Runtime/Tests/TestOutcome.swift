import Connectors
import Diagnostics
import Operators

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a pipeline makes of some rows.
struct TestOutcome {
  /// The windows, in the order in which they were published.
  private(set) var windows: [ResultContent] = []
  /// Why rows could not be decoded, by their number from 1; the first few of them.
  private(set) var malformed: [Int64: String] = [:]

  /// Throws a sentence where the run fails.
  init(_ pipeline: Pipeline, bytes: [UInt8]) throws {
    let file = try TemporaryFile(bytes)
    let sink = MemorySink()
    let shared = UncheckedSink(sink: sink)
    var options = Run.Options()
    options.inputs = [file.path]
    options.sinks = { acknowledge in
      shared.sink.acknowledge = acknowledge
      return [shared.sink]
    }
    let listener = Listener()
    do {
      _ = try Run(pipeline, options: options, observer: listener).execute()
    } catch let failure as RunFailure {
      throw failure.error
    }
    windows = try sink.messages.map { message in try message.withUnsafeBytes { try ResultContent(reading: $0) } }
    malformed = listener.malformed
  }
}

/// A file that nobody else sees, gone when it is let go.
private final class TemporaryFile {
  private let descriptor: Int32

  init(_ bytes: [UInt8]) throws {
    var template = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/hitmon-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw ConnectorError("cannot write rows to a temporary file") }
    unlink(template)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
      guard count > 0 else { throw ConnectorError("cannot write rows to a temporary file") }
      rest = rest.dropFirst(count)
    }
  }

  deinit { close(descriptor) }

  var path: String { "/proc/self/fd/\(descriptor)" }
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
