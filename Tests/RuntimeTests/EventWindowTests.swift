import ChainExecution
import Runtime
import TestSupport
import Testing

/// Windows over a clock of the record.
@Suite struct EventWindowTests {
  private static let clock =
    "pipeline: clock\nrecord: {format: csv, fields: {t: u32, keep: u8}}\ncleansing: [{keep: keep == 1}]\n"

  private static func job(_ window: String, groups: Bool = false) -> Job {
    Job(
      clock + (groups ? "groups: {g: {by: t, disorder: 1000, n: count}}\n" : "")
        + "histograms: {t: {plot: \(groups ? "g.n" : "1"), against: t}}\n"
    ).with { $0.window = window }
  }

  private func counts(_ outcome: Outcome, _ key: String) -> Int {
    outcome.messages.reduce(0) { $0 + ($1.counts[key] ?? 0) }
  }

  @Test func `Windows begin at multiples of the span`() throws {
    let rows = [0, 9, 10, 11, 25, 19, 30].map { "\($0),1\n" }.joined()
    let outcome = try Self.job("span: 10 of t, late: 100").run(rows: rows)
    #expect(outcome.messages.map(\.window.index) == [0, 1, 2, 3])
    #expect(outcome.messages.map { $0.histograms["t"]?.x } == [[0, 9], [10, 11, 19], [25], [30]])
    #expect(outcome.messages.map(\.window.start) == [0, 10, 20, 30].map { .number($0) })
    #expect(outcome.messages.map(\.window.end) == [10, 20, 30, 40].map { .number($0) })
    #expect(outcome.messages.allSatisfy { $0.window.kind == "span" && $0.window.of == "t" })
  }

  @Test func `Only the rows that cleansing keeps move the clock, the others go with a hit beside them`() throws {
    var rows = ""
    for t in 0..<4000 {
      rows += "\(t),1\n"
      if t % 3 == 0 { rows += "\(t + 100_000),0\n" }
    }
    let outcome = try Self.job("span: 500 of t, late: 10").with { $0.chunkBytes = 800 }.run(rows: rows)
    #expect(outcome.messages.map(\.window.index) == Array(0..<8))
    #expect(outcome.messages.allSatisfy { $0.counts["hits"] == 500 })
    #expect(counts(outcome, "late") == 0)
    #expect(counts(outcome, "dropped") == 1334)
    #expect(counts(outcome, "records") == 5334)
  }

  @Test(arguments: [1, 2])
  func `One stray row far ahead waits in a window of its own`(threads: Int) throws {
    var rows = (0..<6000).map { "\($0),1\n" }
    rows.insert("5000000,1\n", at: 1000)
    let outcome = try Self.job("span: 500 of t, late: 10").with { ($0.chunkBytes, $0.threads) = (600, threads) }
      .run(rows: rows.joined())
    #expect(counts(outcome, "late") == 0)
    #expect(outcome.messages.map(\.window.index) == Array(0..<12) + [10_000])
    #expect(outcome.messages.last?.counts["hits"] == 1)
    #expect(outcome.messages.dropLast().allSatisfy { $0.counts["hits"] == 500 })
  }

  @Test(arguments: [1, 2])
  func `A window for every row leaves no row out`(threads: Int) throws {
    let rows = (0..<3000).map { "\($0 * 3),1\n" }.joined()
    let outcome = try Self.job("span: 1 of t, late: 10").with { $0.threads = threads }.run(rows: rows)
    #expect(outcome.messages.count == 3000)
    #expect(counts(outcome, "hits") == 3000)
    #expect(counts(outcome, "late") + counts(outcome, "stray") == 0)
  }

  @Test(arguments: [1, 2])
  func `Of clocks that are garbage every row is counted once`(threads: Int) throws {
    var dice = Dice(7)
    let rows = (0..<3000).map { _ in "\(dice.int(0...4_000_000_000)),1\n" }.joined()
    let outcome = try Self.job("span: 10 of t, late: 10").with { $0.threads = threads }.run(rows: rows)
    #expect(counts(outcome, "hits") + counts(outcome, "late") + counts(outcome, "stray") == 3000)
  }

  @Test(arguments: [1, 3], [400, 5000])
  func `Late rows are counted, and no row is counted twice or not at all`(threads: Int, chunkBytes: Int) throws {
    var dice = Dice(5)
    var rows: [String] = []
    for t in 0..<20_000 {
      // Now and then a row that lies far behind.
      rows.append("\(dice.chance(0.01) ? max(0, t - dice.int(500...6000)) : t),1\n")
    }
    let outcome = try Self.job("span: 300 of t, late: 20").with { ($0.chunkBytes, $0.threads) = (chunkBytes, threads) }
      .run(rows: rows.joined())
    #expect(counts(outcome, "late") > 20)
    #expect(counts(outcome, "records") + counts(outcome, "late") == rows.count)
    #expect(outcome.totals.counts.records + outcome.totals.counts.late == UInt64(rows.count))
    let indices = outcome.messages.map(\.window.index)
    #expect(indices == indices.sorted())
    #expect(Set(indices).count == indices.count)
    #expect(outcome.products.points["t"]!.values.reduce(0, +) == Double(counts(outcome, "hits")))
  }

