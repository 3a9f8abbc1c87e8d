import Foundation
import Runtime
import Synchronization
import TestSupport

/// What a run told those who watch it, on whatever thread.
final class Watched: RunObserver, Sendable {
  struct Told {
    var warnings: [String] = []
    var notes: [String] = []
    var windows: [Int64] = []
    var rows: Int64 = 0
    var takeovers = 0
    var refusals: [String] = []
  }

  private let state = Mutex(Told())

  var told: Told { state.withLock { $0 } }

  func progress(_ progress: RunProgress) { state.withLock { $0.rows = progress.rows } }
  func published(_ window: PublishedWindow) { state.withLock { $0.windows.append(window.index) } }
  func warning(_ message: String) { state.withLock { $0.warnings.append(message) } }
  func note(_ message: String) { state.withLock { $0.notes.append(message) } }
  func tookOver(_ pipeline: Pipeline, _ change: PipelineChange) { state.withLock { $0.takeovers += 1 } }
  func refused(_ pipeline: Pipeline, _ reason: String) { state.withLock { $0.refusals.append(reason) } }
}

/// What became of a run.
struct Ended {
  var totals = RunTotals()
  var error: String?
  var told = Watched.Told()
}

extension Job {
  /// Runs as the program does, with the declared sinks alone. `stop` gets what was told so far. Pipelines that `change`
  /// gives take over.
  func watch(
    until stop: @escaping @Sendable (Watched.Told) -> Bool = { _ in false },
    change: @escaping @Sendable (Watched.Told) -> Pipeline? = { _ in nil }
  ) throws -> Ended {
    let pipeline = try load(Scratch())
    let watched = Watched()
    var options = Run.Options()
    options.inputs = inputs
    options.stop = { stop(watched.told) }
    options.changed = { change(watched.told) }
    var ended = Ended()
    do {
      let run = try Run(pipeline, options: options, observer: watched)
      ended.totals = try run.execute()
    } catch let failure as RunFailure {
      ended.totals = failure.totals
      ended.error = "\(failure.error)"
    }
    ended.told = watched.told
    return ended
  }

  /// The same on a thread of its own.
  func start(
    until stop: @escaping @Sendable (Watched.Told) -> Bool = { _ in false },
    change: @escaping @Sendable (Watched.Told) -> Pipeline? = { _ in nil }
  ) -> Running {
    let running = Running()
    let job = self
    let thread = Thread {
      running.finish(Result { try job.watch(until: { running.note($0) || stop($0) }, change: change) })
    }
    thread.stackSize = 8 << 20
    thread.start()
    return running
  }
}

/// A run on a thread of its own.
final class Running: Sendable {
  private struct State {
    var told = Watched.Told()
    var isStopping = false
    var result: Result<Ended, any Error>?
  }

  private let state = Mutex(State())

  /// What it has told so far.
  var told: Watched.Told { state.withLock { $0.told } }

  func stop() { state.withLock { $0.isStopping = true } }

  fileprivate func note(_ told: Watched.Told) -> Bool {
    state.withLock { state in
      state.told = told
      return state.isStopping
    }
  }

  fileprivate func finish(_ result: Result<Ended, any Error>) { state.withLock { $0.result = result } }

  /// Waits for its end.
  func end() throws -> Ended {
    try wait("the run did not end") { state.withLock { $0.result != nil } }
    return try state.withLock { try $0.result!.get() }
  }
}

struct TimeOut: Error, CustomStringConvertible {
  let description: String
}

/// Waits until a condition holds; generous, since the machine may be busy.
func wait(_ failure: String, _ condition: () throws -> Bool) throws {
  let end = ContinuousClock.now + .seconds(90)
  while try !condition() {
    guard ContinuousClock.now < end else { throw TimeOut(description: failure) }
    usleep(2_000)
  }
}
