/// Nanoseconds as dates and times of day are written.
enum Moment {
  private static let second: Int64 = 1_000_000_000
  private static let day: Int64 = 86_400 * second

  /// `2018-07-05`
  static func date(_ nanoseconds: Int64) -> String {
    let days = floor(nanoseconds, day)
    // Howard Hinnant's civil_from_days: years begin in March, so that the odd day comes last.
    let shifted = days + 719_468
    let era = floor(shifted, 146_097)
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let dayOfMonth = ofYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
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
    let days = floor(nanoseconds, day)
    return "\(date(days * day))T\(time(nanoseconds - days * day))"
  }

  private static func floor(_ a: Int64, _ b: Int64) -> Int64 { a / b - (a % b < 0 ? 1 : 0) }

  private static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
