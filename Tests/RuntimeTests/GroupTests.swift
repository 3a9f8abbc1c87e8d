import TestSupport
import Testing

/// Every function over groups against plain loops over the same rows.
@Suite struct GroupTests {
  /// A value over the rows of a group as the test computes it; nil where it is unknown.
  typealias Value = @Sendable ([Sample]) -> Double?

  static let functions: [(written: String, value: Value)] = [
    ("count", { Double($0.count) }),
    ("count where a > 20", { rows in Double(rows.filter { $0.a > 20 }.count) }),
    ("min(a)", { $0.map { Double($0.a) }.min() }),
    ("max(a) where kind == 1", { $0.filter { $0.kind == 1 }.map { Double($0.a) }.max() }),
    ("min(f) where name == 'up'", { $0.filter { $0.name == "up" }.map(\.f).min() }),
    ("max(f)", { $0.map(\.f).max() }),
    ("max(a * 100000000000)", { $0.map { Double($0.a) * 1e11 }.max() }),
    ("sum(a)", { $0.reduce(0) { $0 + Double($1.a) } }),
    ("sum(f)", { $0.reduce(0) { $0 + $1.f } }),
    ("mean(f)", { rows in rows.reduce(0) { $0 + $1.f } / Double(rows.count) }),
    (
      "mean(a) where kind in 2..3",
      { rows in
        let some = rows.filter { $0.kind >= 2 }
        return some.isEmpty ? nil : some.reduce(0) { $0 + Double($1.a) } / Double(some.count)
      }
    ),
    ("distinct(a)", { Double(Set($0.map(\.a)).count) }),
    ("distinct(kind)", { Double(Set($0.map(\.kind)).count) }),
    ("distinct(f)", { Double(Set($0.map(\.f)).count) }),
    ("distinct(name)", { Double(Set($0.map(\.name)).count) }),
    ("distinct(a > 0)", { Double(Set($0.map { $0.a > 0 }).count) }),
  ]

  private static func job(_ entries: String, plot: String, disorder: String = "") -> Job {
    samplePipeline(
      """
      groups:
        g:
          by: key
          \(disorder)
          v: \(entries)
      histograms:
        v: \(plot)
      """)
  }

  @Test(arguments: functions.map(\.written))
  func `A value of every group`(written: String) throws {
    let value = Self.functions.first { $0.written == written }!.value
    let rows = Sample.rows(3_000, seed: 11, disorder: 12)
    var expected: [Double: Double] = [:]
    for (key, rows) in rows.byKey { if let y = value(rows) { expected[Double(key)] = y } }
    for (disorder, threads, chunkBytes) in [
      ("", 1, 1 << 20), ("disorder: 12", 1, 30_000), ("disorder: 40", 3, 5_000), ("", 2, 700),
    ] {
      let job = Self.job("\"\(written)\"", plot: "{plot: g.v, against: key}", disorder: disorder)
      let outcome = try job.with { ($0.threads, $0.chunkBytes) = (threads, chunkBytes) }.run(rows: rows.text)
      #expect(outcome.products.points["v"] == expected, "\(disorder), \(threads) threads, \(chunkBytes) bytes")
      #expect(outcome.products.counts["disordered"] == 0, "\(disorder), \(threads) threads, \(chunkBytes) bytes")
    }
  }

