import ChainExecution
import Columns
import Connectors
import Support
import Synchronization

/// Which published windows are safe in every sink, how long that took, and up to where the input may be committed.
///
/// Sinks acknowledge on threads of their own; the run asks.
final class Acknowledgements: Sendable {
  private struct Window {
    let index: Int64
    let closedAt: Int64
    var sinksLeft: Int
    /// By partition.
    let resume: [Int: Int64]
    let counts: RowCounts
  }

  private struct State {
    var windows: [Int: Window] = [:]
    var next = 0
    /// Windows that are safe in every sink, and windows before which none is not.
    var safe: Set<Int> = []
    var oldestUnsafe = 0
    var resumes: [Int: [Int: Int64]] = [:]
    var committable: [Int: Int64] = [:]
    var latencies = LatencyHistogram()
    var lastLatency: Int64?
    var withdrawn: (windows: Int, counts: RowCounts) = (0, RowCounts())

    mutating func finish(_ number: Int, at time: Int64?) {
      guard let window = windows.removeValue(forKey: number) else { return }
      if let time {
        let latency = max(0, time - window.closedAt)
        lastLatency = latency
        latencies.add(latency)
      }
      safe.insert(number)
      resumes[number] = window.resume
      while safe.remove(oldestUnsafe) != nil {
        committable.merge(resumes.removeValue(forKey: oldestUnsafe) ?? [:]) { _, new in new }
        oldestUnsafe += 1
      }
    }
  }

  private let state = Mutex(State())

  /// How long a window may wait before it is worth a word, in nanoseconds.
  private static let patience: Int64 = 2_000_000_000

  /// Notes a window that is about to be written to that many sinks; gives its number.
  func expect(_ window: Int64, closedAt: Int64, sinks: Int, resume: [Int: Int64], counts: RowCounts) -> Int {
    state.withLock { state in
      let number = state.next
      state.next += 1
      state.windows[number] = Window(
        index: window, closedAt: closedAt, sinksLeft: sinks, resume: resume, counts: counts)
      if sinks == 0 { state.finish(number, at: nil) }
      return number
    }
  }

  /// A sink has the window safe at a time of the monotonic clock.
  func acknowledge(_ number: Int, at time: Int64) {
    state.withLock { state in
      guard var window = state.windows[number] else { return }
      window.sinksLeft -= 1
      state.windows[number] = window
      if window.sinksLeft == 0 { state.finish(number, at: time) }
    }
  }

  /// A sink has taken the window back: its rows will be read again.
  func withdraw(_ number: Int) {
    state.withLock { state in
      guard let window = state.windows[number] else { return }
      state.windows[number] = Window(
        index: window.index, closedAt: 0, sinksLeft: 0, resume: [:], counts: window.counts)
      state.withdrawn.windows += 1
      state.withdrawn.counts += window.counts
      state.finish(number, at: nil)
    }
  }

  /// How far the input is covered by windows that are safe, all before them included; each position is given once.
  func takeCommittable() -> [Int: Int64] {
    state.withLock { state in
      defer { state.committable = [:] }
      return state.committable
    }
  }

  /// Nanoseconds from the last window's end until it was safe in every sink.
  var lastLatency: Int64? { state.withLock { $0.lastLatency } }
  var latencies: LatencyHistogram { state.withLock { $0.latencies } }
  /// Windows that were taken back, or do not count: their rows are read again.
  var withdrawn: (windows: Int, counts: RowCounts) { state.withLock { $0.withdrawn } }
  /// Windows that are not safe yet.
  var waiting: Int { state.withLock { $0.windows.count } }
  /// Windows that are not safe yet, if the oldest has waited for long; else 0.
  var overdue: Int {
    state.withLock { state in
      guard let oldest = state.windows[state.oldestUnsafe], oldest.sinksLeft > 0 else { return 0 }
      return monotonicNanoseconds() - oldest.closedAt > Self.patience ? state.windows.count : 0
    }
  }
}

/// Counts of times, in bins of 1/16 of an octave: quantiles to some 4 % in little memory.
package struct LatencyHistogram: Sendable {
  private var counts: [Int: Int] = [:]
  package private(set) var count = 0

  package init() {}

  mutating func add(_ nanoseconds: Int64) {
    let value = max(1, nanoseconds)
    let octave = 63 - value.leadingZeroBitCount
    let sixteenth = octave >= 4 ? Int(value >> (octave - 4)) & 15 : 0
    counts[octave * 16 + sixteenth, default: 0] += 1
    count += 1
  }

  /// The upper end of the bin below which that share of the times lies, in nanoseconds; nil without any.
  package func quantile(_ share: Double) -> Int64? {
    guard count > 0 else { return nil }
    var left = Int(saturating: (Double(count) * share).rounded(.up))
    for (bin, count) in counts.sorted(by: { $0.key < $1.key }) {
      left -= count
      if left <= 0 {
        let octave = bin / 16
        return octave >= 4 ? Int64(17 + bin % 16) << (octave - 4) : Int64(2) << octave
      }
    }
    return nil
  }
}
