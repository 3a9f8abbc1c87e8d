#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Columns
import Simulation
import Support

/// Hits of the simulated telescope, as fast as the declared rate or as fast as they can be made.
package final class SimulatedSource: RowSource {
  /// Rows a second; nil makes them as fast as possible.
  private let rate: Double?
  private var rowsLeft: Int64?
  private var simulation: TelescopeSimulation
  private let write: @Sendable (TelescopeRow, inout [UInt8]) -> Void
  private var bytes: [UInt8] = []
  private var offset: Int64 = 0
  private var made: Int64 = 0
  private var start: Int64?
  private let total: Int64?
  package let partitions = ["simulation"]
  package var isLive: Bool { rate != nil }

  /// How often rows are handed on: often enough that a window of 10 ms has some.
  private static let tick: Int64 = 5_000_000
  private static let largestBlock = 32_768

  package init(
    _ parameters: TelescopeParameters, rate: Double?, rows: Int64?,
    write: @escaping @Sendable (TelescopeRow, inout [UInt8]) -> Void
  ) {
    self.rate = rate
    rowsLeft = rows
    total = rows
    self.write = write
    simulation = TelescopeSimulation(parameters)
  }

  package var progress: SourceProgress { SourceProgress(done: made, total: total) }

  package func read(into buffer: ChunkBuffer, rowLimit: Int64?, deadline: Int64) throws -> SourceEvent {
    if rowsLeft == 0 { return .end }
    var count = min(Int64(Self.largestBlock), rowLimit ?? .max, rowsLeft ?? .max)
    if let rate {
      let begin = start ?? monotonicNanoseconds()
      start = begin
      // Rows are due at fixed times from the start, so the rate does not drift with the length of the pauses.
      var now = monotonicNanoseconds()
      var due = Int64(saturating: Double(now - begin) * 1e-9 * rate) - made
      while due < 1 {
        let next = begin.addingSaturated(Int64(saturating: Double(made + 1) / rate * 1e9)).addingSaturated(1)
        let wake = min(max(next, now + min(Self.tick, Int64(saturating: 1e9 / rate))), deadline)
        if wake <= now { return .idle }
        sleepUntil(wake)
        now = monotonicNanoseconds()
        due = Int64(saturating: Double(now - begin) * 1e-9 * rate) - made
        if due < 1, now >= deadline { return .idle }
      }
      count = min(count, due)
    }
    bytes.removeAll(keepingCapacity: true)
    for _ in 0..<count { write(simulation.next(), &bytes) }
    bytes.withUnsafeBytes { buffer.append($0) }
    made += count
    rowsLeft = rowsLeft.map { $0 - count }
    defer { offset += Int64(buffer.count) }
    return .rows(SourceRows(partition: 0, offset: offset, rows: rowLimit == nil ? nil : count))
  }

  package func close() {}
}

private func sleepUntil(_ time: Int64) {
  var until = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
  // A signal ends the sleep early; the caller looks at the clock again.
  _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil)
}
