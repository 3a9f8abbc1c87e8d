import Foundation
import Testing

/// `hitmon merge` as a user meets it.
@Suite struct MergeTests {
  private static let window = "span: 2 of a, late: 1"

  /// Results of some rows of the pipeline of pairs, in a file.
  private func results(_ program: Program, _ name: String, _ rows: String) throws {
    let file = program.folder.write(rows, "\(name).txt")
    let result = try program(
      "run", program.folder.pipeline(), "-i", file, "-r", "\(name).jsonl", "-q", "--window", Self.window)
    #expect(result.exit == 0)
  }

  @Test func `Parts of a data set, counted apart, are one`() throws {
    let program = Program()
    try results(program, "first", "0,1\n1,1\n2,1\n3,1\n")
    try results(program, "second", "1,1\n1,1\n3,1\n4,1\n")
    try results(program, "whole", "0,1\n1,1\n1,1\n1,1\n2,1\n3,1\n3,1\n4,1\n")
    let pipeline = program.folder.pipeline()
    let merged = try program("merge", pipeline, "first.jsonl", "second.jsonl")
    #expect(merged.exit == 0)
    #expect(merged.error == "")
    func counted(_ text: String) throws -> [String] {
      try messages(text).map { message in
        let kept = message.filter { ["window", "counts", "histograms"].contains($0.key) }
        return String(
          decoding: try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys), as: UTF8.self)
      }
    }
    #expect(try counted(merged.out) == counted(program.folder.read("whole.jsonl")))
    // The same from standard input, into a file.
    let both = program.folder.read("first.jsonl") + "\n" + program.folder.read("second.jsonl")
    let piped = try program("merge", pipeline, "-", "--results", "merged.jsonl", input: both)
    #expect(piped.exit == 0 && piped.out == "")
    #expect(program.folder.read("merged.jsonl") == merged.out)
  }

  @Test func `Nothing to merge is an error, and replaces no results`() throws {
    let program = Program()
    program.folder.write("mine\n", "merged.jsonl")
    for (file, input) in [("-", ""), ("-", "\n\n"), ("/dev/null", "")] {
      let merged = try program("merge", program.folder.pipeline(), file, "--results", "merged.jsonl", input: input)
      #expect(merged.exit == 2 && merged.out == "")
      #expect(merged.error.hasSuffix("error: no message came: there is nothing to merge\n"))
      #expect(program.folder.read("merged.jsonl") == "mine\n")
    }
  }

  @Test func `A message that cannot be used is told by its line, and the others go on`() throws {
    let program = Program()
    try results(program, "first", "0,1\n1,1\n2,1\n")
    let first = program.folder.read("first.jsonl").split(separator: "\n")
    program.folder.write("\(first[0])\nhello\n\(first[0])\n\n\(first[1].dropLast())\n", "damaged.jsonl")
    let result = try program("merge", program.folder.pipeline(), "damaged.jsonl")
    #expect(result.exit == 2)
    let file = "damaged.jsonl"
    let size = first[0].utf8.count
    #expect(size > 300)
    let partition = program.folder("first.txt")
    let lines = result.error.split(separator: "\n").map(String.init)
    #expect(lines[0] == "error: \(file):2: not a result message: byte 0: expected an object, found `h`")
    #expect(
      lines[1]
        == "error: \(file):3: window 0: partition \(partition) from 0 to 8 is in a message already: the same rows came twice"
    )
    #expect(lines[2].hasPrefix("error: \(file):5: window 1: not a result message: byte "))
    #expect(lines[3...] == ["3 messages are not in the results"])
    #expect(try messages(result.out).map { count("records", of: $0) } == [2])
  }

  @Test func `Files and pipelines that cannot be used`() throws {
    let program = Program()
    let missing = try program("merge", program.folder.pipeline(), "none.jsonl")
    #expect(missing.exit == 2)
    #expect(missing.error == "error: cannot open none.jsonl: no such file or directory\n")
    let pipeline = try program("merge", "none.yaml", "none.jsonl")
    #expect(pipeline.exit == 2)
    #expect(pipeline.error == "error: cannot open none.yaml: no such file or directory\n")
    let nothing = try program("merge", program.folder.pipeline())
    #expect(nothing.exit == 64)
    #expect(nothing.error.hasPrefix("Error: Missing expected argument '<file> ...'"))
  }

  @Test func `A sink can have the histograms of UHI`() throws {
    let program = Program()
    let pipeline = program.folder.pipeline("sinks: [{file: {path: uhi.jsonl, format: uhi}}]\n")
    let file = program.folder.write("0,1\n1,1\n7,1\n", "rows.txt")
    #expect(try program("run", pipeline, "-i", file, "-r", "json.jsonl", "-q").exit == 0)
    let message = try #require(try messages(program.folder.read("uhi.jsonl")).first)
    #expect(message["format"] as? String == "uhi")
    let histogram = (message["histograms"] as? [String: [String: Any]])?["a"]
    let storage = histogram?["storage"] as? [String: Any]
    #expect(storage?["type"] as? String == "int")
    #expect(storage?["values"] as? [Int] == [0, 1, 1, 0, 0, 1])
    let merged = try program("merge", pipeline, "json.jsonl", "--format", "uhi")
    #expect(merged.out == program.folder.read("uhi.jsonl"))
    let refused = try program("merge", pipeline, "uhi.jsonl")
    #expect(refused.exit == 2)
    #expect(refused.error.contains("uhi.jsonl:1: the only window: the message has its histograms in the form `uhi`"))
  }
}
