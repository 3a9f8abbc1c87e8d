import TestSupport
import Testing

/// Every kind of histogram against plain loops over the same rows.
@Suite struct HistogramTests {
  private static let rows = Sample.rows(2_500, seed: 31, disorder: 8)

  /// The bin of `x` by definition: the last whose lower edge is not above it.
  private static func fill(_ edges: [Double], _ values: [Double]) -> (
    bins: [Double], underflow: Double, overflow: Double
  ) {
    var bins = [Double](repeating: 0, count: edges.count - 1), underflow = 0.0, overflow = 0.0
    for x in values {
      if x < edges[0] {
        underflow += 1
      } else if x >= edges.last! {
        overflow += 1
      } else {
        bins[edges.lastIndex { $0 <= x }!] += 1
      }
    }
    return (bins, underflow, overflow)
  }

  /// The one histogram of a pipeline, filled in one chunk and in many, which must be the same.
  private func histograms(_ entry: String, columns: String = "") throws -> [String: Histogram] {
    let job = samplePipeline(columns + "histograms:\n  h: \(entry)\n")
    let one = try job.run(rows: Self.rows.text)
    let many = try job.with { ($0.chunkBytes, $0.threads) = (900, 3) }.run(rows: Self.rows.text)
    #expect(one.messages.map(\.histograms) == many.messages.map(\.histograms))
    return try #require(one.messages.first?.histograms)
  }

  private struct Binned: Sendable {
    var of: String
    var bins: String
    var edges: [Double]
  }

  private static let binned: [Binned] = [
    Binned(of: "a", bins: "20 from -40 to 40", edges: stride(from: -40.0, through: 40, by: 4).map { $0 }),
    Binned(of: "a", bins: "7 from -3 to 4", edges: [-3, -2, -1, 0, 1, 2, 3, 4]),
    Binned(of: "f", bins: "16 from -50 to 50", edges: stride(from: -50.0, through: 50, by: 6.25).map { $0 }),
    Binned(of: "a", bins: "[-10, -3, 0, 30]", edges: [-10, -3, 0, 30]),
    Binned(of: "f", bins: "[-99.5, 0, 0.25, 70]", edges: [-99.5, 0, 0.25, 70]),
    Binned(of: "f", bins: "3 log from 0.1 to 100", edges: [0.1, 1, 10, 100]),
    Binned(of: "a", bins: "4 log from 1 to 10000", edges: [1, 10, 100, 1000, 10_000]),
    Binned(of: "a * 3000000000", bins: "3 log from 1e9 to 1e12", edges: [1e9, 1e10, 1e11, 1e12]),
    // An edge takes no values from a bin that is far narrower than the next.
    Binned(of: "f", bins: "[-1, 0, 1e12]", edges: [-1, 0, 1e12]),
    Binned(of: "f", bins: "2 log from 1 to 1e20", edges: [1, 1e10, 1e20]),
    Binned(of: "a * 3000000000", bins: "2 log from 1e5 to 1e17", edges: [1e5, 1e11, 1e17]),
    Binned(of: "kind", bins: "integers 1..2", edges: [1, 2, 3]),
    Binned(of: "a", bins: "integers -5..5", edges: stride(from: -5.0, through: 6, by: 1).map { $0 }),
    Binned(of: "a * 3000000000", bins: "4 from -60000000000 to 60000000000", edges: [-6e10, -3e10, 0, 3e10, 6e10]),
  ]

  @Test(arguments: binned.indices)
  func `One column, with what lies outside`(number: Int) throws {
    let (of, bins, edges) = (Self.binned[number].of, Self.binned[number].bins, Self.binned[number].edges)
    let values = Self.rows.map { row in
      switch of {
      case "a": Double(row.a)
      case "f": row.f
      case "kind": Double(row.kind)
      default: Double(row.a) * 3e9
      }
    }
    let expected = Self.fill(edges, values)
    let h = try #require(try histograms("{of: \(of), bins: \(bins), title: What it is}")["h"])
    #expect(h.title == "What it is")
    #expect(h.axis?.label == of)
    #expect(h.edges == edges)
    #expect(h.bins == expected.bins)
    #expect(h.underflow == expected.underflow)
    #expect(h.overflow == expected.overflow)
    #expect(h.unknown == 0)
  }

