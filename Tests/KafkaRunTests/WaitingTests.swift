import Foundation
import Synchronization
import Testing

/// Gives each test a thread to wait on: these tests wait for brokers more than they count, and Swift has a thread a core.
struct WaitingTests: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(WaitingThreads.shared) { try await function() }
  }
}

extension Trait where Self == WaitingTests {
  static var waiting: Self { WaitingTests() }
}

/// Some threads that take what there is to do in turns.
private final class WaitingThreads: TaskExecutor {
  static let shared = WaitingThreads()
  private static let count = 10

  private let jobs = Mutex<[UnownedJob]>([])
  private let available = DispatchSemaphore(value: 0)

  private init() {
    for _ in 0..<Self.count {
      let thread = Thread { [self] in
        while true {
          available.wait()
          jobs.withLock { $0.removeFirst() }.runSynchronously(on: asUnownedTaskExecutor())
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    available.signal()
  }
}
