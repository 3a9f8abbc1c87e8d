import ChainExecution
import Runtime
import Simulation
import TestSupport
import Testing

/// Damaged and random input: the run goes to its end, and the good rows beside the damage all count.
@Suite struct DecoderFuzzTests {
  private static let formats = [
    "format: csv, fields: {a: i32, b: f64, c: u8, d: text}",
    "format: csv, separator: blanks, fields: {a: i32, b: f64, c: u8, d: text}",
    "format: csv, quote: '\"', comment: '#', fields: {a: i32, b: f64, c: u8, d: text}",
    "format: csv, header: yes, fields: {a: i64, b: f32, c: u64, d: text}",
    "format: words, fields: {a: 20 signed, b: 12, c: 30, d: 1}",
    "format: words, bytes: 3, order: big, fields: {a: 7, b: 9, c: 4, d: 2}",
    "format: records, skip: 3, fields: {a: i64, b: f64, c: u64, d: f32}",
    "format: records, bytes: 11, order: big, fields: {a: i16, b: f32, c: u8, d: i8}",
  ]

  private static func job(_ record: String) -> Job {
    Job(
      """
      pipeline: p
      record: {\(record)}
      groups: {g: {by: a, n: count, low: min(b), s: sum(c), k: distinct(c), u: sum(a)}}
      histograms:
        a: {of: a, bins: 10 from -5 to 5}
        b: {of: b, bins: 10 from -5 to 5, weight: b}
        ab: {of: [a, b], bins: [4 from -5 to 5, 4 from 0 to 1e9]}
        bc: {profile: b, against: c, bins: [0, 1, 3]}
        c: {of: c, bins: 'integers 0..9', per: d1}
        product: {of: a * a + c - 7 * b, bins: 3 from 0 to 100}
        low: {plot: g.low, against: a, points: 20}
        n: {of: g.n + g.u, bins: 'integers 0..9', where: g.k > 0}
        s: {plot: g.s // c, against: b, points: 10}
      columns: {d1: c % 7}
      """)
  }

  /// Bytes of the kinds that decoders look at, and others.
  private static func noise(_ count: Int, _ dice: inout Dice) -> [UInt8] {
    let telling = Array("0123456789,.-+eE \t\n\r\"#;:xnaif".utf8) + [0, 0xFF, 0x80]
    return (0..<count).map { _ in dice.chance(0.9) ? dice.pick(telling) : UInt8(dice.int(0...255)) }
  }

  @Test(arguments: formats.indices)
  func `Random bytes`(number: Int) throws {
    var dice = Dice(UInt64(number) + 1000)
    let record = Self.formats[number]
    for round in 0..<25 {
      let bytes = Self.noise(dice.int(0...3_000), &dice)
      let windows = ["all", "rows: 7", "span: 1000 of a, late: 5"]
      let outcome = try Self.job(record).with {
        $0.window = windows[round % 3]
        $0.threads = round % 2 + 1
        $0.chunkBytes = dice.int(1...2_000)
      }.run(bytes: bytes)
      let counts = outcome.totals.counts
      #expect(counts.hits + counts.dropped == counts.records)
      if case .some(let error) = outcome.error {
        let known = [
          "the header names", "a header among the rows", "the line names", "carriage return alone", "first line",
        ]
        #expect(known.contains { error.contains($0) }, "\(error)")
      }
    }
  }

  @Test(arguments: ["span: 1000 of a, late: 5", "span: 1 of a", "all"])
  func `Numbers at the ends of their types`(window: String) throws {
    let ends = [Int64.max, -Int64.max, Int64.max - 1, 0, 1, -1, 1 << 53, Int64(Int32.max) + 1]
    var rows = ""
    for a in ends { for c in [UInt64(Int64.max), 0, 1, 1 << 40] { rows += "\(a),\(Double(a) * 1e288),\(c),x\n" } }
    let record = "format: csv, fields: {a: i64, b: f64, c: i64, d: text}"
    let outcome = try Self.job(record).with { $0.window = window }.run(rows: rows)
    #expect(outcome.totals.counts.records + outcome.totals.counts.late == UInt64(4 * ends.count))
    #expect(outcome.totals.counts.malformed == 0)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `Damaged rows of the telescope: the good rows beside them are never lost`(seed: UInt64) throws {
    var dice = Dice(seed + 300)
    let telescope = Telescope(seed: seed + 20, rows: 2_000)
    var bytes: [UInt8] = []
    var kept = telescope
    kept.rows = []
    var damaged = 0
    for row in telescope.rows {
      if dice.chance(0.05) {
        // Rows that cannot be taken for good ones: a letter, a field too few or too many, a number too large.
        let bad = [
          "2,0,x,5,6,7", "2,0,1,5,6", "2,0,1,5,6,7,8", "2,0,1,99999999999,6,7", "\u{0}", "2,-1,1,5,6,7", "\"", ",,,,,",
          "2 0 1 5 6 7",
        ]
        bytes += (dice.pick(bad) + (dice.chance(0.5) ? "\r\n" : "\n")).utf8
        damaged += 1
      }
      row.appendCSV(to: &bytes)
      kept.rows.append(row)
    }
    for window in ["all", "span: 1000 of ORBIT_CNT, late: 500"] {
      let outcome = try Job.dtChambers.with {
        $0.window = window
        $0.threads = dice.int(1...3)
        $0.chunkBytes = dice.int(50...20_000)
      }.run(bytes: bytes)
      var expected = kept.expected
      expected.malformed = damaged
      #expect(expected.differences(from: outcome.products) == [])
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `Bytes changed, lost and doubled at random`(seed: UInt64) throws {
    var dice = Dice(seed + 900)
    let telescope = Telescope(seed: seed + 40, rows: 600)
    var bytes = telescope.text()
    for _ in 0..<40 {
      let place = dice.int(60...bytes.count - 1)
      switch dice.int(0...3) {
      case 0: bytes[place] = UInt8(dice.int(0...255))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(Self.noise(1, &dice)[0], at: place)
      default: bytes.insert(contentsOf: bytes[place..<min(place + dice.int(1...60), bytes.count)], at: place)
      }
    }
    let lines = bytes.split(separator: 0x0A).filter { $0.contains { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 } }.count
    let outcome = try Job.dtChambers.with { ($0.window, $0.chunkBytes) = ("all", dice.int(1...9_000)) }.run(
      bytes: bytes)
    // Every line but the header is a row or malformed.
    #expect(outcome.totals.counts.records + outcome.totals.counts.malformed == UInt64(lines - 1))
    #expect(outcome.totals.counts.malformed <= 80)
  }

  @Test func `A line longer than any buffer`() throws {
    let long = String(repeating: "7", count: 300_000)
    let outcome = try Job(
      "pipeline: p\nrecord: {format: csv, fields: {a: u8, b: text}}\nhistograms: {a: {of: a, bins: 'integers 0..9'}}\n"
    )
    .with { $0.chunkBytes = 1_000 }.run(rows: "1,x\n2,\(long)\n\(long),y\n3,z\n")
    #expect(outcome.bins("a") == [0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    #expect(outcome.products.counts["malformed"] == 1)
    #expect(outcome.warnings.first?.hasSuffix(String(repeating: "7", count: 80) + "...") == true)
  }
}
