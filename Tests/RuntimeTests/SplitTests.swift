import Simulation
import TestSupport
import Testing

/// However an input is cut into files and chunks, the products are the same.
@Suite struct SplitTests {
  /// Cuts at row ends, the empty piece included.
  private static func pieces(_ rows: [[UInt8]], _ dice: inout Dice) -> [[UInt8]] {
    let cuts = ([0, rows.count] + (0..<dice.int(0...6)).map { _ in dice.int(0...rows.count) }).sorted()
    return zip(cuts, cuts.dropFirst()).map { rows[$0..<$1].flatMap { $0 } }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `Files cut at random row ends, read in chunks of random size`(seed: UInt64) throws {
    var dice = Dice(seed + 70)
    let telescope = Telescope(seed: seed + 1, rows: 3_000)
    let rows = telescope.rows.map { row in
      var bytes: [UInt8] = []
      row.appendCSV(to: &bytes)
      return bytes
    }
    let scratch = Scratch()
    let paths = Self.pieces(rows, &dice).enumerated().map { index, bytes in
      var bytes = bytes
      // Some files begin with a header, and some end without a newline.
      if dice.chance(0.3) { bytes = Array("HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n".utf8) + bytes }
      if dice.chance(0.3), bytes.last == 0x0A { bytes.removeLast() }
      return scratch.write(bytes, "piece\(index).txt")
    }
    for window in ["all", "span: \(dice.int(500...4000)) of ORBIT_CNT, late: 500"] {
      let outcome = try Job.dtChambers.with {
        $0.inputs = paths
        $0.window = window
        $0.threads = dice.int(1...4)
        $0.chunkBytes = dice.int(1...30_000)
      }.run()
      #expect(telescope.expected.differences(from: outcome.products) == [])
      #expect(outcome.products.counts["late"] == 0)
      #expect(outcome.warnings.allSatisfy { $0.contains("not end with a newline") })
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `Every kind of histogram is the same for any chunks and threads`(seed: UInt64) throws {
    var dice = Dice(seed + 90)
    let rows = Sample.rows(2_000, seed: seed, disorder: 15)
    let job = samplePipeline(
      """
      columns: {above: a - g.low}
      groups: {g: {by: key, disorder: 15, n: count, low: min(a), k: {distinct: a, per: kind}}}
      histograms:
        one: {of: f, bins: 40 from -100 to 100, per: name}
        weighted: {of: a, bins: 10 from -50 to 50, weight: kind}
        two: {of: [a, f], bins: [10 from -50 to 50, 5 from -100 to 100], where: kind > 0}
        profile: {profile: f, against: a, bins: 10 from -50 to 50, per: kind}
        profile_map: {profile: f, against: [a, kind], bins: [9 log from 1 to 50, 'integers 0..2'], per: kind}
        points: {plot: f, against: a, points: 50}
        groups: {of: g.n, bins: 'integers 1..20'}
        kinds: {plot: g.k, against: key, per: kind}
        above: {of: above, bins: 'integers 0..100'}
      """)
    let one = try job.run(rows: rows.text)
    #expect(one.messages.count == 1)
    for _ in 0..<4 {
      let other = try job.with { ($0.threads, $0.chunkBytes) = (dice.int(1...5), dice.int(1...12_000)) }.run(
        rows: rows.text)
      #expect(other.messages.map(\.histograms) == one.messages.map(\.histograms))
      #expect(other.messages.map(\.counts) == one.messages.map(\.counts))
    }
  }
}