  @Test func `Categories of integers, texts and booleans`() throws {
    let kinds = try #require(try histograms("{of: kind, bins: 'categories 3, 0, 7'}")["h"])
    #expect(kinds.axis?.categories == ["3", "0", "7"])
    #expect(kinds.edges == [0, 1, 2, 3])
    #expect(kinds.bins == [3, 0].map { kind in Double(Self.rows.filter { $0.kind == kind }.count) } + [0])
    #expect(kinds.overflow == Double(Self.rows.filter { $0.kind == 1 || $0.kind == 2 }.count))

    let names = try #require(try histograms("{of: name, bins: 'categories left, up'}")["h"])
    #expect(names.bins == ["left", "up"].map { name in Double(Self.rows.filter { $0.name == name }.count) })
    #expect(names.overflow == Double(Self.rows.filter { $0.name == "down" || $0.name == "right" }.count))

    let signs = try #require(try histograms("{of: a > 0, bins: 'categories true, false'}")["h"])
    #expect(signs.bins == [true, false].map { sign in Double(Self.rows.filter { ($0.a > 0) == sign }.count) })
  }

  @Test func `Weights, with their squares and the number of entries`() throws {
    let h = try #require(try histograms("{of: kind, bins: 'integers 1..3', weight: f}")["h"])
    let byKind = (0...3).map { kind in Self.rows.filter { $0.kind == kind }.map(\.f) }
    #expect(h.bins == byKind[1...].map { $0.reduce(0, +) })
    #expect(h.variances == byKind[1...].map { $0.reduce(0) { $0 + $1 * $1 } })
    #expect(h.entries == byKind[1...].map { Double($0.count) })
    #expect(h.underflow == byKind[0].reduce(0, +))

    let unknown = try #require(try histograms("{of: kind, bins: 'integers 0..3', weight: 'if(a == 0, 1 / a, 2)'}")["h"])
    let zeros = Self.rows.filter { $0.a == 0 }.count
    #expect(unknown.unknown == Double(zeros))
    #expect(unknown.bins?.reduce(0, +) == 2 * Double(Self.rows.count - zeros))
  }

  @Test func `Lists of edges on either axis, or on both`() throws {
    let a = try #require(try histograms("{of: [a, f], bins: [[-20, 0, 30], 2 from -50 to 50]}")["h"])
    let b = try #require(try histograms("{of: [a, f], bins: [[-20, 0, 30], [-50, 0, 50]]}")["h"])
    #expect(a.xEdges == [-20, 0, 30] && a.yEdges == [-50, 0, 50])
    #expect(a.map == b.map && a.xOverflow == b.xOverflow)
  }

