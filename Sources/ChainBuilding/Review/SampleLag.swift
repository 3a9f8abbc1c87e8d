import ChainExecution
import Columns

/// How far the rows of a sample come behind a counter: the clock of windows, or the key of a group.
struct SampleLag {
  /// Where the counter begins again.
  struct Restart {
    /// The row, and its number in the values that were added with it.
    var row: Int
    var place: SampleSurvey.Place?
    let from: Int64
    let to: Int64
    /// Whether it is the first row of a file.
    var isAtFile: Bool { place?.isFirst == true }
  }

  private struct Count {
    var beyond = 0
    var greatest: Int64 = 0

    mutating func add(_ key: Int64, behind now: Int64?, limit: Int64) {
      guard let now else { return }
      let (lag, overflow) = now.subtractingReportingOverflow(key)
      if overflow { return }
      greatest = max(greatest, lag)
      if lag > limit { beyond += 1 }
    }

    mutating func add(_ other: Count) {
      beyond += other.beyond
      greatest = max(greatest, other.greatest)
    }
  }

  /// Rows, one behind the other, that lie so far back that the counter may have begun again with the first of them.
  private struct Suspicion {
    var restart: Restart
    var rows = 0
    var least: Int64
    var greatest: Int64
    var byClock = Count()
    var byGreatest = Count()
  }

  private static let shortSample = 4 * Clock.blockRows
  /// So many rows one behind the other are no longer single rows that come late.
  private static let rowsOfRestart = 16

  let wrapBits: Int64?
  let limit: Int64
  /// Rows, and those that come further behind than the limit.
  private(set) var rows = 0
  private(set) var restarts: [Restart] = []
  private var suspicion: Suspicion?
  private var clock = Clock()
  private var block = BlockExtremes()
  private var byClock = Count()
  /// The same against the greatest value so far: for samples too short for a clock.
  private var byGreatest = Count()
  /// Of the stretch since the counter began.
  private var newest: Int64?
  private var first: Int64?
  private var rowsSinceStart = 0

  var beyond: Int { total.beyond }
  var greatest: Int64 { total.greatest }

  private var total: Count {
    let isShort = rows < Self.shortSample
    var total = isShort ? byGreatest : byClock
    // The last rows may lie far back, and be too few to have gone on from there.
    if let suspicion { total.add(isShort ? suspicion.byGreatest : suspicion.byClock) }
    return total
  }

  init(wrapBits: Int64?, limit: Int64) {
    self.wrapBits = wrapBits
    self.limit = limit
  }

  /// Lets the counter begin again, as it may with each file.
  mutating func begin() {
    settle()
    (clock, newest, first, rowsSinceStart) = (Clock(), nil, nil, 0)
  }

  /// The next rows in their order. `place` says where a row stands, by its number among them.
  mutating func add(_ values: [Int64], place: (Int) -> SampleSurvey.Place) {
    var keys = values
    if let wrapBits {
      let start = clock.now ?? keys.withUnsafeBufferPointer { Clock.typical($0.baseAddress!, count: keys.count) }
      for i in keys.indices where !keys[i].isUnknown {
        keys[i] = Clock.unwrap(keys[i], near: start ?? keys[i], bits: wrapBits)
      }
    }
    let known = restarts.count
    // The clock goes by blocks: rows are held against what it was before theirs.
    for start in stride(from: 0, to: keys.count, by: Clock.blockRows) {
      let range = start..<min(start + Clock.blockRows, keys.count)
      var first = start
      for i in range where !keys[i].isUnknown {
        let before = restarts.count
        add(keys[i], i)
        // A new clock knows nothing of the rows before.
        if restarts.count > before { first = i }
      }
      block.removeAll()
      keys[first..<range.upperBound].withUnsafeBufferPointer { block.add($0.baseAddress!, count: $0.count) }
      clock.advance(block.maxima)
    }
    for i in known..<restarts.count where restarts[i].place == nil { restarts[i].place = place(restarts[i].row) }
    if let row = suspicion?.restart.row, suspicion?.restart.place == nil { suspicion?.restart.place = place(row) }
  }

  private mutating func add(_ key: Int64, _ row: Int) {
    rows += 1
    guard isFarBack(key), let newest else {
      settle()
      count(key)
      return
    }
    var suspicion =
      suspicion
      ?? Suspicion(restart: Restart(row: row, place: nil, from: newest, to: key), least: key, greatest: key)
    suspicion.rows += 1
    suspicion.least = min(suspicion.least, key)
    suspicion.greatest = max(suspicion.greatest, key)
    suspicion.byClock.add(key, behind: clock.now, limit: limit)
    suspicion.byGreatest.add(key, behind: newest, limit: limit)
    guard suspicion.rows >= Self.rowsOfRestart else {
      self.suspicion = suspicion
      return
    }
    self.suspicion = nil
    restarts.append(suspicion.restart)
    (clock, self.newest, first, rowsSinceStart) = (Clock(), suspicion.greatest, suspicion.least, suspicion.rows)
  }

  /// Whether a row lies nearer to where the counter began than to where it is; or, behind such a row, still far back.
  private func isFarBack(_ key: Int64) -> Bool {
    guard let first, let now = rowsSinceStart < Self.shortSample ? newest : clock.now else { return false }
    let (lag, overflow) = now.subtractingReportingOverflow(key)
    let (span, tooLong) = now.subtractingReportingOverflow(first)
    return !overflow && !tooLong && lag > limit && (suspicion != nil || lag >= span - span / 2)
  }

  /// Takes rows that lay far back, and did not go on from there, as rows that come late.
  private mutating func settle() {
    guard let suspicion else { return }
    self.suspicion = nil
    byClock.add(suspicion.byClock)
    byGreatest.add(suspicion.byGreatest)
  }

  private mutating func count(_ key: Int64) {
    byClock.add(key, behind: clock.now, limit: limit)
    byGreatest.add(key, behind: newest, limit: limit)
    newest = max(newest ?? key, key)
    if rowsSinceStart < Self.rowsOfRestart { first = min(first ?? key, key) }
    rowsSinceStart += 1
  }
}
