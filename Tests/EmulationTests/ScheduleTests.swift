import Testing

@testable import Emulation

/// When rows are due. Times are exact: no test here sleeps.
@Suite struct ScheduleTests {
  private static let second: Int64 = 1_000_000_000

  /// Rows that go until `end`, looking at the clock every `step` nanoseconds and skipping what lies in `pause`.
  private func rows(
    _ schedule: inout RateSchedule, from start: Int64 = 0, to end: Int64, step: Int64, pause: Range<Int64> = 0..<0
  ) -> Int64 {
    var total: Int64 = 0
    for time in stride(from: start, through: end, by: Int(step)) where !pause.contains(time) {
      let due = schedule.due(at: time)
      schedule.take(due)
      total += due
    }
    return total
  }

  @Test(arguments: [10, 1000, 100_000, 500_000])
  func `Ten seconds give ten times the rate, however often one looks`(rate: Int64) {
    for step in [1_000_000, 7_000_000, 100_000_000] as [Int64] {
      var schedule = RateSchedule(rate: Double(rate), start: 0)
      let total = rows(&schedule, to: 10 * Self.second, step: step)
      // The last look may lie one step before the end.
      #expect(total <= 10 * rate)
      #expect(total >= 10 * rate - rate * step / Self.second - 1)
    }
  }

  @Test func `A row is due at its time and not before`() {
    var schedule = RateSchedule(rate: 10, start: 500)
    #expect(schedule.due(at: 500) == 0)
    #expect(schedule.next(after: 500) == 500 + Self.second / 10)
    #expect(schedule.due(at: 500 + Self.second / 10 - 1000) == 0)
    #expect(schedule.due(at: 500 + Self.second / 10) == 1)
    schedule.take(1)
    #expect(schedule.next(after: 500 + Self.second / 10) == 500 + Self.second / 5)
  }

  @Test func `After a pause a fifth of a second's rows come at once, the others a quarter faster than the rate`() {
    var schedule = RateSchedule(rate: 1000, start: 0)
    _ = rows(&schedule, to: Self.second, step: 1_000_000)
    // Two seconds without a look.
    #expect(schedule.due(at: 3 * Self.second) == 200)
    schedule.take(200)
    #expect(schedule.due(at: 3 * Self.second) == 0)
    // 2000 rows were missing, 200 of them came at once: the others take 1800 / 250 s.
    let soon = rows(&schedule, from: 3 * Self.second, to: 4 * Self.second, step: 1_000_000)
    #expect((1249...1250).contains(soon))
    let rest = rows(&schedule, from: 4 * Self.second, to: 20 * Self.second, step: 1_000_000)
    #expect((19_999...20_000).contains(1000 + 200 + soon + rest))
  }

  @Test func `Of a long pause ten seconds are made up for`() {
    var schedule = RateSchedule(rate: 1000, start: 0)
    let total = rows(&schedule, from: 3600 * Self.second, to: 3700 * Self.second, step: 1_000_000)
    #expect((109_999...110_000).contains(total))
  }

  @Test func `A rate below one row a second keeps to it`() {
    var schedule = RateSchedule(rate: 0.5, start: 0)
    #expect(rows(&schedule, to: 20 * Self.second, step: 20_000_000) == 10)
    #expect(schedule.next(after: 20 * Self.second) == 22 * Self.second)
  }

  @Test func `Without a rate everything is due at once`() {
    var schedule = RateSchedule(rate: nil, start: 0)
    #expect(schedule.due(at: 0) == .max)
    schedule.take(1000)
    #expect(schedule.due(at: 0) == .max)
  }
}
