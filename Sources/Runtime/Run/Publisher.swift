import Connectors
import ChainExecution
import Results
import Support
import Synchronization

/// Hands the windows of a run to its sinks, and follows them until they are safe.
///
/// The thread that brings chunks together calls it; sinks acknowledge on their own threads.
final class Publisher {
  let acknowledgements: Acknowledgements
  private let sinks: [any ResultSink]
  private var message: ResultMessage
  private let partitions: PartitionNames
  private weak var observer: (any RunObserver)?
  private let ownership: Ownership
  private let fail: (any Error) -> Void
  private(set) var windows = 0
  /// Windows that were not published, because this instance did not own its input.
  private(set) var withheld = 0
  private(set) var counts = RowCounts()

  /// How messages describe the input; set when the sources' partitions are known.
  var source = ResultSource(name: "")
  /// How far the run is behind its input, for the observer; the reading thread sets it.
  let lag = Mutex<RunLag?>(nil)
  /// The idle partitions; the reading thread sets them.
  let idle = Mutex<Set<Int>>([])
  /// The ends of windows that end at a time, on the monotonic clock.
  var ends: [Int64: Int64] = [:]

  init(
    _ message: ResultMessage, sinks: [any ResultSink], partitions: PartitionNames, acknowledgements: Acknowledgements,
    ownership: Ownership, observer: (any RunObserver)?, fail: @escaping (any Error) -> Void
  ) {
    self.message = message
    self.sinks = sinks
    self.partitions = partitions
    self.acknowledgements = acknowledgements
    self.ownership = ownership
    self.observer = observer
    self.fail = fail
  }

  /// Whether any sink acknowledges later than it writes.
  var isRemote: Bool { sinks.contains { $0.isRemote } }

  func publish(_ window: ClosedWindow) {
    // Without partitions of its topic an instance has nothing to say of a window.
    if source.topic != nil, window.resume.isEmpty { return }
    let closedAt = ends.removeValue(forKey: window.index) ?? monotonicNanoseconds()
    let messages = ResultFormat.allCases.filter { format in sinks.contains { $0.format == format } }.map { format in
      (format, message.write(window, source: source, partitions: partitions.all, format: format))
    }
    // Asked as late as possible: a loss between here and the sending is not seen.
    guard ownership.holds() else {
      withheld += 1
      return
    }
    windows += 1
    counts += window.counts.counts
    let number = acknowledgements.expect(
      window.index, closedAt: closedAt, sinks: sinks.count, resume: window.resume,
      counts: window.counts.counts)
    for (format, bytes) in messages {
      bytes.withUnsafeBytes { bytes in
        for sink in sinks where sink.format == format {
          do { try sink.write(bytes, number: number) } catch { fail(error) }
        }
      }
    }
    tellIdle(open: window.openPartitions)
    observer?.published(
      PublishedWindow(
        index: window.index, counts: window.counts.counts, lag: lag.withLock { $0 },
        latency: isRemote ? acknowledgements.lastLatency : nil, overdue: acknowledgements.overdue))
  }

  /// Windows published from here on were open when an error ended the run, and say so.
  func end(by error: any Error) { message.error = "\(error)" }

  /// Windows published from here on belong to a changed pipeline. `restarted`: histograms that begin again.
  func take(over message: ResultMessage, restarted: Set<String>) {
    self.message = message
    for sink in sinks { sink.restart(restarted) }
  }

  /// Windows published from here on belong to the last claim.
  func begin() {
    for sink in sinks { sink.begin(isShared: source.isPartial) }
    ownership.begin()
  }

  /// Tells the sinks which partitions are idle. `open`: partitions with rows in open windows, which are not.
  func tellIdle(open: Set<Int>) {
    let names = idle.withLock { $0.subtracting(open) }.map { partitions.all[$0] }
    for sink in sinks {
      do { try sink.note(idle: Set(names)) } catch { fail(error) }
    }
  }

  /// The last window of a span that other instances have published; nil if unknown.
  var lastOfOthers: Int64? { sinks.compactMap(\.lastOfOthers).max() }

  /// Tells the sinks whether this instance reads the input's first partition.
  func reads(firstPartition: Bool) {
    for sink in sinks { sink.reads(firstPartition: firstPartition) }
  }

  /// Waits until every written window is safe.
  func flush() {
    for sink in sinks {
      do { try sink.flush() } catch { fail(error) }
    }
  }

  func close() {
    for sink in sinks {
      do { try sink.close() } catch { fail(error) }
    }
  }
}
