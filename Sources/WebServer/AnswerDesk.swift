import Connectors
import Support
import Synchronization

/// Makes the answers that take a while, one after the other, on a thread of its own: event streams go on meanwhile.
final class AnswerDesk: Sendable {
  private final class Queue: @unchecked Sendable {
    let monitor = Monitor()
    var jobs: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let queue = Queue()
  private nonisolated(unsafe) var thread: SystemThread?
  private let closing = Atomic(false)

  init() {
    thread = SystemThread { [queue] in
      while let job = Self.next(queue) { job() }
    }
  }

  /// Nothing that is made now is sent any more.
  var isClosing: Bool { closing.load(ordering: .relaxed) }

  func take(_ job: @escaping @Sendable () -> Void) {
    queue.monitor.locked {
      queue.jobs.append(job)
      queue.monitor.signalAll()
    }
  }

  /// Waits for the job at hand, and drops all others.
  func close() {
    closing.store(true, ordering: .relaxed)
    queue.monitor.locked {
      queue.isClosed = true
      queue.jobs = []
      queue.monitor.signalAll()
    }
    thread?.join()
    thread = nil
  }

  private static func next(_ queue: Queue) -> (@Sendable () -> Void)? {
    queue.monitor.locked {
      while queue.jobs.isEmpty, !queue.isClosed { queue.monitor.wait() }
      return queue.isClosed ? nil : queue.jobs.removeFirst()
    }
  }
}
