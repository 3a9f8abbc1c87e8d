import Connectors
import Histograms
import Results
import Support

/// Hands messages to a store on a thread of its own, so that publishing does not wait until they are read.
package final class DashboardMailbox: Sendable {
  private enum Item {
    case message([UInt8])
    case restarted(Set<String>)
  }

  private final class Queue: @unchecked Sendable {
    let monitor = Monitor()
    var items: [Item] = []
    var bytes = 0
    var isClosed = false
  }

  /// Messages that may wait; then the thread that hands one in waits too.
  private static let mostBytes = 64 << 20

  private let queue = Queue()
  private nonisolated(unsafe) var thread: SystemThread?

  /// `refuse` is told, on the mailbox' thread, of a message that the store does not take.
  package init(_ store: DashboardStore, refuse: @escaping @Sendable (ResultError) -> Void = { _ in }) {
    thread = SystemThread { [queue] in
      while let items = Self.next(queue) {
        for item in items {
          switch item {
          case .message(let message): do throws(ResultError) { try store.take(message) } catch { refuse(error) }
          case .restarted(let histograms): store.restart(histograms)
          }
        }
      }
    }
  }

  /// Hands in a message.
  package func put(_ message: [UInt8]) {
    queue.monitor.locked {
      while queue.bytes > Self.mostBytes, !queue.isClosed { queue.monitor.wait() }
      queue.items.append(.message(message))
      queue.bytes += message.count
      queue.monitor.signalAll()
    }
  }

  /// Messages from here on start these histograms again, or do not have them any more.
  package func restart(_ histograms: Set<String>) {
    queue.monitor.locked {
      queue.items.append(.restarted(histograms))
      queue.monitor.signalAll()
    }
  }

  /// Waits until the store has everything that was handed in, and ends.
  package func close() {
    queue.monitor.locked {
      queue.isClosed = true
      queue.monitor.signalAll()
    }
    thread?.join()
    thread = nil
  }

  /// All that wait; nil at the end.
  private static func next(_ queue: Queue) -> [Item]? {
    queue.monitor.locked {
      while queue.items.isEmpty, !queue.isClosed { queue.monitor.wait() }
      guard !queue.items.isEmpty else { return nil }
      defer {
        queue.items = []
        queue.bytes = 0
        queue.monitor.signalAll()
      }
      return queue.items
    }
  }
}

/// The sink that a dashboard is to a run.
package final class DashboardSink: ResultSink {
  package let name: String
  private let mailbox: DashboardMailbox
  private let acknowledge: @Sendable (Int) -> Void

  /// `name`: the address that viewers open.
  package init(
    _ store: DashboardStore, name: String, acknowledge: @escaping @Sendable (Int) -> Void
  ) {
    self.name = name
    self.acknowledge = acknowledge
    mailbox = DashboardMailbox(store)
  }

  package func write(_ message: UnsafeRawBufferPointer, number: Int) throws {
    mailbox.put(Array(message))
    // What is shown is no record of the run: nothing waits for it.
    acknowledge(number)
  }

  package func restart(_ histograms: Set<String>) { mailbox.restart(histograms) }

  package func close() throws { mailbox.close() }
}
