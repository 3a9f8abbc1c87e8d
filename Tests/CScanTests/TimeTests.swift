import CScan
import Foundation
import Testing

/// Dates and times of day, against the calendar of another library.
@Suite struct TimeTests {
  /// What a text is read as; nil where it is none.
  private func value(_ text: String, _ lane: scan_lane) -> Int64? {
    var integer: Int64 = 0
    var real = 0.0
    // The bytes behind the text must not be read.
    let bytes = Array(text.utf8CString.dropLast()) + [0x39, 0x39]
    return scan_number(bytes, text.utf8.count, lane, &integer, &real) == 1 ? integer : nil
  }

  private static let second: Int64 = 1_000_000_000
  private static let day: Int64 = 86_400 * second

  @Test func `Every day of 584 years, in four ways to write it`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0)!
    for day in stride(from: Int64(-106_749), through: 106_749, by: 7) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let (y, m, d) = (parts.year!, parts.month!, parts.day!)
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      for text in [
        "\(y)-\(two(m))-\(two(d))", "\(y)/\(two(m))/\(two(d))", "\(y)\(two(m))\(two(d))", "\(two(d)).\(two(m)).\(y)",
      ] {
        try #require(value(text, SCAN_DATE) == day * Self.day, "\(text)")
      }
    }
  }

  @Test(arguments: [
    "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-04-31", "2023-4-01", "2023-04-1", "2023-04/01",
    "23-04-01",
    "2023-04-01x", "x", "", "2023-04-01T", "1677-09-01", "2262-05-01", "1.4.2023", "32.01.2023", "-2023-04-01",
  ])
  func `What is no date`(text: String) {
    #expect(value(text, SCAN_DATE) == nil)
  }

  @Test(arguments: [
    ("00:00", 0), ("23:59", 86_340 * second), ("12:30:45", 45_045 * second),
    ("12:30:45.5", 45_045 * second + 500_000_000),
    ("12:30:45,25", 45_045 * second + 250_000_000), ("00:00:00.000000001", 1), ("00:00:00.0000000019", 1),
    ("23:59:60.25", 86_400 * second + 250_000_000), (" 01:02 ", 3720 * second),
  ])
  func `Times of day`(text: String, expected: Int64) {
    #expect(value(text, SCAN_TIME) == expected)
  }

  @Test(arguments: [
    "24:00", "12:60", "12:30:61", "1:30", "12:30:", "12:30:5", "12:30:45.", "12:30:45x", "1230", "-12:30", "",
  ])
  func `What is no time of day`(text: String) {
    #expect(value(text, SCAN_TIME) == nil)
  }

  @Test func `Both, with an offset or without`() {
    let moment = 19_675 * Self.day + 80_000 * Self.second
    #expect(value("2023-11-14T22:13:20", SCAN_DATETIME) == moment)
    #expect(value("2023-11-14 22:13:20Z", SCAN_DATETIME) == moment)
    #expect(value("2023-11-14_22:13:20.5", SCAN_DATETIME) == moment + 500_000_000)
    #expect(value("14.11.2023 23:13:20+01:00", SCAN_DATETIME) == moment)
    #expect(value("2023-11-14T18:43:20-0330", SCAN_DATETIME) == moment)
    #expect(value("2023-11-15t00:13:20+02", SCAN_DATETIME) == moment)
    for text in [
      "2023-11-14", "2023-11-14T", "2023-11-14T22:13:20+", "2023-11-14T22:13:20+1", "2023-11-14T22:13:20+24:00",
      "2023-11-14T22:13:20Zx", "2023-11-14-22:13:20", "22:13:20",
    ] {
      #expect(value(text, SCAN_DATETIME) == nil, "\(text)")
    }
  }

  /// The chunked path and the one for odd rows give the same, at every level; rows with no date leave no gap.
  @Test(arguments: [SCAN_PORTABLE, SCAN_SSE, SCAN_AVX2, SCAN_AVX512])
  func `Columns of dates and times, with rows that are none`(level: scan_level) {
    let before = scan_current_level()
    defer { scan_set_level(before) }
    scan_set_level(level)
    for separator in [",", " "] {
      var lines: [String] = []
      var expected: [(Int64, Int64, Int32)] = []
      for row in 0..<700 {
        let bad = row % 13 == 5
        let date = bad && row % 2 == 0 ? "2023-11-31" : "2023-11-\(10 + row % 20)"
        let time = bad && row % 2 == 1 ? "25:00" : "0\(row % 10):30:0\(row % 7)"
        lines.append([date, time, "\(row)"].joined(separator: separator))
        if !bad {
          expected.append(
            (
              (19_662 + Int64(9 + row % 20)) * Self.day,
              (Int64(row % 10) * 3600 + 1800 + Int64(row % 7)) * Self.second, Int32(row)
            ))
        }
      }
      let text = Array((lines.joined(separator: "\n") + "\n").utf8CString.dropLast())
      var dates = [Int64](repeating: 0, count: 800), times = dates
      var numbers = [Int32](repeating: 0, count: 800)
      let result = dates.withUnsafeMutableBufferPointer { dates in
        times.withUnsafeMutableBufferPointer { times in
          numbers.withUnsafeMutableBufferPointer { numbers in
            let fields = [
              scan_field(lane: SCAN_DATE, single: 0, lower: 0, upper: 0, column: dates.baseAddress),
              scan_field(lane: SCAN_TIME, single: 0, lower: 0, upper: 0, column: times.baseAddress),
              scan_field(lane: SCAN_INT32, single: 0, lower: 0, upper: 1000, column: numbers.baseAddress),
            ]
            var format = scan_format(
              separator: separator == "," ? CChar(bitPattern: UInt8(ascii: ",")) : 0, quote: 0, comment: nil)
            return scan_csv(text, text.count, &format, fields, 3, 700, nil, nil, 0, 0)
          }
        }
      }
      #expect(result.rows == expected.count)
      #expect(result.bad == 700 - expected.count)
      for (index, row) in expected.enumerated() {
        guard (dates[index], times[index], numbers[index]) == row else {
          Issue.record("row \(index): \(dates[index]) \(times[index]) \(numbers[index]), expected \(row)")
          return
        }
      }
    }
  }
}
