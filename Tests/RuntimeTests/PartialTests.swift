import Foundation
import Runtime
import TestSupport
import Testing

/// Parts of an input that are counted apart come to the very messages of one run over all of it.
@Suite struct PartialTests {
  private static func check(_ job: Job, _ rows: [UInt8], _ dice: inout Dice) throws {
    let scratch = Scratch()
    let path = scratch.write(rows, "rows.txt")
    let whole = try job.reading(path).run()
    #expect(whole.error == nil)
    // Each process gives out numbers for texts and values of its own.
    func parts() throws -> Parts { Parts(pipeline: try job.load(scratch), scratch: scratch) }
    var files = try Parts.stretches(rows.count, dice.int(1...9), &dice).map { stretch in
      try parts().count(path, stretch, chunkBytes: dice.int(1...60_000), threads: dice.int(1...3))
    }
    files.shuffle(using: &dice)
    if dice.chance(0.5), files.count > 2 {
      // In any grouping.
      let some = Array(files.prefix(dice.int(1...files.count - 1)))
      files = [try parts().join(some)] + files.dropFirst(some.count)
      files.shuffle(using: &dice)
    }
    let (lines, notes) = try parts().merge(files)
    #expect(notes == [])
    // Without the lines themselves in the report: they are long.
    let isSame = lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) }
    #expect(isSame)
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `The telescope, cut anywhere`(seed: UInt64) throws {
    var dice = Dice(seed + 300)
    let telescope = Telescope(seed: seed + 1, rows: 6_000)
    for window in ["all", "span: \(dice.int(1000...4000)) of ORBIT_CNT, late: 2000"] {
      let job = Job.dtChambers.with { $0.window = window }
      try Self.check(job, telescope.text(header: dice.chance(0.5)), &dice)
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `Every kind of histogram and of group, texts among their keys`(seed: UInt64) throws {
    var dice = Dice(seed + 400)
    let rows = Sample.rows(dice.int(1...4_000), seed: seed, disorder: 15)
    let job = samplePipeline(
      """
      columns: {above: a - g.low, big: g.n > 3}
      groups:
        g: {by: key, \(dice.chance(0.5) ? "disorder: 15, " : "")n: count, low: min(a), k: {distinct: a, per: kind}, names: distinct(name), s: sum(a), m: mean(f), up: max(f), h: any(a > 40)}
        named: {by: [name, kind], n: count}
      histograms:
        one: {of: f, bins: 40 from -100 to 100, per: kind}
        weighted: {of: a, bins: 10 from -50 to 50, weight: kind}
        two: {of: [a, f], bins: [10 from -50 to 50, 5 from -100 to 100], where: kind > 0}
        two_weighted: {of: [a, f], bins: [10 from -50 to 50, 5 from -100 to 100], weight: f}
        profile: {profile: f, against: a, bins: 10 from -50 to 50, per: kind}
        profile_map: {profile: f, against: [a, kind], bins: [9 log from 1 to 50, 'integers 0..2'], per: kind}
        points: {plot: f, against: a, points: 50}
        groups: {of: g.n, bins: 'integers 1..20'}
        kinds: {plot: g.k, against: key, per: kind}
        names: {of: g.names, bins: 'integers 1..5'}
        sums: {of: g.s, bins: 20 from -200 to 200, weight: g.up}
        means: {of: g.m, bins: 20 from -100 to 100}
        hot: {of: g.n, bins: 'integers 1..20', where: g.h}
        above: {of: above, bins: 'integers 0..100', per: big}
        waiting: {of: a, bins: 10 from -50 to 50, where: g.n > 3 and name == "up"}
        named: {plot: named.n, against: kind, points: 30}
      """)
    try Self.check(job, Array(rows.text.utf8), &dice)
  }

  @Test func `Values that come up are in their order`() throws {
    var dice = Dice(7)
    let rows = Sample.rows(300, seed: 3, disorder: 0)
    let job = samplePipeline(
      """
      histograms:
        named: {of: f, bins: 4 from -100 to 100, per: name}
        keyed: {count: hits, per: key}
      """)
    for _ in 0..<4 { try Self.check(job, Array(rows.text.utf8), &dice) }
  }

  @Test func `Binary records, malformed rows and rows that are dropped`() throws {
    var dice = Dice(9)
    let job = Job(
      """
      pipeline: bytes
      record: {format: records, fields: {key: u32, a: i16}}
      cleansing: [{drop: a == 3}]
      groups: {g: {by: key, n: count}}
      histograms: {a: {of: a, bins: 10 from 0 to 10}, n: {of: g.n, bins: integers 1..9}}
      """)
    var bytes: [UInt8] = []
    for row in 0..<2_000 { bytes += [UInt8(row / 5 % 256), UInt8(row / 5 / 256), 0, 0, UInt8(row % 9), 0] }
    for cut in [0, 1, 5] { try Self.check(job, Array(bytes.dropLast(cut)), &dice) }
    let text = (0..<500).map { $0 % 7 == 0 ? "2,0\n" : "\($0 % 3),0,\($0 % 64),\($0 / 4),5,0\n" }.joined()
    try Self.check(.dtChambers.with { $0.window = "all" }, Array(text.utf8), &dice)
  }

  @Test func `Windows of rows, with how many rows come before`() throws {
    let scratch = Scratch()
    let job = samplePipeline("window: {rows: 100}\nhistograms: {a: {of: a, bins: 5 from -50 to 50}}\n")
    let rows = Sample.rows(730, seed: 5, disorder: 0).map(\.text)
    let path = scratch.write(rows.joined(), "rows.txt")
    let whole = try job.reading(path).run()
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    var files: [String] = []
    for cut in [0..<50, 50..<460, 460..<730] {
      let (start, end) = (rows[..<cut.lowerBound].joined().utf8.count, rows[..<cut.upperBound].joined().utf8.count)
      files.append(try parts.count(path, Int64(start)..<Int64(end)) { $0.firstRow = Int64(cut.lowerBound) })
    }
    let (lines, _) = try parts.merge(files.reversed())
    #expect(lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
    #expect(lines.count == 8)
  }

  @Test func `An input without rows has one window, if windows are not the clock's`() throws {
    var dice = Dice(1)
    for window in ["all", "span: 100 of ORBIT_CNT"] {
      try Self.check(.dtChambers.with { $0.window = window }, [], &dice)
    }
  }
}
