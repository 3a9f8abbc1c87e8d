import TestSupport
import Testing

/// What comes too soon behind the row before it in its channel is dropped, however the stream is cut.
@Suite struct DeadTimeTests {
  private struct Row {
    let head: Int, board: Int, channel: Int, time: Int, orbit: Int
    var text: String { "\(head),\(board),\(channel),\(time),\(orbit)\n" }
  }

  /// Rows that mostly go on, with steps back and long pauses.
  private static func rows(_ count: Int, seed: UInt64) -> [Row] {
    var dice = Dice(seed)
    var time = 0
    return (0..<count).map { _ in
      time += dice.chance(0.01) ? dice.int(1000...5000) : dice.int(0...20)
      let back = dice.chance(0.05) ? dice.int(0...200) : 0
      return Row(
        head: dice.int(0...5) == 0 ? 1 : 2, board: dice.int(-1...1), channel: dice.int(0...dice.int(1...40)),
        time: time - back, orbit: time / 100)
    }
  }

  /// The rows that are left, one after the other with a dictionary.
  private static func left(_ rows: [Row], _ dead: Double) -> [Row] {
    var last: [[Int]: Int] = [:]
    return rows.filter { $0.head == 2 }.filter { row in
      let before = last.updateValue(row.time, forKey: [row.board, row.channel])
      return before.map { Double(abs(row.time - $0)) >= dead } ?? true
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `The same as one row after the other, for any chunks, threads and windows`(seed: UInt64) throws {
    var dice = Dice(seed + 500)
    let rows = Self.rows(6_000, seed: seed)
    let dead = dice.pick([0, 1, 40, 99.5, 300])
    let left = Self.left(rows, dead)
    var bins = [Double](repeating: 0, count: 100)
    for row in left { bins[((row.time % 100) + 100) % 100] += 1 }
    let time = dice.chance(0.5) ? "i64 ns" : "f64 ns"
    let job = Job(
      """
      pipeline: dead
      record: {format: csv, fields: {head: u8, board: i8, channel: u16, t: \(time), orbit: u32}}
      cleansing:
        - {dead_time: \(dead / 1000) us, of: t, per: [board, channel]}
        - {keep: head == 2}
      columns: {phase: t - 100 ns * floor(t / 100 ns)}
      histograms: {phase: {of: phase, bins: 100 from 0 ns to 100 ns}}
      """)
    for window in ["all", "rows: \(dice.int(50...900))", "span: 100 of orbit, late: 1000"] {
      let outcome = try job.with {
        $0.window = window
        $0.threads = dice.int(1...4)
        $0.chunkBytes = dice.int(1...60_000)
      }.run(rows: rows.map(\.text).joined())
      #expect(outcome.products.counts["dropped"] == rows.count - left.count)
      #expect(outcome.products.counts["late"] == 0)
      #expect(outcome.products.histograms["phase"]?.bins == bins)
    }
  }

  @Test func `Unknown times and channels are kept, and are no row before`() throws {
    let outcome = try Job(
      """
      pipeline: dead
      record: {format: csv, fields: {channel: u8, kind: u8, t: f64 ns}}
      chambers: [{chamber: 0, when: channel < 9}]
      constants: {offset: {by: kind, values: {0: 5 ns}}}
      cleansing: [{dead_time: 50 ns, of: t + offset, per: [chamber, channel]}]
      histograms: {t: {of: t, bins: 20 from 0 ns to 2000 ns}}
      """
    ).run(rows: "1,0,0\n1,1,5\n1,0,20\n9,0,0\n9,0,1\n2,0,30\n1,0,60\n")
    #expect(outcome.messages.first?.counts["dropped"] == 2)
  }

  @Test func `Many channels, and two rules`() throws {
    let rows = (0..<200_000).map { "\($0 % 70_000),\($0 % 2),\($0)\n" }.joined()
    let outcome = try Job(
      """
      pipeline: dead
      record: {format: csv, fields: {channel: u32, side: u8, t: i64}}
      cleansing:
        - {dead_time: 70001, of: t, per: channel}
        - {dead_time: 2, of: t, per: side}
      histograms: {t: {of: t, bins: 2 from 0 to 200000}}
      """
    ).run(rows: rows)
    // Of each channel the first row is left: those behind come 70,000 later. The second rule drops nothing.
    #expect(outcome.messages.first?.counts["dropped"] == 130_000)
    #expect(outcome.bins("t") == [70_000, 0])
  }

  // MARK: A detector that has only times

  /// 10 bytes a hit behind a header of 40 bytes: picoseconds and a channel, with a few steps back in time.
  @Test func `Time differences of two channels, from a binary file`() throws {
    var dice = Dice(77)
    var bytes = [UInt8](repeating: 0x23, count: 40)
    var truth = [Double](repeating: 0, count: 200)
    var duplicates = 0
    func append(_ time: Int, _ channel: UInt16) {
      withUnsafeBytes(of: Int64(time).littleEndian) { bytes += $0 }
      withUnsafeBytes(of: channel.littleEndian) { bytes += $0 }
    }
    for event in 0..<2_000 {
      // Somewhere in the middle of a stretch of 10 us.
      let start = event * 10_000_000 + dice.int(2_000_000...8_000_000)
      let difference = dice.int(-150_000...150_000)
      let hasStop = dice.chance(0.8)
      // The stop may stand before the start in the file: a step back in time.
      if hasStop, dice.chance(0.3) {
        append(start + difference, 9)
        append(start, 4)
      } else {
        append(start, 4)
        if hasStop { append(start + difference, 9) }
      }
      if dice.chance(0.2) {
        append(start + dice.int(1...9_000), 4)
        duplicates += 1
      }
      append(start + 500_000, UInt16(dice.int(10...60_000)))
      if hasStop, (-100_000..<100_000).contains(difference) {
        truth[Int((Double(difference + 100_000) / 1000).rounded(.down))] += 1
      }
    }
    let outcome = try Job(
      """
      pipeline: times
      record: {format: records, skip: 40, fields: {time: i64 ps, channel: u16}}
      uses:
        - {cleansing/duplicates: {channel: channel, dead_time: 10 ns}}
        - {plots/time-difference: {start: channel == 4, stop: channel == 9, by: time // 10 us, disorder: 10}}
      """
    ).with {
      $0.threads = 2
      $0.chunkBytes = 5_000
    }.run(bytes: bytes)
    #expect(outcome.error == nil)
    #expect(outcome.bins("time_difference") == truth)
    #expect(outcome.messages.first?.counts["dropped"] == duplicates)
  }
}
