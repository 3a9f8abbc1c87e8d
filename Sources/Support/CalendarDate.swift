/// A day of the Gregorian calendar.
package struct CalendarDate: Equatable, Sendable {
  package let year: Int64
  /// 1 is January.
  package let month: Int64
  package let day: Int64

  /// - Parameter days: days since 1970-01-01.
  ///
  /// civil_from_days of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that the
  /// leap day is their last.
  package init(days: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097 - (shifted % 146_097 < 0 ? 1 : 0)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// `2018-07-05`, or with another sign between the numbers.
  package func text(separator: String = "-") -> String {
    padded(year, 4) + separator + padded(month, 2) + separator + padded(day, 2)
  }
}

/// A number with zeros in front of it, up to so many digits.
package func padded(_ number: Int64, _ digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
