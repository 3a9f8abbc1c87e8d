import ChainExecution
import Connectors
import Diagnostics
import Foundation
import Runtime
import Synchronization

/// One run of a pipeline inside the test: what it reads and how, and what comes of it.
package struct Job {
  package enum Declared {
    /// A file, by its place in the package, such as `pipelines/dt-chambers.yaml`, or in the file system.
    case file(String)
    case text(String)
  }

  package var pipeline: Declared
  /// Files to read instead of the declared sources.
  package var inputs: [String] = []
  /// As `--window` takes it.
  package var window: String?
  package var threads = 1
  package var chunkBytes = ChunkBuffer.standardCapacity
  /// As `--set` takes them.
  package var overrides: [String] = []
  package var stop: @Sendable () -> Bool = { false }

  package init(_ yaml: String) { pipeline = .text(yaml) }

  package init(file: String) {
    pipeline = .file(file)
    // The package's pipelines write a file into the current folder, which is nobody's business in a test.
    overrides = ["sinks=[]"]
  }

  package static let dtChambers = Job(file: "pipelines/dt-chambers.yaml")

  package static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().path

  package func reading(_ inputs: String...) -> Job { with { $0.inputs = inputs } }

  package func with(_ change: (inout Job) -> Void) -> Job {
    var job = self
    change(&job)
    return job
  }

  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  package func load(_ scratch: Scratch) throws -> Pipeline {
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

  /// The chain alone, for tests that feed it by hand.
  package func plan() throws -> ChainPlan { try load(Scratch()).plan }

  /// Runs to the end of the input; an error that ended the run is part of the outcome.
  package func run() throws -> Outcome {
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
  package func run(rows: String) throws -> Outcome { try run(bytes: Array(rows.utf8)) }

  package func run(bytes: [UInt8]) throws -> Outcome {
    let scratch = Scratch()
    return try reading(scratch.write(bytes, "rows.txt")).run()
  }
}

/// What came of a ``Job``.
package struct Outcome {
  package var messages: [Message] = []
  /// The messages as they were written.
  package var lines: [Data] = []
  package var endsWithNewline = true
  package var totals = RunTotals()
  package var warnings: [String] = []
  package var notes: [String] = []
  package var published: [Int64] = []
  package var error: String?

  /// All windows together.
  package var products: Products { Products(messages) }

  /// The only window's histogram.
  package func histogram(_ name: String) -> Histogram? { messages.count == 1 ? messages[0].histograms[name] : nil }

  package func bins(_ name: String) -> [Double]? { histogram(name)?.bins }
}

private final class Listener: RunObserver {
  package var warnings: [String] = []
  package var windows: [Int64] = []
  private let noted = Mutex<[String]>([])
  package var notes: [String] { noted.withLock { $0 } }

  package func progress(_ progress: RunProgress) {}
  package func published(_ window: PublishedWindow) { windows.append(window.index) }
  package func warning(_ message: String) { warnings.append(message) }
  package func note(_ message: String) { noted.withLock { $0.append(message) } }
}
