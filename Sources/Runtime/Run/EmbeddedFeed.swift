import Connectors
import Emulation
import ChainExecution
import Specifications
import Synchronization

/// The emulators that write to the topics of the embedded broker while the run reads them.
///
/// The broker forgets all but the newest messages of a partition, so an emulator waits while the run lags.
final class EmbeddedFeed: Sendable {
  private let feeds = Mutex<[HitsEmulation]>([])
  private let rowsRead = Atomic<Int64>(0)
  private let stop: @Sendable () -> Bool
  private let tell: @Sendable (String) -> Void

  /// Rows that may be on their way: well below what the broker keeps of a partition.
  private static let mostRows: Int64 = 40_000

  init(stop: @escaping @Sendable () -> Bool, tell: @escaping @Sendable (String) -> Void) {
    self.stop = stop
    self.tell = tell
  }

  /// Starts to write a source's topic: what the pipeline's section `emulate` says, in the source's own record.
  func start(_ target: KafkaTarget, _ declaration: Declaration, format: any RecordFormat) throws {
    let input = EmulationInput(declaration.emulate)
    let holdBack: @Sendable () -> Bool = { [unowned self] in
      let underWay = feeds.withLock { $0.reduce(0) { $0 + $1.emulator.counts.sent } }
      return underWay - rowsRead.load(ordering: .relaxed) > Self.mostRows
    }
    guard
      let feed = try HitsEmulation(
        declaration, format: format, input: input, target: target, holdBack: holdBack, stop: stop, tell: tell)
    else { return }
    feeds.withLock { $0.append(feed) }
    tell("emulating \(input.name) into topic \(target.topic)")
    feed.emulator.start()
  }

  /// Notes how many rows the run has counted.
  func note(rows: Int64) { rowsRead.store(rows, ordering: .relaxed) }

  /// Whether there was something to write, and all of it is written and read.
  var isDrained: Bool {
    feeds.withLock { feeds in
      !feeds.isEmpty && feeds.allSatisfy(\.emulator.hasFinished)
        && feeds.reduce(0) { $0 + $1.emulator.counts.acknowledged } <= rowsRead.load(ordering: .relaxed)
    }
  }

  /// Ends the emulators; throws what went wrong with one.
  func end() throws {
    let all = feeds.withLock { feeds in
      defer { feeds = [] }
      return feeds
    }
    for feed in all { feed.emulator.abandon() }
    defer { for feed in all { feed.close() } }
    for feed in all { try feed.emulator.wait() }
  }
}
