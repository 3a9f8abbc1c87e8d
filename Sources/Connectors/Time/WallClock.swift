#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Nanoseconds since 1970 as ISO 8601 in UTC, with a fraction only where there is one: `2026-11-22T14:00:34Z`.
public func timestamp(_ nanoseconds: Int64) -> String {
  var seconds = time_t(nanoseconds / 1_000_000_000)
  let fraction = nanoseconds % 1_000_000_000 / 1_000_000
  var parts = tm()
  gmtime_r(&seconds, &parts)
  func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let milliseconds = fraction == 0 ? "" : "." + String(String(1000 + fraction).dropFirst())
  return
    "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))\(milliseconds)Z"
}

/// Nanoseconds since 1970.
public func wallNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