  @Test(arguments: [
    ("{count: rows, per: kind}", 0), ("{sum: a, per: kind}", 1), ("{min: f, where: a > 0, per: kind}", 2),
    ("{distinct: name, per: kind}", 3), ("{max: a, per: kind}", 4), ("{mean: f, per: kind}", 5),
  ])
  func `A value for every group and kind`(written: String, number: Int) throws {
    let values: [Value] = [
      { Double($0.count) }, { $0.reduce(0) { $0 + Double($1.a) } }, { $0.filter { $0.a > 0 }.map(\.f).min() },
      { Double(Set($0.map(\.name)).count) }, { $0.map { Double($0.a) }.max() },
      { rows in rows.reduce(0) { $0 + $1.f } / Double(rows.count) },
    ]
    let rows = Sample.rows(3_000, seed: 12, disorder: 9)
    var expected: [String: [Double: Double]] = [:]
    for (key, rows) in rows.byKey {
      for (kind, rows) in Dictionary(grouping: rows, by: \.kind) {
        if let y = values[number](rows) { expected["v/\(kind)", default: [:]][Double(key)] = y }
      }
    }
    let job = samplePipeline(
      """
      groups:
        g:
          by: key
          disorder: 9
          v: \(written)
      histograms:
        v: {plot: g.v, against: key, per: kind}
      """)
    for (threads, chunkBytes) in [(1, 1 << 20), (1, 30_000), (3, 4_000)] {
      let outcome = try job.with { ($0.threads, $0.chunkBytes) = (threads, chunkBytes) }.run(rows: rows.text)
      #expect(outcome.products.points == expected, "\(threads) threads, \(chunkBytes) bytes")
    }
  }

  @Test func `Whether any row of a group meets a condition`() throws {
    let rows = Sample.rows(2_000, seed: 13, disorder: 5)
    let groups = rows.byKey.values
    let outcome = try Self.job("any(a > 40)", plot: "{of: g.v, bins: \"categories true, false\"}").run(rows: rows.text)
    let met = groups.filter { $0.contains { $0.a > 40 } }.count
    #expect(outcome.bins("v") == [Double(met), Double(groups.count - met)])

    // With `where`, a group none of whose rows count has none that meets the condition.
    let some = try Self.job("any(a > 40) where kind == 0", plot: "{of: g.v, bins: \"categories true, false\"}").run(
      rows: rows.text)
    let yes = groups.filter { $0.contains { $0.kind == 0 && $0.a > 40 } }.count
    #expect(some.bins("v") == [Double(yes), Double(groups.count - yes)])
  }

  @Test(arguments: ["name", "[key, kind]", "[name, kind]", "a > 0", "key // 10"])
  func `Groups by texts, by several columns, by conditions`(by: String) throws {
    let rows = Sample.rows(2_500, seed: 14, disorder: 6)
    let keys: [String: (Sample) -> String] = [
      "name": { $0.name }, "[key, kind]": { "\($0.key) \($0.kind)" }, "[name, kind]": { "\($0.name) \($0.kind)" },
      "a > 0": { "\($0.a > 0)" }, "key // 10": { "\(Int((Double($0.key) / 10).rounded(.down)))" },
    ]
    let groups = Dictionary(grouping: rows, by: keys[by]!)
    var sizes: [Double: Double] = [:]
    for rows in groups.values { sizes[Double(rows.count), default: 0] += 1 }
    let job = samplePipeline(
      """
      groups: {g: {by: \(by), n: count, s: sum(a)}}
      histograms:
        n: {of: g.n, bins: "integers 0..2500"}
        s: {of: g.s, bins: 100 from -1000 to 1000}
      """)
    for (threads, chunkBytes) in [(1, 1 << 20), (2, 3_000)] {
      let outcome = try job.with { ($0.threads, $0.chunkBytes) = (threads, chunkBytes) }.run(rows: rows.text)
      let bins = try #require(outcome.bins("n"))
      #expect(bins.enumerated().allSatisfy { $0.element == sizes[Double($0.offset), default: 0] })
      let sums = try #require(outcome.bins("s"))
      var expected = [Double](repeating: 0, count: 100)
      for rows in groups.values {
        let sum = rows.reduce(0) { $0 + $1.a }
        if (-1000..<1000).contains(sum) { expected[(sum + 1000) / 20] += 1 }
      }
      #expect(sums == expected)
    }
  }

  @Test func `Keys of several columns are told apart and shown as they are`() throws {
    let rows = Sample.rows(400, seed: 15, disorder: 3)
    let job = samplePipeline(
      """
      groups: {g: {by: [key, kind], n: count}}
      histograms:
        n: {plot: g.n, against: key, per: kind}
      """)
    var expected: [String: [Double: Double]] = [:]
    for row in rows { expected["n/\(row.kind)", default: [:]][Double(row.key), default: 0] += 1 }
    #expect(try job.run(rows: rows.text).products.points == expected)
  }
}
