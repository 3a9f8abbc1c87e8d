import Diagnostics
import ChainExecution
import Results
import Specifications

/// Where results go. One thread at a time uses a sink.
package protocol ResultSink: AnyObject {
  /// Its name in messages to the user.
  var name: String { get }
  /// Whether a message is safe only some time after it was written.
  var isRemote: Bool { get }
  /// How the histograms of its messages are written.
  var format: ResultFormat { get }
  /// Takes one result message, a JSON object without a newline. May wait if too many are on their way. The sink
  /// acknowledges `number` once the message is safe.
  func write(_ message: UnsafeRawBufferPointer, number: Int) throws
  /// Returns what the pipeline has published here of partitions that the run is about to read. A sink that others may
  /// write to claims them: results of others no longer count, and nothing is published here until ``begin(isShared:)``.
  /// Without partitions it gives up its claim.
  func claim(_ request: ClaimRequest) throws -> ClaimAnswer
  /// Whether the last claim is still in force. May wait for brokers.
  func holdsClaim() -> Bool
  /// From here on, messages belong to the last claim. `isShared`: other instances read the other partitions.
  func begin(isShared: Bool)
  /// Notes idle partitions: read to their ends, with nothing coming and nothing left to publish. Nobody needs to wait
  /// for them.
  func note(idle partitions: Set<String>) throws
  /// The last window of a span that other instances have published; nil if unknown.
  var lastOfOthers: Int64? { get }
  /// Waits until all messages are safe.
  func flush() throws
  /// Others are about to continue with the input. Waits until all messages are safe, and does nothing on its own until
  /// it is told which partitions are left to it.
  func handOver() throws
  /// Others already continue with the input, and read again what is not safe. Takes that back, and does nothing on its
  /// own until it is told which partitions are left to it.
  func withdraw()
  /// Says whether this instance reads the input's first partition. One of those that share the input does.
  func reads(firstPartition: Bool)
  /// The pipeline was changed: later messages start these histograms again, or leave them out.
  func restart(_ histograms: Set<String>)
  /// Writes what is held back, and ends.
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

/// A sink of the registry: its specification, and how to make it from checked settings.
package struct SinkComponent: Sendable {
  /// Everything that a sink needs besides its own settings.
  package struct Context: Sendable {
    /// The pipeline's name.
    package var pipeline: String
    /// Called, on any thread, with the number of a message that is safe.
    package var acknowledge: @Sendable (Int) -> Void
    /// Called, on any thread, with the number of a message that was taken back.
    package var withdrawn: @Sendable (Int) -> Void = { _ in }
    /// Whether this instance owns what is read.
    package var ownership = Ownership()
    /// Called, on any thread, with a sentence for the user.
    package var tell: @Sendable (String) -> Void
    /// Called, on any thread, with a sentence that even users who want little output see.
    package var warn: @Sendable (String) -> Void = { _ in }
    /// The files of the run.
    package var uses = FileUses()
    /// Whether other instances may read a part of the input: that of topics.
    package var isShared = true
    /// The run's name.
    package var run = ""
    /// The pipeline's histograms.
    package var histograms: [ResultMerger.Declared] = []
    /// Whether the user wants to stop.
    package var stop: StopCheck = { false }
    /// Returns the addresses of a topic's brokers. For `embedded` it returns the embedded broker's, which then has the
    /// topic.
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
  /// Findings that need no look at the world outside; lint and run both report them.
  var check: @Sendable (Settings, WindowPlan?, Findings) -> Void = { _, _, _ in }
  let open: @Sendable (Settings, Context) throws -> any ResultSink

  /// All sinks. To add one, add a file beside these and a line here.
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
