/// Fetches stretches of objects, several at a time, and goes on where a transfer broke. One thread at a time
/// uses a fetcher.
package final class RangeFetcher: @unchecked Sendable {
  private let client: S3Client
  private let pool: TransferPool
  private var waiting: [ObjectRange] = []
  private var running: [ObjectIdentifier: ObjectRange] = [:]
  private let tell: @Sendable (String) -> Void

  /// - Parameter tell: told where a server fails and is asked again.
  package init(_ client: S3Client, tell: @escaping @Sendable (String) -> Void) throws(S3Error) {
    self.client = client
    self.tell = tell
    guard let pool = TransferPool() else { throw S3Error(.unreachable, Curl.isMissing) }
    self.pool = pool
  }

  /// Whether nothing is under way or to be tried again.
  package var isIdle: Bool { waiting.isEmpty && running.isEmpty }

  /// Begins to fetch a stretch. In ``step(milliseconds:)``, `handOver` is called with bytes that come, of which it may
  /// take the first ones, so that they are not put into the memory; with nil the transfer pauses.
  package func fetch(
    _ object: S3Object, start: Int64, into memory: UnsafeMutableRawBufferPointer,
    handOver: @escaping (UnsafeRawBufferPointer) -> Int?
  ) -> ObjectRange {
    let range = ObjectRange(
      object, start: start, memory: memory, patience: client.access.patience, handOver: handOver)
    waiting.append(range)
    return range
  }

  /// Goes on with a stretch that was paused. `handOver` may be called.
  package func resume(_ range: ObjectRange) { range.transfer?.resume() }

  /// Waits at most so long for something to do, and goes on with what is under way.
  package func step(milliseconds: Int) {
    let now = monotonicSeconds()
    var wait = Double(milliseconds)
    var left: [ObjectRange] = []
    for range in waiting {
      guard case .waiting(let time) = range.state else { continue }
      if time <= now {
        start(range)
        // One that could not begin has its say before anything is waited for.
        if case .failed = range.state { wait = 0 }
      } else {
        wait = min(wait, (time - now) * 1000 + 1)
        left.append(range)
      }
    }
    waiting = left
    for (transfer, code) in pool.step(milliseconds: Int(wait)) {
      guard let range = running.removeValue(forKey: ObjectIdentifier(transfer)) else { continue }
      let attempt = client.attempt(.read, range.object.name)
      if let objection = range.objection {
        let kind: S3Error.Kind = objection == S3Attempt.changedAdvice ? .changed : .refused
        range.state = .failed(attempt.error(kind, objection))
      } else if range.received == range.memory.count {
        range.state = .whole
      } else {
        switch attempt.failure(of: transfer, code, hasWorked: true) {
        case .final(let error): range.state = .failed(error)
        case .passing(let error, let reason, let after): retry(range, error, reason, after: after)
        case nil:
          let reason = "the server sent less than it said"
          retry(range, attempt.error(.unreachable, reason), reason, after: nil)
        }
      }
      if case .waiting = range.state { waiting.append(range) }
    }
  }

  private func start(_ range: ObjectRange) {
    let transfer = Transfer(
      client.request(key: range.object.key, fields: range.fields), head: { range.accepts($0) },
      body: { range.take($0) })
    guard let transfer else {
      range.state = .failed(client.attempt(.read, range.object.name).error(.unreachable, Curl.isMissing))
      return
    }
    range.state = .running
    range.transfer = transfer
    running[ObjectIdentifier(transfer)] = range
    pool.start(transfer)
  }

  private func retry(_ range: ObjectRange, _ error: S3Error, _ reason: String, after: Double?) {
    let now = monotonicSeconds()
    guard let pause = range.patience.wait(now: now, atLeast: after) else {
      range.state = .failed(error)
      return
    }
    // A connection that breaks once is nothing to write about.
    if range.patience.failed == 2 {
      tell("\(range.object.name): \(reason); it is asked again from byte \(range.start + Int64(range.received)) on")
    }
    range.state = .waiting(until: now + pause)
  }
}
