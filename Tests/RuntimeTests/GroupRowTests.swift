import TestSupport
import Testing

/// Values of groups in plots of rows, and what becomes of groups that are cut or come late.
@Suite struct GroupRowTests {
  @Test(arguments: ["", "disorder: 20"], [(1, 1 << 20), (1, 9_000), (3, 2_000)])
  func `Every row sees the value of its whole group`(disorder: String, way: (threads: Int, chunkBytes: Int)) throws {
    let rows = Sample.rows(3_000, seed: 21, disorder: 20)
    let job = samplePipeline(
      """
      columns: {above: a - g.low}
      groups:
        g:
          by: key
          \(disorder)
          low: min(a) where kind == 2
      histograms:
        above: {of: above, bins: "integers -100..100", per: name}
        known: {of: a, bins: "integers -50..50", where: g.low is known}
      """)
    var above: [String: [Double]] = [:], known = [Double](repeating: 0, count: 101), unknown: [String: Double] = [:]
    for rows in rows.byKey.values {
      let low = rows.filter { $0.kind == 2 }.map(\.a).min()
      for row in rows {
        above["above/\(row.name)", default: Array(repeating: 0, count: 201)][100 + row.a - (low ?? row.a)] +=
          low == nil ? 0 : 1
        if low == nil { unknown["above/\(row.name)", default: 0] += 1 } else { known[row.a + 50] += 1 }
      }
    }
    let outcome = try job.with { ($0.threads, $0.chunkBytes) = way }.run(rows: rows.text)
    #expect(outcome.bins("known") == known)
    for (name, bins) in above {
      #expect(outcome.bins(name) == bins, "\(name)")
      #expect(outcome.histogram(name)?.unknown == unknown[name, default: 0], "\(name)")
    }
  }

  @Test(arguments: [1 << 20, 500])
  func `Rows that need the values of two groups`(chunkBytes: Int) throws {
    let rows = Sample.rows(1_200, seed: 22, disorder: 4)
    let job = samplePipeline(
      """
      groups:
        g: {by: key, disorder: 10, n: count}
        h: {by: name, top: max(a)}
      histograms:
        both: {of: h.top - a, bins: "integers 0..100", where: g.n > 3}
      """)
    var expected = [Double](repeating: 0, count: 101)
    let sizes = rows.byKey.mapValues(\.count)
    let tops = Dictionary(grouping: rows, by: \.name).mapValues { $0.map(\.a).max()! }
    for row in rows where sizes[row.key]! > 3 { expected[tops[row.name]! - row.a] += 1 }
    #expect(try job.with { $0.chunkBytes = chunkBytes }.run(rows: rows.text).bins("both") == expected)
  }

  /// Where all plots have one condition, and it needs values of groups alone, rows that fail it are left out first.
  @Test(arguments: ["g.low is known", "g.low + h.top > 12", "g.low > 0 and g.low < 20"], [1 << 20, 2_000])
  func `A condition that all plots have counts as one that some have`(condition: String, chunkBytes: Int) throws {
    let rows = Sample.rows(3_000, seed: 23, disorder: 20)
    func outcome(_ more: String) throws -> Outcome {
      try samplePipeline(
        """
        columns: {above: a - g.low}
        groups:
          g: {by: key, disorder: 20, low: min(a) where kind == 2, d: {distinct: a, per: kind}}
          h: {by: name, top: max(a)}
        histograms:
          above: {of: above, bins: "integers -100..100", per: name, where: \(condition)}
          own: {of: a + g.d, bins: "integers -50..70", where: \(condition)}
          value: {of: a, bins: "integers -50..50", where: \(condition)}
        \(more)
        """
      ).with { $0.chunkBytes = chunkBytes }.run(rows: rows.text)
    }
    let found = try outcome(""), expected = try outcome("  all: {of: a - g.low, bins: \"integers -100..100\"}")
    #expect(found.bins("value") != nil)
    #expect(found.bins("value") == expected.bins("value"))
    #expect(found.bins("own") == expected.bins("own"))
    for name in Set(rows.map(\.name)) {
      #expect(found.bins("above/\(name)") == expected.bins("above/\(name)"), "\(name)")
    }
  }

  @Test func `Row windows cut groups, windows over the key do not`() throws {
    let rows = "5,0,1,0,up\n5,0,2,0,up\n6,0,3,0,up\n5,0,4,0,up\n"
    let job = samplePipeline(
      """
      groups: {g: {by: key, n: count}}
      histograms: {n: {plot: g.n, against: key}}
      """)
    let cut = try job.with { $0.window = "rows: 2" }.run(rows: rows)
    #expect(cut.messages.map { $0.histograms["n"]?.x } == [[5], [5, 6]])
    #expect(cut.messages.map { $0.histograms["n"]?.y } == [[2], [1, 1]])
    let whole = try job.with { $0.window = "span: 1 of key, late: 5" }.run(rows: rows)
    #expect(whole.messages.map(\.window.index) == [5, 6])
    #expect(whole.messages.map { $0.histograms["n"]?.y } == [[3], [1]])
  }

  @Test(arguments: [1, 2])
  func `A group of which a row comes further behind than declared counts in two parts, and is reported`(
    threads: Int
  ) throws {
    var rows = Sample.rows(8_000, seed: 23, disorder: 3)
    let straggler = Sample(key: rows[1000].key, kind: 1, a: 7, f: 0, name: "up")
    rows.append(straggler)
    func job(_ disorder: String) -> Job {
      samplePipeline(
        "groups: {g: {by: key, \(disorder)n: count}}\nhistograms: {n: {of: g.n, bins: 'integers 0..40'}}\n"
      )
      .with { ($0.threads, $0.chunkBytes) = (threads, 40_000) }
    }
    let declared = try job("disorder: 3, ").run(rows: rows.text)
    #expect(declared.products.counts["disordered"] == 1)
    // Undeclared, any distance is right.
    let undeclared = try job("").run(rows: rows.text)
    #expect(undeclared.products.counts["disordered"] == 0)
    let groups = rows.byKey.count
    #expect(undeclared.products.histograms["n"]?.total == Double(groups))
    #expect(declared.products.histograms["n"]?.total == Double(groups + 1))
    // No row is lost either way.
    for outcome in [declared, undeclared] {
      let sizes = try #require(outcome.bins("n"))
      #expect(sizes.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } == Double(rows.count))
    }
  }

  @Test func `A sum beyond 63 bits is unknown`() throws {
    let job = Job(
      """
      pipeline: sums
      record: {format: csv, fields: {key: u8, big: i64}}
      groups: {g: {by: key, s: sum(big)}}
      histograms: {s: {plot: g.s, against: key}}
      """)
    let most = Int64.max
    let outcome = try job.run(rows: "1,\(most)\n1,\(most)\n1,-\(most)\n2,5\n2,-7\n3,\(most)\n3,0\n")
    #expect(outcome.products.points["s"] == [2: -2, 3: Double(most)])
  }
}
