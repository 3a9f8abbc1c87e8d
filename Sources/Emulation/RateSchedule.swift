import Columns

/// When rows are due: at fixed times from the start, so that the rate does not drift with the length of the pauses.
///
/// After a pause the rows that were due meanwhile follow, at first as many as are due in ``burst``, then a quarter faster
/// than the rate until the schedule is met again. What a pause left behind by more than ``memory`` is given up: a stream
/// that stood still for an hour does not run fast for four.
struct RateSchedule {
  /// The most that follows at once after a pause, in seconds of the rate.
  static let burst = 0.2
  /// How much faster than the rate rows come to make up for a pause.
  static let haste = 1.25
  /// The longest pause that is made up for, in seconds.
  static let memory = 10.0
  /// How long to sleep at least, in nanoseconds, where rows are due more often.
  static let tick: Int64 = 1_000_000

  /// Rows a second; nil for as fast as they are taken.
  let rate: Double?
  private var start: Int64
  private var taken: Int64 = 0
  /// Rows that may go now without coming in a burst.
  private var allowance: Double
  private var lastTime: Int64

  /// A schedule that starts at a time of the monotonic clock, in nanoseconds: row n is due n / rate seconds later.
  init(rate: Double?, start: Int64) {
    self.rate = rate
    self.start = start
    lastTime = start
    allowance = max(1, Self.burst * (rate ?? 0))
  }

  /// How many rows are to go now.
  mutating func due(at now: Int64) -> Int64 {
    guard let rate else { return .max }
    allowance = min(
      max(1, Self.burst * rate), allowance + Double(max(0, now - lastTime)) * 1e-9 * rate * Self.haste)
    lastTime = max(now, lastTime)
    let debt = Double(now - start) * 1e-9 * rate - Double(taken)
    // Too old: as if the schedule had started later.
    let given = debt - max(1, Self.memory * rate)
    if given > 0 { start += min(Int64(saturating: given / rate * 1e9), now - start) }
    return max(0, Int64(saturating: min(debt, allowance)))
  }

  /// Rows went.
  mutating func take(_ rows: Int64) {
    taken += rows
    allowance -= Double(rows)
  }

  /// When to look again after nothing was due at `now`.
  func next(after now: Int64) -> Int64 {
    guard let rate else { return now }
    let due = start.addingSaturated(Int64(saturating: (Double(taken + 1) / rate * 1e9).rounded(.up)))
    let allowed =
      allowance >= 1
      ? now : now.addingSaturated(Int64(saturating: ((1 - allowance) / (rate * Self.haste) * 1e9).rounded(.up)))
    return max(due, allowed, now + min(Self.tick, Int64(saturating: 1e9 / rate)))
  }
}
