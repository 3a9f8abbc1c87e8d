import Support

/// Nanoseconds as dates and times of day are written.
enum Moment {
  private static let second: Int64 = 1_000_000_000
  private static let day: Int64 = 86_400 * second

  /// `2018-07-05`
  static func date(_ nanoseconds: Int64) -> String {
    CalendarDate(days: floored(nanoseconds, day)).text()
  }

  /// `12:30:45.678`, with as many digits as it takes.
  static func time(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds / second
    // A leap second is the 61st of its minute, and the last of its day.
    let (hour, minute, rest) =
      seconds >= 86_400 ? (23, 59, seconds - 86_340) : (seconds / 3600, seconds / 60 % 60, seconds % 60)
    var text = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(rest, 2))"
    let fraction = nanoseconds % second
    if fraction != 0 {
      text += ".\(padded(fraction, 9))"
      while text.last == "0" { text.removeLast() }
    }
    return text
  }

  /// `2018-07-05T12:30:45.678`
  static func datetime(_ nanoseconds: Int64) -> String {
    let days = floored(nanoseconds, day)
    return "\(date(days * day))T\(time(nanoseconds - days * day))"
  }
}
