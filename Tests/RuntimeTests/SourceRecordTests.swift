import Simulation
import TestSupport
import Testing

/// Several sources of one pipeline, each with its own record: their rows count as those of one stream.
@Suite struct SourceRecordTests {
  private static let words =
    "{format: words, fields: {TDC_MEAS: 5, BX_COUNTER: 12, ORBIT_CNT: 32, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}"

  private func bytes(ofWords rows: [TelescopeRow]) -> [UInt8] {
    rows.flatMap { row in withUnsafeBytes(of: row.word!.littleEndian) { Array($0) } }
  }

  /// The telescope's pipeline over `sources`, as `--set` takes them.
  private func telescope(_ sources: String, window: String = "all", threads: Int = 1) -> Job {
    Job.dtChambers.with {
      $0.overrides.append("sources=\(sources)")
      $0.window = window
      $0.threads = threads
    }
  }

  @Test(arguments: ["all", "span: 3000 of ORBIT_CNT, late: 500"], [1, 3])
  func `One stream, some of it text and some of it words`(window: String, threads: Int) throws {
    let stream = Telescope(seed: 31, rows: 20_000)
    var dice = Dice(31)
    var (text, words) = (stream, stream)
    (text.rows, words.rows) = ([], [])
    for row in stream.rows {
      // Most ancillary rows do not fit a word.
      if row.word != nil, dice.chance(0.6) { words.rows.append(row) } else { text.rows.append(row) }
    }
    let scratch = Scratch()
    let paths = (scratch.write(text.text(), "a.txt"), scratch.write(bytes(ofWords: words.rows), "b.bin"))
    let sources = "{a: {file: {path: \(paths.0)}}, b: {file: {path: \(paths.1)}, record: \(Self.words)}}"
    for chunkBytes in [5_000, 1 << 20] {
      let outcome = try telescope(sources, window: window, threads: threads).with { $0.chunkBytes = chunkBytes }.run()
      #expect(stream.expected.differences(from: outcome.products) == [])
      #expect(outcome.error == nil)
      #expect(outcome.products.counts["late"] == 0)
      #expect(outcome.products.counts["disordered"] == 0)
      #expect(outcome.messages[0].source.name == "a,b")
    }
  }

  @Test func `Two streams together are the sum of each alone`() throws {
    let text = Telescope(seed: 32, rows: 8_000)
    var words = Telescope(seed: 33, rows: 8_000) { $0.firstOrbit = 100_000_000 }
    words.rows.removeAll { $0.word == nil }
    let scratch = Scratch()
    let a = "a: {file: {path: \(scratch.write(text.text(), "a.txt"))}}"
    let b = "b: {file: {path: \(scratch.write(bytes(ofWords: words.rows), "b.bin"))}, record: \(Self.words)}"
    let (one, other) = (try telescope("{\(a)}").run(), try telescope("{\(b)}").run())
    let both = try telescope("{\(b), \(a)}").run()
    #expect(text.expected.differences(from: one.products) == [])
    #expect(words.expected.differences(from: other.products) == [])
    #expect(both.messages.count == 1)
    #expect(both.products == Products(one.messages + other.messages))
  }

  @Test func `Files of the command line are in the pipeline's record`() throws {
    let stream = Telescope(seed: 34, rows: 2_000)
    let scratch = Scratch()
    let job = telescope("{b: {file: {path: nowhere.bin}, record: \(Self.words)}}")
    let outcome = try job.reading(scratch.write(stream.text(), "a.txt")).run()
    #expect(stream.expected.differences(from: outcome.products) == [])
  }

  // MARK: Fields

  /// A pipeline over text sources: their records and rows, under the names `s0`, `s1` and so on.
  private func run(
    record: String? = nil, _ sources: [(record: String?, rows: String)], _ sections: String, threads: Int = 1
  ) throws -> Outcome {
    let scratch = Scratch()
    let entries = sources.enumerated().map { number, source in
      let path = scratch.write(source.rows, "rows\(number).txt")
      return "  s\(number): {file: {path: \(path)}\(source.record.map { ", record: \($0)" } ?? "")}\n"
    }
    let own = record.map { "record: \($0)\n" } ?? ""
    return try Job("pipeline: p\n\(own)sources:\n\(entries.joined())\(sections)").with { $0.threads = threads }.run()
  }

