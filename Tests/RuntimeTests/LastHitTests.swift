import TestSupport
import Testing

/// A value of the hit before, however the stream is cut.
@Suite struct LastHitTests {
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
        head: dice.int(0...5) == 0 ? 1 : 2, board: dice.int(-1...1), channel: dice.int(0...4), time: time - back,
        orbit: time / 100)
    }
  }

  /// How far each hit is behind the last one of channel 1 before it, one row after the other.
  private static func differences(_ rows: [Row], perBoard: Bool, within: Double?) -> [Int?] {
    var last: [Int: Int] = [:]
    return rows.filter { $0.head == 2 }.map { row in
      let key = perBoard ? row.board : 0
      let before = last[key]
      if row.channel == 1 { last[key] = row.time }
      guard let before, within.map({ Double(abs(row.time - before)) <= $0 }) ?? true else { return nil }
      return row.time - before
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `The same as one row after the other, for any chunks, threads and windows`(seed: UInt64) throws {
    var dice = Dice(seed + 900)
    let rows = Self.rows(6_000, seed: seed)
    let perBoard = dice.chance(0.5)
    let within: Double? = dice.pick([nil, 0, 40, 99.5])
    let found = Self.differences(rows, perBoard: perBoard, within: within)
    var bins = [Double](repeating: 0, count: 300)
    for case let difference? in found where (-200..<100).contains(difference) { bins[difference + 200] += 1 }
    let time = dice.chance(0.5) ? "i64 ns" : "f64 ns"
    let job = Job(
      """
      pipeline: last
      record: {format: csv, fields: {head: u8, board: i8, channel: u16, t: \(time), orbit: u32}}
      cleansing: [{keep: head == 2}]
      columns:
        age: t - start
        start: {last: t, where: channel == 1\(perBoard ? ", per: board" : "")\(within.map { ", within: \($0 / 1000) us" } ?? "")}
      histograms: {age: {of: age, bins: 300 from -200 ns to 100 ns}}
      """)
    for window in ["all", "rows: \(dice.int(50...900))", "span: 100 of orbit, late: 1000"] {
      let outcome = try job.with {
        $0.window = window
        $0.threads = dice.int(1...4)
        $0.chunkBytes = dice.int(1...60_000)
      }.run(rows: rows.map(\.text).joined())
      #expect(outcome.products.counts["late"] == 0)
      #expect(outcome.products.histograms["age"]?.bins == bins)
      #expect(outcome.products.histograms["age"]?.unknown == Double(found.count { $0 == nil }))
    }
  }

  @Test func `Any kind of value, one from the other, in groups and where hits wait`() throws {
    let outcome = try Job(
      """
      pipeline: last
      record: {format: csv, fields: {kind: text, trigger: u16, charge: f32, t: i64 ns}}
      columns:
        number: {last: trigger, where: "kind == 'T'"}
        was_high: {last: charge > 10, where: "kind == 'H'"}
        before: {last: kind}
        second: {last: number, where: number is known}
        near: {last: kind, within: 5 ns, of: t}
      groups: {event: {by: number, hits: count where kind == 'H', charge: sum(charge)}}
      histograms:
        hits: {of: event.hits, bins: integers 0..3}
        numbers: {of: number, bins: integers 0..9}
        share: {of: number, bins: integers 0..9, where: event.charge > 15}
        waiting: {of: second, bins: integers 0..9, where: event.charge > 15}
        high: {of: was_high, bins: "categories false, true"}
        before: {of: before, bins: "categories T, H"}
        second: {of: second, bins: integers 0..9}
        near: {of: near, bins: "categories T, H"}
      """
    ).run(rows: "H,0,1,0\nT,4,0,10\nH,0,12,11\nH,0,5,12\nT,7,0,30\nH,0,3,36\nH,0,2,37\n")
    #expect(outcome.error == nil)
    // A trigger itself belongs to the event before it, as the hit before it does; the rows before the first to none.
    #expect(outcome.bins("hits") == [0, 0, 2, 0])
    #expect(outcome.bins("numbers") == [0, 0, 0, 0, 3, 0, 0, 2, 0, 0])
    // Once for the event, and once for each hit of it.
    #expect(outcome.bins("share") == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    #expect(outcome.bins("waiting") == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0])
    #expect(outcome.bins("high") == [5, 1])
    #expect(outcome.bins("before") == [2, 4])
    #expect(outcome.bins("second") == [0, 0, 0, 0, 3, 0, 0, 1, 0, 0])
    #expect(outcome.bins("near") == [1, 2])
  }

  @Test func `Unknown values, channels and places are passed over`() throws {
    let outcome = try Job(
      """
      pipeline: last
      record: {format: csv, fields: {channel: u8, t: f64 ns}}
      chambers: [{chamber: 0, when: channel < 9}, {chamber: 1, when: channel in 20..29}]
      constants: {offset: {by: channel, values: {1: 5 ns, 2: 7 ns, 9: 1 ns, 20: 0 ns}}}
      columns:
        of_chamber: {last: t + offset, per: chamber}
        placed: {last: t, within: 1 us, of: t + offset}
      histograms:
        of_chamber: {of: of_chamber, bins: 20 from 0 ns to 100 ns}
        placed: {of: placed, bins: 20 from 0 ns to 100 ns}
      """
    ).run(rows: "1,0\n3,10\n9,20\n2,30\n20,40\n1,50\n20,60\n")
    func bins(_ places: [Int]) -> [Double] { (0..<20).map { bin in Double(places.count { $0 / 5 == bin }) } }
    #expect(outcome.bins("of_chamber") == bins([5, 5, 37, 40]))
    #expect(outcome.bins("placed") == bins([0, 20, 30, 40, 50]))
  }

  @Test func `Many channels`() throws {
    let rows = (0..<200_000).map { "\($0 % 70_000),\($0)\n" }.joined()
    let outcome = try Job(
      """
      pipeline: last
      record: {format: csv, fields: {channel: u32, t: i64}}
      columns: {before: {last: t, per: channel}}
      histograms: {steps: {of: t - before, bins: integers 69999..70001}}
      """
    ).run(rows: rows)
    #expect(outcome.bins("steps") == [0, 130_000, 0])
  }

  // MARK: A detector that has only times

  private static func append(_ time: Int, _ channel: UInt16, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: Int64(time).littleEndian) { bytes += $0 }
    withUnsafeBytes(of: channel.littleEndian) { bytes += $0 }
  }

  /// 10 bytes a hit behind a header of 40 bytes: picoseconds and a channel. Pairs are nowhere near a multiple of anything,
  /// and in some the stop stands before its start: a step back in time.
  @Test(arguments: [1, 7, 1_000, 100_000])
  func `Start and stop from a binary file, across every edge`(rowsPerWindow: Int) throws {
    var dice = Dice(UInt64(rowsPerWindow))
    var bytes = [UInt8](repeating: 0x23, count: 40)
    var truth = [Double](repeating: 0, count: 100)
    var time = 0
    for _ in 0..<5_000 {
      time += dice.int(400_000...900_000)
      let difference = dice.int(0...150_000)
      let hasStop = dice.chance(0.8)
      if hasStop, dice.chance(0.2) {
        Self.append(time + difference, 9, to: &bytes)
        Self.append(time, 4, to: &bytes)
      } else {
        Self.append(time, 4, to: &bytes)
        // A channel between the two is not looked at.
        if dice.chance(0.3) { Self.append(time + 1_000, UInt16(dice.int(10...60_000)), to: &bytes) }
        if hasStop { Self.append(time + difference, 9, to: &bytes) }
      }
      if hasStop, difference < 100_000 { truth[difference / 1000] += 1 }
    }
    let outcome = try Job(
      """
      pipeline: times
      record: {format: records, skip: 40, fields: {time: i64 ps, channel: u16}}
      uses: [{plots/start-stop: {start: channel == 4, stop: channel == 9}}]
      """
    ).with {
      $0.window = "rows: \(rowsPerWindow)"
      $0.threads = 3
      $0.chunkBytes = dice.int(10...50_000)
    }.run(bytes: bytes)
    #expect(outcome.error == nil)
    #expect(outcome.products.histograms["start_stop"]?.bins == truth)
  }
}
