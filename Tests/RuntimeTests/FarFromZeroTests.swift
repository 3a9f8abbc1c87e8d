import ChainExecution
import Connectors
import Foundation
import Histograms
import Results
import Runtime
import TestSupport
import Testing

/// Numbers far from 0 with small differences: times since 1970, counters, and the sets by which NIST judges programs
/// (https://www.itl.nist.gov/div898/strd/univ/homepage.html). The truth is computed in whole numbers of 128 bits.
@Suite struct FarFromZeroTests {
  /// The mean's error of integers, exactly up to the last root and quotient.
  private static func error(_ values: [Int64]) -> Double {
    let n = Int128(values.count), origin = Int128(values[0])
    let sum = values.reduce(Int128(0)) { $0 + Int128($1) - origin }
    let squares = values.reduce(Int128(0)) { $0 + (Int128($1) - origin) * (Int128($1) - origin) }
    return (Double(n * squares - sum * sum) / Double(n * n * (n - 1))).squareRoot()
  }

  private static let profile = """
    pipeline: far
    record: {format: csv, header: "no", fields: {x: u8, y: i64 ns}}
    histograms: {p: {profile: y, against: x, bins: 3 from 0 to 3}}
    """

  private static func values(_ origin: Int64, _ count: Int, _ dice: inout Dice) -> [Int64] {
    (0..<count).map { _ in origin + Int64(dice.int(-2...2)) }
  }

  private static func isNear(_ a: Double?, _ b: Double, _ room: Double = 1e-13) -> Bool {
    guard let a else { return false }
    return abs(a - b) <= room * abs(b)
  }

  static let origins: [Int64] = [
    0, 1_000_000_000, 1_700_000_000_000, 1_700_000_000_000_000_000, -9_000_000_000_000_000_000,
  ]