  @Test(arguments: [1, 2])
  func `Fields in another order and of other widths`(threads: Int) throws {
    // Values of the second record lie outside the types of the first: whatever is made from those must hold them.
    let narrow = "{format: csv, fields: {key: u8, kind: i8, a: i16, f: f64, name: text}}"
    let wide = "{format: csv, separator: ';', fields: {name: text, extra: f64, f: f32, a: i64, kind: i32, key: u16}}"
    let first = Sample.rows(900, seed: 41, disorder: 0, from: 0)
    let second = Sample.rows(900, seed: 42, disorder: 0, from: 60_000).map { row in
      var row = row
      row.kind += 250
      row.a *= 1_000_000_000_000
      row.name = row.name == "up" ? "charm" : row.name
      return row
    }
    let sections = """
      cleansing: [{drop: kind == 251}]
      chambers:
        - {chamber: 1, when: kind in 0..2, wire: a}
        - {chamber: 2, when: kind in 200..255, wire: a // 1000000000000}
      columns: {double: 2 * a}
      groups: {g: {by: key, n: count, kinds: {distinct: kind}, low: min(a)}}
      histograms:
        kinds: {count: hits, per: kind}
        names: {of: f, bins: 40 from -100 to 100, per: name}
        wires: {of: wire, bins: 100 from -50 to 50, per: chamber}
        doubles: {plot: double, against: key}
        groups: {of: g.n, bins: integers 1..9}
        kinds_of_groups: {plot: g.kinds, against: key}
        lows: {profile: g.low, against: key, bins: 60 from 0 to 60300}

      """
    let swapped = second.map { "\($0.name);1e9;\($0.f);\($0.a);\($0.kind);\($0.key)\n" }.joined()
    let both = try run(record: narrow, [(nil, first.text), (wide, swapped)], sections, threads: threads)
    let one = try run(
      record: "{format: csv, fields: {key: i64, kind: i64, a: i64, f: f64, name: text}}",
      [(nil, first.text + second.text)], sections)
    #expect(both.error == nil)
    #expect(both.products.counts["malformed"] == 0)
    #expect(both.products.counts["unmapped"]! > 0)
    #expect(both.messages.map(\.counts) == one.messages.map(\.counts))
    #expect(both.messages.map(\.histograms) == one.messages.map(\.histograms))
  }

  @Test func `A float of the pipeline takes whole numbers and other units`() throws {
    let outcome = try run(
      [
        ("{format: csv, fields: {id: u8, time: f64 ns}}", "1,0.5\n2,-3\n"),
        ("{format: csv, fields: {time: i32 us, id: u8}}", "7,3\n-2000000000,4\n"),
        ("{format: csv, fields: {time: f32 ps, id: u8}}", "250,5\n"),
        ("{format: csv, fields: {time: f64 h, id: u8}}", "1e300,6\n"),
        ("{format: csv, fields: {time: u32 ns, id: u8}}", "4294967295,7\n"),
        ("{format: csv, fields: {time: i64 ps, id: u8}}", "9007199254740993,8\n"),
      ], "histograms: {times: {plot: time, against: id}}\n")
    let times = try #require(outcome.products.points["times"])
    #expect(times.filter { $0.key < 6 } == [1: 0.5, 2: -3, 3: 7000, 4: -2e12, 5: 0.25])
    // An hour is 3.6e12 ns: what is beyond the largest float stays the largest, and is not infinite.
    #expect(times[6] == .greatestFiniteMagnitude)
    #expect(times[7] == 4_294_967_295)
    #expect(times[8] == 9_007_199_254_740_992.0 / 1000)
  }

  @Test func `Fields that the pipeline does not use need not be there`() throws {
    let outcome = try run(
      record: Sample.record.dropFirst("record: ".count).filter { $0 != "\n" },
      [
        (nil, "5,1,2,0.5,up\n"), ("{format: csv, fields: {a: i8}}", "4\n-4\nx\n"),
        // Of another type, and not used.
        ("{format: csv, fields: {name: i8, a: i8}}", "1,7\n"),
      ], "histograms: {a: {of: a, bins: integers -9..9}}\n")
    #expect(outcome.products.counts["records"] == 4)
    #expect(outcome.products.counts["malformed"] == 1)
    #expect(outcome.bins("a") == (-9...9).map { [2, 4, -4, 7].contains($0) ? 1 : 0 })
    #expect(outcome.warnings.count == 1)
    #expect(outcome.warnings[0].contains("rows1.txt:3: a is not a number: x"))
  }

  @Test func `Each record says what a malformed row does`() throws {
    let (count, stop) = ("{format: csv, fields: {a: i8}}", "{format: csv, on_malformed: stop, fields: {a: i8}}")
    let sections = "histograms: {a: {of: a, bins: integers 0..9}}\n"
    let counted = try run([(count, "x\n1\n"), (stop, "2\n")], sections)
    #expect(counted.error == nil)
    #expect(counted.products.counts["malformed"] == 1)
    let stopped = try run([(count, "1\n"), (stop, "x\n2\n")], sections)
    #expect(stopped.error?.hasSuffix("a is not a number (on_malformed: stop)") == true)
  }

  @Test func `Whole numbers of words and records, signed and unsigned, in one column`() throws {
    let scratch = Scratch()
    scratch.write([0xFE, 0xFF, 0x05, 0x00], "words.bin")  // 16 bits signed: -2, 5
    scratch.write([0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0], "records.bin")  // u32, high byte first
    let outcome = try Job(
      """
      pipeline: p
      sources:
        w: {file: {path: \(scratch("words.bin"))}, record: {format: words, bytes: 2, fields: {n: 16 signed}}}
        r: {file: {path: \(scratch("records.bin"))}, record: {format: records, order: big, fields: {n: u32}}}
      histograms: {n: {plot: n, against: n}}
      """
    ).run()
    #expect(outcome.products.points["n"] == [-2: -2, 5: 5, 4_294_967_295: 4_294_967_295, 2_147_483_648: 2_147_483_648])
  }
}
