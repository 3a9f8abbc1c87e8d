import Foundation
import Testing

/// Names and texts of users that would steer a terminal.
@Suite struct TerminalTests {
  private static let name = "no\u{1B}[31mne\u{9B}2J\u{202E}"

  private func check(_ result: Program.Result, sourceLocation: SourceLocation = #_sourceLocation) {
    for text in [result.out, result.error] {
      let raw = text.unicodeScalars.filter {
        ($0.properties.generalCategory == .control && $0 != "\n") || $0 == "\u{202E}"
      }
      #expect(raw.isEmpty, "\(text)", sourceLocation: sourceLocation)
    }
    #expect((result.out + result.error).contains("no\\u{1B}[31mne\\u{9B}2J\\u{202E}"), sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ["run", "\(name).yaml"], ["run", "pairs.yaml", "--input", name], ["lint", "\(name).yaml"], ["lint", name],
    ["format", name], ["test", name], ["peek", name, "--with", "detectors/minidt"], ["tap", "pairs.yaml", name],
    ["explain", name], ["list", name],
    ["dashboard", name], ["plot", name, "a", "-o", "a.svg"], ["plot", "a.jsonl", "a", "-o", name],
    ["merge", "pairs.yaml", name],
    ["emulate", name], ["diff", name, name], [name], ["--\(name)"],
    ["run", "pairs.yaml", "--set", name],
  ])
  func `Names in messages are escaped`(arguments: [String]) throws {
    let program = Program()
    _ = program.folder.pipeline()
    check(try program(arguments: arguments))
  }

  @Test func `Names of files that are there are escaped`() throws {
    let program = Program()
    _ = program.folder.pipeline()
    program.folder.write("1,2\n2,3\n", Self.name)
    check(try program("run", "pairs.yaml", "--input", Self.name, "--results", Self.name + ".jsonl"))
    check(try program("peek", Self.name, "--with", "detectors/minidt"))
    check(try program("tap", "pairs.yaml", "decode", "--input", Self.name))
    #expect(program.folder.has(Self.name + ".jsonl"))
    program.folder.write("pipeline: [\n", Self.name + ".yaml")
    check(try program("lint", Self.name + ".yaml"))
    check(try program("format", Self.name + ".yaml"))
    check(try program("merge", "pairs.yaml", Self.name))
    check(
      try program("dashboard", Self.name, "--port", "0", signal: SIGINT) {
        program.folder.contains("Ctrl-C ends it\n")
      })
  }

  @Test func `Texts of a pipeline are escaped`() throws {
    let program = Program()
    let text = "no\\e[31mne\\u009b2J\\u202e"
    program.folder.write(
      """
      pipeline: "\(text)"
      record: {format: csv, fields: {a: u8, b: f64}}
      columns: {"\(text)": a}
      histograms: {a: {of: a, bins: 'integers 0..3', title: "\(text)"}}

      """, "texts.yaml")
    check(try program("lint", "texts.yaml"))
    check(try program("run", "texts.yaml", "--input", "-", input: "1,2\n"))
    #expect(!(try program("explain", "texts.yaml").out.contains("\u{1B}")))
  }

  @Test func `Text for programs stays as it is`() throws {
    let program = Program()
    program.folder.write("# \u{202E}text\npipeline: p\n", "p.yaml")
    let result = try program("format", "-", input: "# no\u{202E}ne\npipeline:   p\n")
    #expect(result.out.contains("no\u{202E}ne") || result.exit != 0, "\(result.error)")
  }
}