  @Test func `What is late does not depend on the number of threads`() throws {
    var dice = Dice(6)
    let rows = (0..<30_000).map { "\(max(0, $0 - (dice.chance(0.02) ? dice.int(0...3000) : 0))),1\n" }.joined()
    let job = Self.job("span: 300 of t, late: 20").with { $0.chunkBytes = 2_000 }
    let one = try job.run(rows: rows)
    #expect(one.products.counts["late"]! > 0)
    for threads in [2, 3, 8] {
      let several = try job.with { $0.threads = threads }.run(rows: rows)
      #expect(several.messages.map(\.counts) == one.messages.map(\.counts))
      #expect(several.messages.map(\.histograms) == one.messages.map(\.histograms))
      #expect(several.messages.map(\.window) == one.messages.map(\.window))
      #expect(several.messages.map(\.source.resume.values.first) == one.messages.map(\.source.resume.values.first))
    }
  }

  @Test func `Rows that are late are in no histogram`() throws {
    var rows = (0..<3000).map { "\($0),1\n" }
    rows.append("5,1\n")
    rows += (3000..<3100).map { "\($0),1\n" }
    let outcome = try Self.job("span: 100 of t").with { $0.chunkBytes = 300 }.run(rows: rows.joined())
    #expect(counts(outcome, "late") == 1)
    #expect(outcome.messages[0].counts["records"] == 100)
    #expect(outcome.products.points["t"]![5] == 1)
    #expect(counts(outcome, "records") == 3100)
  }

  @Test(arguments: [1, 2], [500, 100_000])
  func `A counter that wraps goes on`(threads: Int, chunkBytes: Int) throws {
    let first = (1 << 32) - 2_050
    let rows = (0..<4_000).map { "\((first + $0) & 0xFFFF_FFFF),1\n" }
    for groups in [false, true] {
      let outcome = try Self.job("span: 1000 of t, late: 50", groups: groups).with {
        ($0.chunkBytes, $0.threads) = (chunkBytes, threads)
      }.run(rows: rows.joined())
      // 2^32 is no multiple of 1000: the windows go on counting at their own pace.
      let start = Int64(first / 1000)
      let expected = Dictionary(grouping: (0..<4_000).map { first + $0 }, by: { Int64($0 / 1000) })
      #expect(outcome.messages.map(\.window.index) == Array(start...start + 4))
      for message in outcome.messages {
        #expect(message.counts["hits"] == expected[message.window.index]?.count)
        // The column shows what the record holds.
        let held = try #require(expected[message.window.index]).map { Double($0 & 0xFFFF_FFFF) }.sorted()
        #expect(message.histograms["t"]?.x == held)
      }
      #expect(counts(outcome, "late") == 0)
      #expect(counts(outcome, "disordered") == 0)
    }
  }

  @Test func `A float clock with a unit, and a negative one`() throws {
    let job = Job(
      "pipeline: clock\nrecord: {format: csv, fields: {t: f64 s, u: i32}}\n"
        + "histograms: {u: {plot: u, against: u}}\n")
    var dice = Dice(3)
    let values = (0..<2000).map { Double($0 - 1000) / 8 - Double(dice.int(0...3)) / 16 }
    let rows = values.enumerated().map { "\($0.element),\($0.offset - 1000)\n" }.joined()

    let seconds = try job.with { ($0.window, $0.chunkBytes) = ("span: 2500 ms of t, late: 1 s", 700) }.run(rows: rows)
    let bySpan = Dictionary(grouping: values, by: { Int64(($0 / 2.5).rounded(.down)) })
    #expect(seconds.messages.map(\.window.index) == bySpan.keys.sorted())
    for message in seconds.messages {
      #expect(message.counts["hits"] == bySpan[message.window.index]?.count)
      #expect(message.window.start == .number(2.5 * Double(message.window.index)))
    }
    let whole = try job.with { ($0.window, $0.chunkBytes) = ("span: 64 of u", 700) }.run(rows: rows)
    #expect(whole.messages.map(\.window.index) == Array(-16...15))
    #expect(whole.messages[0].histograms["u"]?.x == (-1000..<(-960)).map(Double.init))
    #expect(whole.messages[1].histograms["u"]?.x == (-960..<(-896)).map(Double.init))
  }
}