  @Test func `Two columns, with the flow bins of both`() throws {
    let h = try #require(try histograms("{of: [a, f], bins: [5 from -20 to 30, [-50, 0, 10, 50]]}")["h"])
    let x = [-20.0, -10, 0, 10, 20, 30], y = [-50.0, 0, 10, 50]
    func place(_ value: Double, _ edges: [Double]) -> Int { edges.filter { $0 <= value }.count }
    var cells = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 7)
    for row in Self.rows { cells[place(Double(row.a), x)][place(row.f, y)] += 1 }
    #expect(h.xEdges == x)
    #expect(h.yEdges == y)
    #expect(h.map == cells[1...5].map { Array($0[1...3]) })
    #expect(h.xUnderflow == cells[0])
    #expect(h.xOverflow == cells[6])
    #expect(h.yUnderflow == cells[1...5].map { $0[0] })
    #expect(h.yOverflow == cells[1...5].map { $0[4] })
    #expect(h.axis?.label == "a")
    #expect(h.yAxis?.label == "f")
  }

  @Test func `A profile has the mean and the error of the mean`() throws {
    let h = try #require(try histograms("{profile: f, against: a, bins: 5 from -20 to 30}")["h"])
    for bin in 0..<5 {
      let values = Self.rows.filter { (bin * 10 - 20..<bin * 10 - 10).contains($0.a) }.map(\.f)
      let n = Double(values.count), mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      #expect(h.bins?[bin] == n)
      #expect(h.sum?[bin] == values.reduce(0, +))
      #expect(h.sumOfSquares?[bin] == values.reduce(0) { $0 + $1 * $1 })
      #expect(abs(try #require(h.mean?[bin]) - mean) < 1e-12)
      #expect(abs(try #require(h.error?[bin]) - (variance / n).squareRoot()) < 1e-9)
    }
    #expect(h.underflow == Double(Self.rows.filter { $0.a < -20 }.count))
    #expect(h.overflow == Double(Self.rows.filter { $0.a >= 30 }.count))
    // The mean of nothing and the error of one value do not exist.
    let sparse = try samplePipeline("histograms: {h: {profile: f, against: a, bins: 2 from 0 to 2}}").run(
      rows: "1,0,1,2.5,up\n")
    #expect(sparse.histogram("h")?.mean == [nil, 2.5])
    #expect(sparse.histogram("h")?.error == [nil, nil])
  }

  @Test func `A profile over two columns has a mean in each bin, and sums beside them`() throws {
    let h = try #require(
      try histograms("{profile: f, against: [a, kind], bins: [5 from -20 to 30, 'integers 0..2']}")["h"])
    func values(_ a: Range<Int>, _ kind: Int) -> [Double] {
      Self.rows.filter { a.contains(Int($0.a)) && Int($0.kind) == kind }.map(\.f)
    }
    for x in 0..<5 {
      for kind in 0..<3 {
        let values = values((x * 10 - 20)..<(x * 10 - 10), kind)
        let n = Double(values.count), mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        #expect(n > 1)
        #expect(h.map?[x][kind] == n)
        #expect(abs(try #require(h.means?[x][kind]) - mean) < 1e-12)
        #expect(abs(try #require(h.errors?[x][kind]) - (variance / n).squareRoot()) < 1e-9)
      }
    }
    // Kinds go up to 3, which is above in y; below in y is nothing.
    #expect(h.xOverflow == [0] + (0...3).map { Double(values(30..<10_000, $0).count) })
    #expect(h.xOverflowSum == [0] + (0...3).map { values(30..<10_000, $0).reduce(0, +) })
    #expect(h.yOverflow == (0..<5).map { Double(values(($0 * 10 - 20)..<($0 * 10 - 10), 3).count) })
    #expect(h.yUnderflowDeviations == [0, 0, 0, 0, 0])
    #expect([h.axis, h.yAxis, h.zAxis].map { $0?.label } == ["a", "kind", "f"])
    // The mean of nothing and the error of one value do not exist.
    let sparse = try samplePipeline(
      "histograms: {h: {profile: f, against: [a, kind], bins: [2 from 0 to 2, 1 from 0 to 9]}}"
    ).run(rows: "1,0,1,2.5,up\n")
    #expect(sparse.histogram("h")?.means == [[nil], [2.5]])
    #expect(sparse.histogram("h")?.errors == [[nil], [nil]])
  }

  @Test func `Points stand in order, the smallest are kept, the others counted`() throws {
    let all = try #require(try histograms("{plot: f, against: a}")["h"])
    let sorted = Self.rows.map { (Double($0.a), $0.f) }.sorted { $0 < $1 }
    #expect(all.x == sorted.map(\.0))
    #expect(all.y == sorted.map(\.1))
    #expect(all.omitted == 0)
    for limit in [1, 7, 300] {
      let some = try #require(try histograms("{plot: f, against: a, points: \(limit)}")["h"])
      #expect(some.x == sorted.prefix(limit).map(\.0))
      #expect(some.y == sorted.prefix(limit).map(\.1))
      #expect(some.omitted == Self.rows.count - limit)
    }
  }

  @Test func `Counts are of every hit, with where, per and weight`() throws {
    #expect(try histograms("{count: hits}")["h"]?.bins == [Double(Self.rows.count)])
    let some = Self.rows.filter { $0.a > 10 && $0.name != "up" }
    #expect(try histograms("{count: hits, where: a > 10 and name != 'up'}")["h"]?.bins == [Double(some.count)])
    #expect(try histograms("{count: hits, weight: a}")["h"]?.bins == [Self.rows.reduce(0) { $0 + Double($1.a) }])
    let kinds = try histograms("{count: hits, per: kind, where: a > 10 and name != 'up'}")
    #expect(
      kinds.mapValues { $0.bins! }
        == Dictionary(grouping: some, by: { "h/\($0.kind)" }).mapValues { [Double($0.count)] })
  }

  @Test(arguments: ["name", "key", "positive", "step"])
  func `A histogram for each value of a text, an integer, a boolean, a derived column`(per: String) throws {
    let of: (Sample) -> String =
      switch per {
      case "name": { $0.name }
      case "key": { "\($0.key)" }
      case "positive": { "\($0.a > 0)" }
      default: { "\(Int((Double($0.a) / 7).rounded(.down)))" }
      }
    let found = try histograms(
      "{of: a, bins: 10 from -50 to 50, per: \(per)}", columns: "columns: {positive: a > 0, step: a // 7}\n")
    let expected = Dictionary(grouping: Self.rows, by: { "h/\(of($0))" }).mapValues { rows in
      Self.fill((0...10).map { Double($0 * 10 - 50) }, rows.map { Double($0.a) }).bins
    }
    #expect(found.mapValues { $0.bins! } == expected)
  }

  @Test func `Unknown values are counted beside the bins`() throws {
    let h = try #require(try histograms("{of: 1 / a, bins: 3 from 0 to 1}")["h"])
    #expect(h.unknown == Double(Self.rows.filter { $0.a == 0 }.count))
    #expect(h.total + h.unknown! == Double(Self.rows.count))
  }
}
