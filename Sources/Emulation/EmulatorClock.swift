import Connectors
import Support

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the emulator takes the time from: the system, or a test.
package struct EmulatorClock: Sendable {
  /// Nanoseconds of the monotonic clock.
  package let now: @Sendable () -> Int64
  /// Sleeps until a time of that clock; a signal may end the sleep early.
  package let sleep: @Sendable (_ until: Int64) -> Void

  package init(now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (_ until: Int64) -> Void) {
    self.now = now
    self.sleep = sleep
  }

  package static let system = EmulatorClock(
    now: { monotonicNanoseconds() },
    sleep: { time in
      var until = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
      _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil)
    })
}
