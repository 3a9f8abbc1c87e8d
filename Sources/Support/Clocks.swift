#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Nanoseconds of the monotonic clock, which nobody sets.
package func monotonicNanoseconds() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// Nanoseconds since 1970.
package func wallNanoseconds() -> Int64 { nanoseconds(of: CLOCK_REALTIME) }

private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Nanoseconds since 1970 as ISO 8601 in UTC, with milliseconds only where there are some: `2026-11-22T14:00:34Z`.
package func timestamp(_ nanoseconds: Int64) -> String {
  let seconds = floored(nanoseconds, 1_000_000_000)
  let milliseconds = (nanoseconds - seconds * 1_000_000_000) / 1_000_000
  let days = floored(seconds, 86_400)
  let fraction = milliseconds == 0 ? "" : "." + padded(milliseconds, 3)
  return "\(CalendarDate(days: days).text())T\(timeOfDay(seconds - days * 86_400))\(fraction)Z"
}

/// Milliseconds since 1970 of a time in UTC such as `2026-11-22T14:00:00Z`, with a fraction or without; nil for anything
/// else.
package func milliseconds(_ text: String) -> Int64? {
  let parts = text.split(separator: "T", omittingEmptySubsequences: false)
  guard parts.count == 2, parts[1].last == "Z" else { return nil }
  let date = parts[0].split(separator: "-").map { Int32($0) }
  let time = parts[1].dropLast().split(separator: ":")
  guard date.count == 3, let year = date[0], let month = date[1], let day = date[2], time.count == 3,
    let hour = Int32(time[0]), let minute = Int32(time[1]), let second = Double(time[2]), (1970...9999).contains(year),
    (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
    (0..<61).contains(second)
  else { return nil }
  var fields = tm()
  (fields.tm_year, fields.tm_mon, fields.tm_mday, fields.tm_hour, fields.tm_min) = (
    year - 1900, month - 1, day, hour, minute
  )
  return Int64(timegm(&fields)) * 1000 + Int64((second * 1000).rounded())
}

/// `14:00:34`, or with another sign between the numbers.
package func timeOfDay(_ seconds: Int64, separator: String = ":") -> String {
  padded(seconds / 3600, 2) + separator + padded(seconds / 60 % 60, 2) + separator + padded(seconds % 60, 2)
}

/// The quotient, rounded down.
package func floored(_ a: Int64, _ b: Int64) -> Int64 { a / b - (a % b < 0 ? 1 : 0) }
