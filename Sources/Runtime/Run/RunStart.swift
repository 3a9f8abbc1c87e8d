import Connectors
import ChainExecution
import Support

/// When a run began, and its first window with it.
struct RunStart {
  /// The run itself, on the monotonic clock.
  let begin: Int64
  /// The first window by arrival, on the monotonic clock and in nanoseconds since 1970.
  let monotonic: Int64
  let wall: Int64
  /// `isAligned`: windows begin at multiples of their length on the wall's clock, so that those of several instances are the
  /// same; the first is shorter.
  init(window: WindowPlan, isAligned: Bool) {
    begin = monotonicNanoseconds()
    let now = wallNanoseconds()
    let second = now / 1_000_000_000 * 1_000_000_000
    if isAligned, case .every(let length) = window {
      wall = now / length * length
      monotonic = begin - (now - wall)
    } else {
      (wall, monotonic) = (second, begin)
    }
  }

  /// `2026-11-22T14:00:00Z-7f3a`: when the run began, and four digits that tell two of the same second apart.
  static func name() -> String {
    let random = String(UInt16.random(in: 0...UInt16.max), radix: 16)
    let second = wallNanoseconds() / 1_000_000_000 * 1_000_000_000
    return "\(timestamp(second))-\(String(repeating: "0", count: 4 - random.count))\(random)"
  }
}
