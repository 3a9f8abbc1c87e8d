import Foundation
import Testing

/// `new`, `peek`, `tap`, `graph`, `diff` and `fmt` as a user starts them.
@Suite struct AuthoringTests {
  private static let data = "# run 5\n# n t[ns]\n1 2.5\n\n7 -3\n2 0.125\nx 1\n2\n3 4 5\n5 0.5\n6 0.25\n"

  private func program() -> Program {
    let program = Program()
    program.folder.write(Self.data, "data.txt")
    return program
  }

  // MARK: new

  @Test func `A detector of a file: written, linted, run`() throws {
    let program = program()
    let result = try program("new", "detector", "pair", "--from", "data.txt")
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.error == "")
    #expect(
      result.out == """
        data.txt: text, 8 rows of 2 fields separated by blanks; 2 comment lines (#), 1 blank line, 3 rows that do not fit
        wrote plugins/detectors/pair.yaml
        wrote pair.yaml
        check:
          rows that do not fit count as malformed: `hitmon peek` shows which, and why
        next: hitmon peek data.txt --with plugins/detectors/pair.yaml
              hitmon run pair.yaml

        """)
    #expect(try program("lint", "pair.yaml").exit == 0)
    #expect(try program("test", "plugins/detectors/pair.yaml").exit == 0)
    #expect(try program("run", "pair.yaml", "--quiet").exit == 0)
    let message = try #require(try messages(program.folder.read("pair-results.jsonl")).first)
    #expect(count("records", of: message) == 5)
    #expect(count("malformed", of: message) == 3)
    #expect(try program("fmt", "--check", ".").exit == 0)
  }

  @Test(arguments: ["gzip", "zstd"])
  func `A packed file is the same`(tool: String) throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/\(tool)") else { return }
    let program = program()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(tool)")
    process.arguments = ["-q", program.folder("data.txt")]
    try process.run()
    process.waitUntilExit()
    let packed = tool == "gzip" ? "data.txt.gz" : "data.txt.zst"
    let result = try program("new", "detector", "pair", "--from", packed)
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.out.hasPrefix("\(packed): text, 8 rows of 2 fields separated by blanks"))
  }

  @Test func `Nothing is overwritten without --force`() throws {
    let program = program()
    program.folder.write("mine\n", "pair.yaml")
    let refused = try program("new", "detector", "pair", "--from", "data.txt")
    #expect(refused.exit == 2)
    #expect(refused.error == "error: pair.yaml is there already; --force overwrites it\n")
    #expect(program.folder.read("pair.yaml") == "mine\n")
    #expect(!program.folder.has("plugins/detectors/pair.yaml"))
    #expect(try program("new", "detector", "pair", "--from", "data.txt", "--force").exit == 0)
    #expect(program.folder.read("pair.yaml").contains("pipeline: pair\n"))
  }

  @Test func `What cannot be drafted`() throws {
    let program = program()
    program.folder.write("", "empty.txt")
    for (arguments, exit, words): ([String], Int32, String) in [
      (["pair", "--from", "none.txt"], 2, "error: cannot open none.txt: no such file or directory\n"),
      (["pair", "--from", "empty.txt"], 2, "error: empty.txt is empty\n"),
      (["a/b", "--from", "data.txt"], 64, "Error: a name has letters, digits, - and _, not a/b\n"),
      (["pair", "--from", "data.txt", "--names", "a,a"], 64, "Error: --names has a twice\n"),
      (
        ["pair", "--from", "data.txt", "--names", "a"], 2,
        "error: --names has 1 names, and data.txt seems to have 2 fields\n"
      ),
    ] {
      let result = try program(arguments: ["new", "detector"] + arguments)
      #expect(result.exit == exit, "\(arguments)")
      #expect(result.error.hasPrefix(words), "\(result.error)")
    }
  }

  @Test func `A plot and a plugin pass their own tests`() throws {
    let program = Program()
    #expect(try program("new", "plot", "charge-by-board").exit == 0)
    #expect(try program("new", "plugin", "calibration/own/times").exit == 0)
    let result = try program("test", "plugins")
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.out.hasSuffix("2 tests passed\n"))
    #expect(try program("fmt", "--check", "plugins").exit == 0)
    #expect(try program("new", "plot", "charge-by-board").exit == 2)
  }

  // MARK: peek

  @Test func `Rows, ranges, and why rows are malformed`() throws {
    let program = program()
    program.folder.write(
      """
      plugin: own/pair
      record: {format: csv, separator: blanks, comment: "#", header: "no", fields: {n: u8, t: f32 ns}}

      """, "pair.yaml")
    let result = try program("peek", "data.txt", "--with", "pair.yaml", "-n", "2")
    #expect(result.exit == 0, "\(result.error)")
    #expect(
      result.out == """
        line  n  t [ns]
           3  1     2.5
           5  7      -3

        5 rows, 3 malformed
          field  type    least  greatest
          n      u8      1      7
          t      f32 ns  -3     2.5

        malformed
          data.txt:7: n is not a number
            x 1
          data.txt:8: has 1 of 2 fields
            2
          and 1 more (-n shows them)

        """)
    let json = try program("peek", "data.txt", "--with", "pair.yaml", "--format", "json")
    let object = try #require(try messages(json.out).first)
    #expect(object["rows"] as? Int == 5)
    #expect(
      (object["bad"] as? [[String: String]])?.last == [
        "place": "data.txt:9", "reason": "has more than 2 fields", "row": "3 4 5",
      ])
    #expect(((object["head"] as? [[String: Any]])?.last?["values"] as? [String: Double]) == ["n": 6, "t": 0.25])
  }

  @Test func `Every malformed row is told, however many there are`() throws {
    let program = Program()
    program.folder.write(String(repeating: "1,2\nx,2\nx,3\n", count: 500), "bad.txt")
    let result = try program("peek", "bad.txt", "--with", program.folder.pipeline(), "-n", "2000", "--format", "json")
    let object = try #require(try messages(result.out).first)
    let places = (object["bad"] as? [[String: String]])?.compactMap { $0["place"] }
    #expect(places == (0..<1500).filter { $0 % 3 > 0 }.map { "bad.txt:\($0 + 1)" })
    #expect((object["head"] as? [[String: Any]])?.last?["place"] as? String == "bad.txt:1498")
  }

  @Test func `What cannot be peeked at`() throws {
    let program = program()
    let pipeline = program.folder.pipeline()
    program.folder.write("x\n", "words.txt")
    for (arguments, exit, words): ([String], Int32, String) in [
      (["none.txt", "--with", pipeline], 2, "error: cannot open none.txt"),
      (
        ["data.txt", "--with", "detectors/minidtt"], 2,
        "error: there is no pipeline or plugin detectors/minidtt; did you mean detectors/minidt?\n"
      ),
      (["data.txt", "--with", "plots/occupancy"], 1, "the pipeline round plots/occupancy:1:11: error[missing-key]"),
      (["words.txt", "--with", pipeline], 1, ""),
    ] {
      let result = try program(arguments: ["peek"] + arguments)
      #expect(result.exit == exit, "\(arguments): \(result.error)")
      #expect(result.error.hasPrefix(words), "\(result.error)")
    }
  }

  // MARK: tap

  private static let telescope = """
    pipeline: own
    uses: [detectors/minidt]
    histograms: {hits: {count: hits}}

    """
  private static let hits =
    "HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n2,0,5,100,10,3\n2,0,5,101,7,12\n0,0,0,101,0,0\nrubbish\n2,1,128,101,5,0\n"

  @Test(arguments: [
    ("source", "line,row\n2,\"2,0,5,100,10,3\"\n3,\"2,0,5,101,7,12\"\n4,\"0,0,0,101,0,0\"\n6,\"2,1,128,101,5,0\"\n"),
    (
      "decode",
      "line,HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n2,2,0,5,100,10,3\n3,2,0,5,101,7,12\n4,0,0,0,101,0,0\n6,2,1,128,101,5,0\n"
    ),
    (
      "cleansing",
      "line,HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n2,2,0,5,100,10,3\n3,2,0,5,101,7,12\n6,2,1,128,101,5,0\n"
    ),
    (
      "chambers",
      "line,HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS,chamber,wire\n2,2,0,5,100,10,3,0,5\n3,2,0,5,101,7,12,0,5\n6,2,1,128,101,5,0,,\n"
    ),
    (
      "columns",
      "line,HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS,chamber,wire,scintillator_offset,time\n2,2,0,5,100,10,3,0,5,93.9,252.5\n3,2,0,5,101,7,12,0,5,93.9,185\n6,2,1,128,101,5,0,,,,125\n"
    ),
    (
      "orbit",
      "line,HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS,chamber,wire,scintillator_offset,time,orbit.t0,orbit.active,drift\n2,2,0,5,100,10,3,0,5,93.9,252.5,,1,\n3,2,0,5,101,7,12,0,5,93.9,185,125,1,153.9\n6,2,1,128,101,5,0,,,,125,125,,\n"
    ),
  ])
  func `Rows at every stage`(stage: String, expected: String) throws {
    let program = Program()
    program.folder.write(Self.telescope, "own.yaml")
    program.folder.write(Self.hits, "hits.txt")
    let result = try program("tap", "own.yaml", stage, "--input", "hits.txt", "--format", "csv")
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.out == expected)
  }

  @Test func `Rows behind what a run counts at a time are those of the input, too`() throws {
    let program = Program()
    let rows = (0..<90_000).map { "\($0),\($0 % 7)\n" }
    program.folder.write(rows.joined(), "rows.txt")
    program.folder.write(
      "pipeline: p\nrecord: {format: csv, header: 'no', fields: {n: u32, k: u8}}\nhistograms: {rows: {count: hits}}\n",
      "p.yaml")
    let all = try program(
      "tap", "p.yaml", "decode", "--input", "rows.txt", "-n", "90000", "--rows", "90000", "--format", "csv")
    #expect(all.exit == 0, "\(all.error)")
    #expect(all.out == "line,n,k\n" + rows.enumerated().map { "\($0.offset + 1),\($0.element)" }.joined())
    let some = try program("tap", "p.yaml", "decode", "--input", "rows.txt", "--where", "n >= 89998", "--format", "csv")
    #expect(some.out == "line,n,k\n89999,89998,\(89_998 % 7)\n90000,89999,\(89_999 % 7)\n")
  }

  @Test func `Conditions, JSON, and the number of rows`() throws {
    let program = Program()
    program.folder.write(Self.telescope, "own.yaml")
    program.folder.write(Self.hits, "hits.txt")
    let found = try program(
      "tap", "own.yaml", "groups", "--input", "hits.txt", "--where", "drift > 100 ns", "--format", "json")
    #expect(found.exit == 0, "\(found.error)")
    let rows = try messages(found.out)
    #expect(rows.count == 1)
    #expect(rows.first?["line"] as? Int == 3)
    #expect(rows.first?["drift"] as? Double == 153.9)
    #expect(found.error == "1 row of hits.txt\n")
    let few = try program("tap", "own.yaml", "decode", "--input", "hits.txt", "-n", "1")
    #expect(
      few.out == """
        line  HEAD  FPGA  TDC_CHANNEL  ORBIT_CNT  BX_COUNTER  TDC_MEAS
           2     2     0            5        100          10         3

        """)
    #expect(few.error == "1 of 4 rows of hits.txt\n")
  }

  @Test func `Rows round a line that is too long to be one`() throws {
    let program = Program()
    program.folder.write(
      """
      pipeline: p
      record: {format: csv, comment: '#', fields: {a: u8, b: u8}}
      columns: {sum: a + b}
      histograms: {rows: {count: hits}}

      """, "p.yaml")
    let long = String(repeating: "7,", count: 700_000)
    for first in ["", "#\(long)\n"] {
      program.folder.write("\(first)b,a\n1,2\n\(long)\n3,4\n#\(long)\n5,6\n\(long)", "rows.txt")
      let lines = first.isEmpty ? [2, 4, 6] : [3, 5, 7]
      let decoded = try program("tap", "p.yaml", "decode", "--input", "rows.txt", "--format", "csv")
      #expect(decoded.exit == 0, "\(decoded.error)")
      #expect(decoded.out == "line,a,b\n\(lines[0]),2,1\n\(lines[1]),4,3\n\(lines[2]),6,5\n")
      let computed = try program(
        "tap", "p.yaml", "columns", "--input", "rows.txt", "--format", "csv", "--where", "sum > 3")
      #expect(computed.out == "line,a,b,sum\n\(lines[1]),4,3,7\n\(lines[2]),6,5,11\n")
    }
  }

  /// Times of nanoseconds since 1970 have more digits than a float.
  @Test func `Whole numbers keep all their digits, conditions and dates their form`() throws {
    let program = Program()
    program.folder.write(
      """
      pipeline: p
      record: {format: csv, fields: {d: date, t: time, s: text}}
      columns: {moment: d + t, late: t > 12 h, before: -moment}
      histograms: {rows: {count: hits}}

      """, "p.yaml")
    program.folder.write("2023-11-14,22:13:20.000000007,x\n1969-12-31,00:00,\"\n", "x.txt")
    let result = try program("tap", "p.yaml", "columns", "--input", "x.txt", "--format", "json")
    #expect(
      result.out == """
        {"line":1,"d":"2023-11-14","t":"22:13:20.000000007","s":"x","moment":1700000000000000007,"late":true,"before":-1700000000000000007}
        {"line":2,"d":"1969-12-31","t":"00:00:00","s":"\\"","moment":-86400000000000,"late":false,"before":86400000000000}

        """)
  }

  @Test func `The simulated telescope stands for a topic of its rows`() throws {
    let program = Program()
    let path = "\(Program.packageRoot)/pipelines/dt-chambers.yaml"
    let result = try program("tap", path, "cleansing", "-n", "3", "--format", "csv")
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.out.split(separator: "\n").count == 4)
    #expect(result.error.hasSuffix("of the beginning of the simulated telescope\n"))
  }

  @Test func `What cannot be tapped`() throws {
    let program = Program()
    program.folder.write(Self.telescope, "own.yaml")
    program.folder.write(Self.hits, "hits.txt")
    program.folder.write(
      "pipeline: p\nrecord: {format: csv, fields: {a: u8}}\nsources: {t: {kafka: {brokers: \"localhost:1\", topic: t}}}\nhistograms: {a: {of: a, bins: integers 0..3}}\n",
      "topic.yaml")
    for (arguments, exit, words): ([String], Int32, String) in [
      (
        ["own.yaml", "chamber", "--input", "hits.txt"], 2,
        "error: the pipeline has no stage chamber; did you mean chambers?\n"
      ),
      (["own.yaml", "decode"], 2, "error: the pipeline has no sources: give files with --input\n"),
      (["own.yaml", "decode", "--input", "none.txt"], 2, "error: cannot open none.txt"),
      (
        ["own.yaml", "groups", "--input", "hits.txt", "--where", "drift > 5"], 1,
        "--where:1:1: error[unit-mismatch]: cannot compare drift [ns] with 5"
      ),
      (
        ["own.yaml", "groups", "--input", "hits.txt", "--where", "drift >"], 1, "--where:1:8: error[expression-syntax]"
      ),
      (["topic.yaml", "decode"], 2, "error: a source `kafka` is not read for a look: give files with --input\n"),
      (["own.yaml", "decode", "-n", "0"], 64, "Error: -n takes 1 or more, not 0\n"),
    ] {
      let result = try program(arguments: ["tap"] + arguments)
      #expect(result.exit == exit, "\(arguments)")
      #expect(result.error.hasPrefix(words), "\(result.error)")
    }
  }

  // MARK: graph, diff, fmt

  @Test func `A graph in every form, to a file too`() throws {
    let program = Program()
    let pipeline = program.folder.pipeline()
    let mermaid = try program("graph", pipeline)
    #expect(mermaid.exit == 0)
    #expect(
      mermaid.out.hasPrefix(
        """
        flowchart LR
          n0(["<b>input</b><br/>files given with --input"]):::source
          n1["<b>decode csv</b><br/>a: integer 0..255<br/>1 more, not converted"]:::stage
          n2["<b>a</b><br/>4 bins, one for each value<br/>for every hit"]:::histogram
          n3["<b>window</b><br/>the whole input"]:::stage
          n0 --> n1
          n1 --> n2
          n2 --> n3
        """) || mermaid.out.hasPrefix("flowchart LR\n  n0"), "\(mermaid.out)")
    #expect(try program("graph", pipeline, "--format", "dot").out.hasPrefix("digraph \"pairs\" {\n"))
    #expect(try program("graph", pipeline, "--format", "svg", "-o", "g.svg").exit == 0)
    #expect(program.folder.read("g.svg").hasPrefix("<svg xmlns="))
    #expect(try program("graph", pipeline, "--format", "png").exit == 64)
    #expect(try program("graph", pipeline, "-o", "pairs.yaml/x").exit == 2)
  }

  @Test func `Equal, different and broken chains have three exit codes`() throws {
    let program = Program()
    let pipeline = program.folder.pipeline()
    program.folder.write(
      program.folder.read("pairs.yaml").replacing("integers 0..3", with: "integers 0..4"), "other.yaml")
    program.folder.write("pipeline: p\n", "broken.yaml")
    let same = try program("diff", pipeline, pipeline)
    #expect((same.exit, same.out, same.error) == (0, "", ""))
    let differs = try program("diff", pipeline, "other.yaml")
    #expect(differs.exit == 1)
    #expect(differs.out == "histograms\n  ~ a\n      bins: \"integers 0..3\" -> \"integers 0..4\"\n")
    #expect(try program("diff", pipeline, "broken.yaml").exit == 2)
    #expect(try program("diff", pipeline, "none.yaml").exit == 2)
  }

  @Test func `Files are laid out, or checked`() throws {
    let program = Program()
    program.folder.write("a:   1\n", "x.yaml")
    program.folder.write("a: 1\n", "y.yaml")
    let check = try program("fmt", "--check", "x.yaml", "y.yaml")
    #expect((check.exit, check.out) == (1, "x.yaml has another form\n"))
    #expect(program.folder.read("x.yaml") == "a:   1\n")
    let done = try program("fmt", program.folder.path)
    #expect((done.exit, done.out) == (0, "\(program.folder.path)/x.yaml: changed\n"))
    #expect(program.folder.read("x.yaml") == "a: 1\n")
    let piped = try program("fmt", "-", input: "b:  {a:   1}\n")
    #expect((piped.exit, piped.out) == (0, "b: {a: 1}\n"))
    program.folder.write("a: [1\n", "z.yaml")
    let broken = try program("fmt", "z.yaml")
    #expect(broken.exit == 1)
    #expect(broken.error.contains("z.yaml:"), "\(broken.error)")
    #expect(program.folder.read("z.yaml") == "a: [1\n")
    #expect(try program("fmt", "none.yaml").exit == 2)
  }
}