  @Test(arguments: origins)
  func `The error of a mean does not depend on where it lies`(origin: Int64) throws {
    var dice = Dice(7)
    let values = Self.values(origin, 3_000, &dice)
    let rows = values.map { "1,\($0)\n" }.joined()
    let wanted = Self.error(values)
    let sum = values.reduce(Int128(0)) { $0 + Int128($1) }
    for (chunk, threads) in [(1 << 20, 1), (500, 1), (700, 3)] {
      let p = try #require(
        try Job(Self.profile).with { ($0.chunkBytes, $0.threads) = (chunk, threads) }.run(rows: rows).histogram("p"))
      #expect(p.bins == [0, 3_000, 0])
      #expect(Self.isNear(p.error?[1], wanted))
      #expect(Self.isNear(p.mean?[1], Double(sum) / 3_000))
      // The sum as it is, with what its double has no digits for.
      let high = try #require(p.sum?[1]), low = try #require(p.sumRemainder?[1])
      #expect(Int128(high) + Int128(low) == sum)
      #expect(Self.isNear(p.deviations?[1], wanted * wanted * 3_000 * 2_999))
    }
  }

  @Test(arguments: origins)
  func `Windows and parts add up to the same error`(origin: Int64) throws {
    var dice = Dice(8)
    let values = Self.values(origin, 1_000, &dice)
    let text = values.map { "1,\($0)\n" }.joined(), wanted = Self.error(values)
    let windows = try Job(Self.profile).with { $0.window = "rows: 30" }.run(rows: text)
    #expect(windows.lines.count == 34)
    // As the page adds windows up, and as `hitmon merge` does.
    var total = ResultTotal()
    for line in windows.lines { total.add(try content(line)) }
    #expect(total.windows == 34)
    guard let summed = total["p"]?.content as? ProfileContent else {
      Issue.record("there is no total")
      return
    }
    #expect(Self.isNear(summed.spreads[2].error, wanted))
    #expect(summed.spreads[2].sum.high == Double(values.reduce(Int128(0)) { $0 + Int128($1) }))
    let scratch = Scratch()
    let path = scratch.write(text, "rows.txt")
    let parts = Parts(pipeline: try Job(Self.profile).load(scratch), scratch: scratch)
    let files = try Parts.stretches(text.utf8.count, 7, &dice).map { try parts.count(path, $0) }
    let lines = try parts.merge(files.shuffled(using: &dice)).lines
    #expect(lines.count == 1)
    let whole = try JSONDecoder().decode(Message.self, from: Data(lines[0]))
    #expect(Self.isNear(whole.histograms["p"]?.error?[1], wanted))
  }

  /// The certified mean and standard deviation of the sets NumAcc1 to NumAcc4.
  static let certified: [(first: [String], pair: [String], mean: Double, deviation: Double, room: Double)] = [
    (["10000001", "10000003", "10000002"], [], 10_000_002, 1, 1e-15),
    (["1.2"], ["1.1", "1.3"], 1.2, 0.1, 1e-13),
    // So near to each other are the numbers and the doubles next to them.
    (["1000000.2"], ["1000000.1", "1000000.3"], 1_000_000.2, 0.1, 1e-9),
    (["10000000.2"], ["10000000.1", "10000000.3"], 10_000_000.2, 0.1, 1e-8),
  ]

  @Test(arguments: certified.indices, [1, 3])
  func `Mean and deviation are those that NIST certifies`(number: Int, threads: Int) throws {
    let set = Self.certified[number]
    let values = set.first + (0..<(set.pair.isEmpty ? 0 : 500)).flatMap { _ in set.pair }
    let outcome = try Job(
      """
      pipeline: nist
      record: {format: csv, header: "no", fields: {x: u8, y: f64}}
      groups: {all: {by: x, average: mean(y), total: sum(y)}}
      histograms:
        p: {profile: y, against: x, bins: 2 from 0 to 2}
        average: {plot: all.average, against: x}
        total: {plot: all.total, against: x}
      """
    ).with { ($0.threads, $0.chunkBytes) = (threads, 800) }.run(rows: values.map { "1,\($0)\n" }.joined())
    let p = try #require(outcome.histogram("p")), n = Double(values.count)
    #expect(Self.isNear(p.mean?[1], set.mean, 3e-16))
    #expect(Self.isNear(p.error?[1], set.deviation / n.squareRoot(), set.room))
    #expect(Self.isNear(outcome.histogram("average")?.y?.first, set.mean, 3e-16))
    #expect(Self.isNear(outcome.histogram("total")?.y?.first, set.mean * n, 3e-16))
  }

  @Test func `A mean of integers beyond 53 bits keeps their digits`() throws {
    let outcome = try Job(
      """
      pipeline: means
      record: {format: csv, header: "no", fields: {x: u8, y: i64}}
      groups: {all: {by: x, average: mean(y)}}
      histograms: {average: {plot: all.average, against: x}}
      """
    ).run(rows: (0..<20_000).map { "1,\(1_700_000_000_000_000_000 + $0 % 1000)\n" }.joined())
    #expect(outcome.histogram("average")?.y == [1_700_000_000_000_000_499.5])
  }

  // MARK: Bins

  private static func bins(_ bins: String, type: String = "i64 ns") -> Job {
    Job(
      """
      pipeline: b
      record: {format: csv, header: "no", fields: {t: \(type)}}
      histograms: {h: {of: t, bins: \(bins)}}
      """)
  }

  @Test(arguments: [
    "10 from 1700000000000000000 ns to 1700000000000002560 ns",
    "10 from 1700000000 s to 1700000000.00000256 s",
    "10 from 1.7e15 us to 1700000000000002.56 us",
    "[1700000000 s, 1700000000000000256 ns, 1700000000.000001024 s, 1700000000000002560 ns]",
  ])
  func `Bins of times since 1970 hold what lies in them`(bins: String) throws {
    let rows = (-10..<2_570).map { "\(1_700_000_000_000_000_000 + $0)\n" }.joined()
    let h = try #require(try Self.bins(bins).run(rows: rows).histogram("h"))
    #expect(h.bins == (bins.hasPrefix("[") ? [256, 768, 1536] : Array(repeating: 256, count: 10)))
    #expect(h.underflow == 10)
    #expect(h.overflow == 10)
  }

  @Test(arguments: [
    ("10 from 9100000000000000000 to 9200000000000000000", 9_100_000_000_000_000_000 as Int64, 10_000_000_000_000_000),
    ("4 from -9223372036854775807 to -9223372036854759423", -9_223_372_036_854_775_807, 4096),
    ("100000 from -5000000000000000000 to 5000000000000000000", -5_000_000_000_000_000_000, 100_000_000_000_000),
  ])
  func `Bins at the ends of 64 bits hold what lies in them`(bins: String, first: Int64, width: Int64) throws {
    let count = Int(bins.prefix { $0.isNumber })!
    var dice = Dice(3)
    let rows = (0..<500).map { _ in Int64(dice.int(0...(count - 1))) }
    // Some way into each bin.
    let text = rows.map { "\(Int128(first) + Int128($0) * Int128(width) + Int128(width / 2))\n" }.joined()
    let h = try #require(
      try Self.bins(bins, type: "i64").run(rows: text + "9223372036854775807\n-9223372036854775806\n").histogram("h"))
    var wanted = [Double](repeating: 0, count: count)
    for bin in rows { wanted[Int(bin)] += 1 }
    let isLowest = first < -9_200_000_000_000_000_000
    if isLowest { wanted[0] += 1 }
    #expect(h.bins == wanted)
    #expect(h.underflow == (isLowest ? 0 : 1))
    #expect(h.overflow == 1)
  }

  @Test(arguments: [
    "5 from 1699999999.9995 to 1700000000.0005", "7 from 1700000000 to 1700000000.001", "1000 from 1e9 to 1000000001",
    "3 from -1000000.1 to -1000000", "100 from 0 to 1",
  ])
  func `A float on a published edge lies above it, and the one before below`(bins: String) throws {
    let job = Self.bins(bins, type: "f64")
    let edges = try #require(try job.run(rows: "0\n").histogram("h")?.edges)
    let count = edges.count - 1
    // What is nearer to an edge than 1e-9 of a bin is on it.
    let below = zip(edges, edges.dropFirst() + [2 * edges[count] - edges[count - 1]]).map { edge, next in
      min(edge.nextDown, edge - 2e-9 * (next - edge))
    }
    for threads in [1, 2] {
      let h = try #require(
        try job.with { $0.threads = threads }.run(rows: (edges + below).map { "\($0)\n" }.joined()).histogram("h"))
      #expect(h.bins == Array(repeating: 2, count: count))
      #expect((h.underflow, h.overflow) == (1, 1))
    }
  }

  @Test(arguments: [
    "4 from -8e307 to 8e307", "3 from -8e307 to 8e307", "7 from 0 to 1.7e308", "2 from -1e-300 to 1e-300",
  ])
  func `Edges are finite and ascend`(bins: String) throws {
    let h = try #require(try Self.bins(bins, type: "f64").run(rows: "0\n1.79e308\n-1.79e308\n").histogram("h"))
    let edges = try #require(h.edges)
    #expect(edges.count == Int(bins.prefix(1))! + 1)
    #expect(edges.allSatisfy { $0.isFinite })
    #expect(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 })
    // Of one width, up to rounding.
    let widths = zip(edges, edges.dropFirst()).map { $1 - $0 }
    #expect(widths.allSatisfy { abs($0 - widths[0]) <= 1e-14 * widths[0] })
    #expect(h.bins?.reduce(0, +) == 1 && h.underflow == 1 && h.overflow == 1)
  }

  @Test(arguments: [
    ("[0 ns, 1e305 s]", "the edges 0 ns and 1e305 s cannot be told apart in ns"),
    ("[1700000000 s, 1700000000000000001 ns]", "does not lie above the one before it"),
    ("[-1e308 ns, 1e308 ns]", "the edges are too far apart to compute with"),
  ])
  func `Edges that are one as floats are an error`(bins: String, message: String) throws {
    let error = #expect(throws: Job.Refused.self) { try Self.bins(bins, type: "f64 ns").run(rows: "1\n") }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `Parts of pipelines whose edges differ in the last digits do not go together`() throws {
    let one = "10 from 1700000000000000000 ns to 1700000000000002560 ns"
    func fingerprint(_ bins: String) throws -> UInt64 { try Self.bins(bins).load(Scratch()).identity.fingerprint }
    let first = try fingerprint(one)
    #expect(try fingerprint(one.replacing("2560", with: "5120")) != first)
  }
}
