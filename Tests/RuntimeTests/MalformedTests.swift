import TestSupport
import Testing

/// Rows that cannot be decoded: counted, described with file, line and reason, and in the way of no other row.
@Suite struct MalformedTests {
  private static func job(_ record: String, use: String = "a + b") -> Job {
    Job("pipeline: p\nrecord: {\(record)}\nhistograms: {h: {of: \(use), bins: 1 from -1e9 to 1e9}}\n")
  }

  @Test(arguments: [
    ("1,2,3", "has more than 2 fields"), ("1", "has 1 of 2 fields"), ("x,2", "a is not a number"),
    ("1.5,2", "a is not an integer"), ("256,2", "a is out of the range of u8"), ("-1,2", "a is out of the range of u8"),
    (",2", "a is not a number"), ("1,", "b is not a number"), ("1,2x", "b is not a number"),
    ("1,-129", "b is out of the range of i8"),
    ("99999999999999999999999,1", "a is out of the range of u8"),
  ])
  func `One bad row between good ones`(row: String, reason: String) throws {
    let scratch = Scratch()
    let path = scratch.write("a,b\n1,2\n3,4\n\(row)\n5,6\n", "rows.txt")
    for chunkBytes in [1, 1 << 20] {
      let outcome = try Self.job("format: csv, fields: {a: u8, b: i8}").reading(path).with {
        $0.chunkBytes = chunkBytes
      }.run()
      #expect(outcome.warnings == ["malformed row at \(path):4: \(reason): \(row)"])
      #expect(outcome.products.counts["malformed"] == 1)
      #expect(outcome.products.counts["records"] == 3)
      #expect(outcome.bins("h") == [3])
      #expect(outcome.error == nil)
    }
  }

  @Test func `A field that nobody uses is not looked at`() throws {
    let outcome = try Self.job("format: csv, fields: {a: u8, b: i8}", use: "a").run(rows: "1,what\n2,900\n")
    #expect(outcome.products.counts["malformed"] == 0)
    #expect(outcome.products.counts["records"] == 2)
  }

  @Test(arguments: [1, 3])
  func `The first few are shown, all are counted, with their lines`(threads: Int) throws {
    let scratch = Scratch()
    var text = "# comment\na,b\n"
    for line in 3...2000 { text += line % 100 == 0 ? "bad,\(line)\n" : line % 100 == 50 ? "\n" : "1,2\n" }
    let path = scratch.write(text, "rows.txt")
    let job = Self.job("format: csv, comment: '#', fields: {a: i32, b: i32}").reading(path)
    let outcome = try job.with { ($0.threads, $0.chunkBytes) = (threads, 700) }.run()
    #expect(outcome.products.counts["malformed"] == 20)
    #expect(
      outcome.warnings == (1...5).map { "malformed row at \(path):\($0 * 100): a is not a number: bad,\($0 * 100)" }
        + ["further malformed rows are counted and not shown"])
  }

  @Test func `Lines count from 1 in every file`() throws {
    let scratch = Scratch()
    let a = scratch.write("a,b\n1,2\nx,3\n", "a.txt"), b = scratch.write("y,1\n1,2\n", "b.txt")
    let outcome = try Self.job("format: csv, fields: {a: u8, b: u8}").reading(a, b).run()
    #expect(
      outcome.warnings == [
        "malformed row at \(a):3: a is not a number: x,3", "malformed row at \(b):1: a is not a number: y,1",
      ])
  }

  @Test(arguments: [1, 2])
  func `on_malformed stop ends the run with the place, after what came before is published`(threads: Int) throws {
    let scratch = Scratch()
    let path = scratch.write("1,2\n3,4\nbad,1\n", "rows.txt")
    let outcome = try Self.job("format: csv, on_malformed: stop, fields: {a: u8, b: u8}").reading(path)
      .with { $0.threads = threads }.run()
    #expect(outcome.error == "\(path):3: a is not a number (on_malformed: stop)")
    #expect(outcome.messages.count == 1)
    #expect(outcome.bins("h") == [2])
  }

  @Test(arguments: [
    ("format: words, bytes: 2, fields: {a: 8, b: 8}", 2, "word"),
    ("format: records, fields: {a: u16, b: u8}", 3, "record"),
  ])
  func `A last record cut short is one malformed record`(record: String, width: Int, what: String) throws {
    for cut in 1..<width {
      for window in ["all", "rows: 4"] {
        let scratch = Scratch()
        let path = scratch.write([UInt8](repeating: 1, count: 10 * width + cut), "rows.bin")
        let outcome = try Self.job(record).reading(path).with { $0.window = window }.run()
        #expect(outcome.products.counts["records"] == 10)
        #expect(outcome.products.counts["malformed"] == 1)
        let hex = Array(repeating: "01", count: cut).joined(separator: " ")
        #expect(outcome.warnings == ["malformed row at \(path):11: the \(what) has \(cut) of \(width) bytes: \(hex)"])
      }
    }
  }

  @Test func `A record that holds no number in a used field is malformed`() throws {
    let scratch = Scratch()
    var bytes: [UInt8] = []
    for value in [1.5, .nan, .infinity, -2.5] { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
    let path = scratch.write(bytes, "rows.bin")
    let outcome = try Self.job("format: records, fields: {a: f64}", use: "a").reading(path).run()
    #expect(outcome.products.counts["records"] == 2)
    #expect(outcome.products.counts["malformed"] == 2)
    #expect(outcome.warnings[0] == "malformed row at \(path):2: a is not a number of its type: 00 00 00 00 00 00 f8 7f")
  }

  @Test func `A quote that is not closed spoils its own row only`() throws {
    let job = Job(
      "pipeline: p\nrecord: {format: csv, quote: '\"', fields: {a: text, b: u8}}\nhistograms: {h: {of: b, bins: 'integers 0..9'}, n: {count: hits, per: a}}\n"
    )
    let outcome = try job.run(rows: "\"x\",1\n\"y,2\nz,3\n")
    #expect(outcome.products.counts["malformed"] == 1)
    #expect(outcome.products.counts["records"] == 2)
    #expect(outcome.warnings.first?.hasSuffix(":2: a quote is not closed: \"y,2") == true)
  }
}
