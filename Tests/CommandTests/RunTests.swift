import Foundation
import Testing

/// `hitmon run` as a user meets it: exit codes, and what stands on which stream.
@Suite struct RunTests {
  private static let rows = "1,0.5\n2,0.5\nx,1\n2,7\n"

  @Test func `Standard input, and results as pure JSON lines on standard output`() throws {
    let program = Program()
    let result = try program(
      "run", program.folder.pipeline(), "--input", "-", "--results", "-", "--window", "rows: 2", input: Self.rows)
    #expect(result.exit == 0)
    let found = try messages(result.out)
    #expect(found.map { count("records", of: $0) } == [2, 1])
    #expect(found.map { count("malformed", of: $0) } == [0, 1])
    #expect(result.out.hasSuffix("}\n"))
    #expect(result.error.contains("warning: malformed row at standard input:3: a is not a number: x,1\n"))
    #expect(result.error.contains("2 windows: 3 rows, 0 dropped, 3 hits, 0 unmapped, 1 malformed in "))
  }

  @Test func `Quiet says nothing but warnings`() throws {
    let program = Program()
    let file = program.folder.write(Self.rows, "rows.txt")
    let result = try program("run", program.folder.pipeline(), "--input", file, "--quiet")
    #expect(result.exit == 0)
    #expect(result.out == "")
    #expect(result.error == "warning: malformed row at \(file):3: a is not a number: x,1\n")
  }

  @Test func `Values and windows from the command line replace those of the pipeline`() throws {
    let program = Program()
    let pipeline = program.folder.pipeline("window: {rows: 1}\n")
    let result = try program(
      "run", pipeline, "-i", program.folder.write("1,1\n2,2\n3,3\n", "rows.txt"), "-r", "-", "-q", "--window", "all",
      "--set", "histograms.a.bins=integers 2..3", "--set", "pipeline=other", "--set", "cleansing=[{drop: b > 2.5}]")
    #expect(result.exit == 0)
    let found = try messages(result.out)
    #expect(found.count == 1)
    #expect(found[0]["pipeline"] as? String == "other")
    #expect(count("dropped", of: found[0]) == 1)
    let histogram = (found[0]["histograms"] as? [String: [String: Any]])?["a"]
    #expect(histogram?["bin_counts"] as? [Int] == [1, 0])
    #expect(histogram?["underflow"] as? Int == 1)
  }

  @Test func `Several files and a pattern`() throws {
    let program = Program()
    for name in ["a1.txt", "a2.txt", "b.txt"] { program.folder.write("1,1\n2,2\n", name) }
    let pipeline = program.folder.pipeline()
    let named = try program("run", pipeline, "--input", "a1.txt", "b.txt", "--results", "-", "-q")
    #expect(try messages(named.out).map { count("records", of: $0) } == [4])
    let pattern = try program("run", pipeline, "--input", "a*.txt", "--input", "b.txt", "--results", "-", "-q")
    #expect(try messages(pattern.out).map { count("records", of: $0) } == [6])
  }

  @Test func `The declared sinks get what --results gets`() throws {
    let program = Program()
    let pipeline = program.folder.pipeline("sinks: [{file: {path: declared.jsonl}}]\n")
    let file = program.folder.write(Self.rows, "rows.txt")
    let result = try program("run", pipeline, "-i", file, "-r", "more.jsonl", "-q")
    #expect(result.exit == 0)
    #expect(program.folder.read("declared.jsonl") == program.folder.read("more.jsonl"))
    #expect(try messages(program.folder.read("more.jsonl")).count == 1)
  }

  @Test func `A file that is not there: exit 2 with the system's words`() throws {
    let program = Program()
    let missing = try program("run", program.folder.pipeline(), "--input", "none.txt")
    #expect(missing.exit == 2)
    #expect(missing.error.hasSuffix("error: cannot open none.txt: no such file or directory\n"))
    let pipeline = try program("run", "none.yaml")
    #expect(pipeline.exit == 2)
    #expect(pipeline.error == "error: cannot open none.yaml: no such file or directory\n")
  }

  @Test func `A pipeline with errors: exit 1 with every finding`() throws {
    let program = Program()
    let path = program.folder.write(
      "pipeline: p\nrecord: {format: csv, fields: {a: u8}}\nhistogram: {}\n", "wrong.yaml")
    let result = try program("run", path)
    #expect(result.exit == 1)
    #expect(result.out == "")
    #expect(result.error.contains("\(path):3:1: error[unknown-key]"))
  }

  @Test func `A pipeline that reads nothing says what to do`() throws {
    let program = Program()
    let result = try program("run", program.folder.pipeline())
    #expect(result.exit == 2)
    #expect(result.error.hasSuffix("error: the pipeline has no sources: give `--input FILE`, or declare `sources:`\n"))
  }

  @Test func `Results that cannot be written end the run`() throws {
    let program = Program()
    let file = program.folder.write("1,1\n2,2\n", "rows.txt")
    let closed = try program("run", program.folder.pipeline(), "-i", file, "-r", "none/results.jsonl")
    #expect(closed.exit == 2)
    #expect(closed.error.hasSuffix("error: cannot write none/results.jsonl: no such file or directory\n"))
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let full = try program("run", program.folder.pipeline(), "-i", file, "-r", "/dev/full", "-q")
    #expect(full.exit == 2)
    #expect(full.error == "error: cannot write /dev/full: no space left on device\n")
  }

  @Test func `A damaged file: what came before the damage counts, exit 2`() throws {
    let program = Program()
    let text = (0..<20_000).map { "\($0 % 4),\($0)\n" }.joined()
    program.folder.write(text, "rows.txt")
    let packed = Process()
    packed.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    packed.arguments = ["gzip", program.folder("rows.txt")]
    try packed.run()
    packed.waitUntilExit()
    let bytes = FileManager.default.contents(atPath: program.folder("rows.txt.gz"))!
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: program.folder("cut.gz")))
    let result = try program("run", program.folder.pipeline(), "-i", "cut.gz", "-r", "-", "-q")
    #expect(result.exit == 2)
    #expect(result.error.contains("cut.gz"))
    let found = try messages(result.out)
    #expect(found.count == 1)
    #expect(count("records", of: found[0])! > 5_000)
  }
}
