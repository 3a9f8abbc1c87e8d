import Diagnostics
import ChainExecution
import Results
import Specifications

/// Where results go. One thread at a time uses a sink.
package protocol ResultSink: AnyObject {
  /// What messages call it.
  var name: String { get }
  /// Whether messages are safe only some time after they were written.
  var isRemote: Bool { get }
  /// How the histograms of its messages are written.
  var format: ResultFormat { get }
  /// Takes one result message, a JSON object without a line end. May wait where too many are on their way; `number` is
  /// acknowledged once the message is safe.
  func write(_ message: UnsafeRawBufferPointer, number: Int) throws
  /// What the pipeline has published here of partitions that the run is about to read. A sink that others may write to
  /// claims them: what others publish of them counts no more, and nothing is published here until ``begin(isShared:)``. Without
  /// partitions it gives up those that it has.
  func claim(_ request: ClaimRequest) throws -> ClaimAnswer
  /// Whether the claim made last is in force still. May wait for brokers.
  func holdsClaim() -> Bool
  /// What is written from here on is of the partitions that were claimed last. `isShared`: other instances read the others.
  func begin(isShared: Bool)
  /// Partitions that are read to their ends, of which nothing comes and nothing is left to be published: nobody need wait
  /// for them.
  func note(idle partitions: Set<String>) throws
  /// The last window of a span that other instances have published; nil where that is not known.
  var lastOfOthers: Int64? { get }
  /// Waits until everything written is safe.
  func flush() throws
  /// Others are about to go on with the input: waits until everything written is safe, and does nothing of its own until
  /// it is told what is left to this instance.
  func handOver() throws
  /// Others go on with the input already, and read again what is not safe: takes that back, and does nothing of its own
  /// until it is told what is left to this instance.
  func withdraw()
  /// Whether this instance reads the input's first partition: one of several that share the input does.
  func reads(firstPartition: Bool)
  /// The pipeline was changed: messages from here on start these histograms again, or do not have them any more.
  func restart(_ histograms: Set<String>)
  /// Hands on what is held back, and ends.
  func close() throws
}

extension ResultSink {
  package var isRemote: Bool { false }
  package var format: ResultFormat { .json }
  package func claim(_ request: ClaimRequest) throws -> ClaimAnswer { .nothingKept }
  package func holdsClaim() -> Bool { true }
  package func begin(isShared: Bool) {}
  package func note(idle partitions: Set<String>) throws {}
  package var lastOfOthers: Int64? { nil }
  package func flush() throws {}
  package func handOver() throws { try flush() }
  package func withdraw() {}
  package func reads(firstPartition: Bool) {}
  package func restart(_ histograms: Set<String>) {}
}

/// A sink of the registry: what it declares of itself, and how it is made from checked settings.
package struct SinkComponent: Sendable {
  /// What a sink needs beside its own settings.
  package struct Context: Sendable {
    /// The pipeline's name.
    package var pipeline: String
    /// Called, on any thread, with the number of a message that is safe.
    package var acknowledge: @Sendable (Int) -> Void
    /// Called, on any thread, with the number of a message that was taken back.
    package var withdrawn: @Sendable (Int) -> Void = { _ in }
    /// Whether what is read is this instance's.
    package var ownership = Ownership()
    /// Called, on any thread, with a sentence for the user.
    package var tell: @Sendable (String) -> Void
    /// Called, on any thread, with a sentence that also those see who want to see little.
    package var warn: @Sendable (String) -> Void = { _ in }
    /// The files of the run.
    package var uses = FileUses()
    /// The run's name.
    package var run = ""
    /// The pipeline's histograms.
    package var histograms: [ResultMerger.Declared] = []
    /// Whether the user wants to stop.
    package var stop: StopCheck = { false }
    /// The addresses of a topic's brokers; those of the embedded one for `embedded`, which then has the topic.
    package var brokers: @Sendable (KafkaTarget) throws -> String = { $0.brokers }

    package init(
      pipeline: String, acknowledge: @escaping @Sendable (Int) -> Void, tell: @escaping @Sendable (String) -> Void
    ) {
      self.pipeline = pipeline
      self.acknowledge = acknowledge
      self.tell = tell
    }
  }

  package let specification: Specification
  /// Findings that need no look at the world outside; what lint and run both say.
  var check: @Sendable (Settings, WindowPlan?, Findings) -> Void = { _, _, _ in }
  let open: @Sendable (Settings, Context) throws -> any ResultSink

  /// Every sink. A new one is a file beside these and its line here.
  package static let all: [SinkComponent] = [file, kafka, dashboard]

  package static func check(_ settings: Settings, window: WindowPlan?, findings: Findings) {
    all.first { $0.specification.name == settings.specification.name }?.check(settings, window, findings)
  }

  package static func open(_ settings: Settings, _ context: Context) throws -> any ResultSink {
    guard let component = all.first(where: { $0.specification.name == settings.specification.name }) else {
      throw ConnectorError("there is no sink `\(settings.specification.name)`")
    }
    return try component.open(settings, context)
  }
}
