import Connectors
import Diagnostics
import Foundation
import Runtime
import Synchronization

/// One run of a pipeline inside the test: what it reads and how, and what comes of it.
struct Job {
  enum Declared {
    /// A file, by its place in the package, such as `pipelines/dt-chambers.yaml`, or in the file system.
    case file(String)
    case text(String)
  }

  var pipeline: Declared
  /// Files to read instead of the declared sources.
  var inputs: [String] = []
  /// As `--window` takes it.
  var window: String?
  var threads = 1
  var chunkBytes = ChunkBuffer.standardCapacity
  /// As `--set` takes them.
  var overrides: [String] = []
  var stop: @Sendable () -> Bool = { false }

  init(_ yaml: String) { pipeline = .text(yaml) }

  init(file: String) {
    pipeline = .file(file)
    // The package's pipelines write a file into the current folder, which is nobody's business in a test.
    overrides = ["sinks=[]"]
  }

  static let dtChambers = Job(file: "pipelines/dt-chambers.yaml")

  static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  func reading(_ inputs: String...) -> Job { with { $0.inputs = inputs } }

  func with(_ change: (inout Job) -> Void) -> Job {
    var job = self
    change(&job)
    return job
  }

  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  func load(_ scratch: Scratch) throws -> Pipeline {
    let path =
      switch pipeline {
      case .file(let name): name.hasPrefix("/") ? name : "\(Job.packageRoot)/\(name)"
      case .text(let yaml): scratch.write(yaml, "pipeline.yaml")
      }
    var request = Pipeline.Request(path: path)
    request.window = window
    request.overrides = overrides
    let findings = Findings()
    let plugins = ["HITMON_PLUGINS": "\(Job.packageRoot)/plugins"]
    guard let pipeline = try Pipeline.load(request, environment: { plugins[$0] }, findings: findings) else {
      throw Refused(description: FindingPrinter(colour: false).text(findings))
    }
    return pipeline
  }

  /// Runs to the end of the input; an error that ended the run is part of the outcome.
  func run() throws -> Outcome {
    let scratch = Scratch()
    let pipeline = try load(scratch)
    var options = Run.Options()
    options.inputs = inputs
    options.results = [scratch("results.jsonl")]
    options.threads = threads
    options.chunkBytes = chunkBytes
    options.stop = stop
    let listener = Listener()
    let run = try Run(pipeline, options: options, observer: listener)
    var outcome = Outcome()
    do {
      outcome.totals = try run.execute()
    } catch let failure as RunFailure {
      outcome.totals = failure.totals
      outcome.error = "\(failure.error)"
    }
    outcome.warnings = listener.warnings
    outcome.notes = listener.notes
    outcome.published = listener.windows
    let bytes = scratch.bytes("results.jsonl")
    outcome.lines = bytes.split(separator: 0x0A).map { Data($0) }
    outcome.endsWithNewline = bytes.isEmpty || bytes.last == 0x0A
    outcome.messages = try outcome.lines.map { try JSONDecoder().decode(Message.self, from: $0) }
    return outcome
  }

  /// Runs over rows that are given as text.
  func run(rows: String) throws -> Outcome { try run(bytes: Array(rows.utf8)) }

  func run(bytes: [UInt8]) throws -> Outcome {
    let scratch = Scratch()
    return try reading(scratch.write(bytes, "rows.txt")).run()
  }
}

/// What came of a ``Job``.
struct Outcome {
  var messages: [Message] = []
  /// The messages as they were written.
  var lines: [Data] = []
  var endsWithNewline = true
  var totals = RunTotals()
  var warnings: [String] = []
  var notes: [String] = []
  var published: [Int64] = []
  var error: String?

  /// All windows together.
  var products: Products { Products(messages) }

  /// The only window's histogram.
  func histogram(_ name: String) -> Histogram? { messages.count == 1 ? messages[0].histograms[name] : nil }

  func bins(_ name: String) -> [Double]? { histogram(name)?.bins }
}

private final class Listener: RunObserver {
  var warnings: [String] = []
  var windows: [Int64] = []
  private let noted = Mutex<[String]>([])
  var notes: [String] { noted.withLock { $0 } }

  func progress(_ progress: RunProgress) {}
  func published(_ window: PublishedWindow) { windows.append(window.index) }
  func warning(_ message: String) { warnings.append(message) }
  func note(_ message: String) { noted.withLock { $0.append(message) } }
}
