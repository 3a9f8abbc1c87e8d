import Foundation
import Testing

/// Files that commands write: nothing that a user has is lost by a command that cannot do its work.
@Suite struct OutputTests {
  private static let night = "{\"old\": \"results of last night\"}\n"
  private static let rows = "1,0.5\n2,0.5\n"

  private let program = Program()
  private let pipeline: String

  init() {
    pipeline = program.folder.pipeline()
    program.folder.write(Self.rows, "in.txt")
    program.folder.write(Self.night, "results.jsonl")
  }

  /// All names but those that stand for the program's own streams, hidden ones too.
  private func names() throws -> Set<String> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: program.folder.path).filter {
        !$0.hasSuffix(".in") && !$0.hasSuffix(".out") && !$0.hasSuffix(".err")
      })
  }

  private func link(_ name: String, _ target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: program.folder(name), withDestinationPath: target)
  }

  @Test func `A start that fails leaves results as they were, and no new file`() throws {
    let before = try names()
    let taken = try Port()
    let starts: [([String], String)] = [
      (["-i", "none.txt"], "cannot open none.txt: no such file or directory"),
      (["-i", "in.txt", "-r", "none/more.jsonl"], "cannot write none/more.jsonl: no such file or directory"),
      (["-i", "in.txt", "-r", "."], "cannot write .: is a directory"),
      (["-i", "in.txt", "--port", "\(taken.number)"], "port \(taken.number) of 127.0.0.1 is taken"),
      ([], "the pipeline has no sources"),
      (["--set", "sources={run: {file: {path: none.txt}}}"], "cannot open none.txt: no such file or directory"),
    ]
    for (arguments, words) in starts {
      let result = try program(
        arguments: ["run", pipeline] + arguments + ["-r", "results.jsonl", "-r", "new.jsonl"])
      #expect(result.exit == 2)
      #expect(result.error.contains("error: \(words)"), "\(result.error)")
      #expect(program.folder.read("results.jsonl") == Self.night)
      #expect(try names() == before)
    }
  }

  @Test func `An input that breaks before its first row leaves results as they were`() throws {
    // The first bytes are those of gzip, and nothing follows.
    try Data([0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 3, 0x12]).write(
      to: URL(fileURLWithPath: program.folder("damaged.gz")))
    let result = try program("run", pipeline, "-i", "damaged.gz", "-r", "results.jsonl", "-q")
    #expect(result.exit == 2)
    #expect(program.folder.read("results.jsonl") == Self.night)
    #expect(result.error.contains("warning: no window was published: results.jsonl is as it was before the run\n"))
  }

  @Test func `The first window takes the place of what was there`() throws {
    let result = try program("run", pipeline, "-i", "in.txt", "-r", "results.jsonl", "-q", "--window", "rows: 1")
    #expect(result.exit == 0 && result.error == "")
    #expect(try messages(program.folder.read("results.jsonl")).count == 2)
    #expect(try names() == ["in.txt", "pairs.yaml", "results.jsonl"])
  }

  @Test func `A run without a window leaves results as they were, and says so`() throws {
    program.folder.write("# nothing\n", "empty.txt")
    let result = try program(
      "run", pipeline, "-i", "empty.txt", "-r", "results.jsonl", "-r", "new.jsonl", "-q", "--window", "span: 5 of a",
      "--set", "record.comment='#'")
    #expect(result.exit == 0)
    #expect(
      result.error
        == "warning: no window was published: results.jsonl is as it was before the run\n"
        + "warning: the input has no row: it is empty, or holds nothing but a header, comments and blank lines\n")
    #expect(program.folder.read("results.jsonl") == Self.night)
    #expect(program.folder.has("new.jsonl") && program.folder.read("new.jsonl") == "")
  }

  @Test func `No command writes over what it reads`() throws {
    program.folder.write("uses: [plots/own]\n" + program.folder.read("pairs.yaml"), "using.yaml")
    try FileManager.default.createDirectory(
      atPath: program.folder("plugins/plots"), withIntermediateDirectories: true)
    program.folder.write("plugin: plots/own\nhistograms: {b: {of: b, bins: 2 from 0 to 2}}\n", "plugins/plots/own.yaml")
    #expect(try program("run", pipeline, "-i", "in.txt", "-r", "a.jsonl", "-q").exit == 0)
    #expect(try program("kernel", pipeline, "-i", "in.txt", "--window", "all", "-o", "part").exit == 0)
    for name in ["in.txt", "pairs.yaml", "using.yaml", "plugins/plots/own.yaml", "a.jsonl", "part"] {
      try link(name.replacing("/", with: "-") + ".soft", name)
      try FileManager.default.linkItem(
        atPath: program.folder(name), toPath: program.folder(name.replacing("/", with: "-") + ".hard"))
    }
    func links(_ name: String) -> [String] {
      [name, "./\(name)"] + ["soft", "hard"].map { "\(name.replacing("/", with: "-")).\($0)" }
    }
    let run = ["run", "using.yaml", "-i", "in.txt", "-q", "-r"]
    let commands: [(words: [String], targets: [String])] = [
      (run, ["in.txt", "using.yaml", "plugins/plots/own.yaml"]),
      (["run", "using.yaml", "-q", "--set", "sources={run: {file: {path: [in.txt]}}}", "-r"], ["in.txt"]),
      (["merge", "pairs.yaml", "a.jsonl", "-r"], ["a.jsonl", "pairs.yaml"]),
      (["merge", "pairs.yaml", "--window", "all", "part", "-r"], ["part", "pairs.yaml"]),
      (["merge", "pairs.yaml", "--window", "all", "part", "--before", "1", "-r", "b.jsonl", "--rest"], ["pairs.yaml"]),
      (["kernel", "pairs.yaml", "--window", "all", "-i", "in.txt", "-o"], ["in.txt", "pairs.yaml"]),
      (["graph", "using.yaml", "-o"], ["using.yaml", "plugins/plots/own.yaml"]),
      (["test", "pairs.yaml", "--junit"], ["pairs.yaml"]),
    ]
    for (words, targets) in commands {
      for target in targets {
        let before = program.folder.read(target)
        for path in links(target) {
          let result = try program(arguments: words + [path], environment: ["HITMON_PLUGINS": ""])
          #expect(result.exit == 2, "\(words) \(path)")
          #expect(result.error.contains("error: cannot write \(path): "), "\(result.error)")
          #expect(program.folder.read(target) == before)
        }
      }
    }
  }

  @Test func `Standard output that is an input is refused`() throws {
    // As `>> in.txt` has it.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "'\(Program.path)' run '\(pipeline)' -i in.txt -r - >> in.txt 2> said"]
    process.currentDirectoryURL = URL(fileURLWithPath: program.folder.path)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
    #expect(
      program.folder.read("said").contains(
        "error: cannot write standard output: it is the same file as the input in.txt; give another file\n"))
    #expect(program.folder.read("in.txt") == Self.rows)
  }

  @Test func `Standard output that is full is an error`() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    for command in ["schema", "list", "explain '\(pipeline)'", "run '\(pipeline)' -i in.txt -r -"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "'\(Program.path)' \(command) > /dev/full 2> said"]
      process.currentDirectoryURL = URL(fileURLWithPath: program.folder.path)
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 2, "\(command)")
      #expect(program.folder.read("said").hasSuffix("error: cannot write standard output: no space left on device\n"))
    }
  }

  @Test func `Results in a folder that is read are refused at the first run`() throws {
    try FileManager.default.createDirectory(atPath: program.folder("data"), withIntermediateDirectories: true)
    program.folder.write(Self.rows, "data/rows.txt")
    for _ in 1...2 {
      let result = try program(
        "run", pipeline, "--set", "sources={run: {file: {path: data}}}", "-r", "data/results.jsonl")
      #expect(result.exit == 2)
      #expect(
        result.error
          == "error: cannot read data/results.jsonl: results go there; give them another place, or name the inputs\n")
      #expect(!program.folder.has("data/results.jsonl"))
    }
  }

  @Test func `A file takes the results of one run and of one sink`() throws {
    try link("link.jsonl", "results.jsonl")
    let sink = ["--set", "sinks=[{file: {path: results.jsonl}}]"]
    for path in ["results.jsonl", "./results.jsonl", "link.jsonl"] {
      let result = try program(arguments: ["run", pipeline, "-i", "in.txt", "-r", path] + sink)
      #expect(result.exit == 2)
      #expect(result.error.contains("which is written already") || result.error.contains("it is written already"))
      #expect(program.folder.read("results.jsonl") == Self.night)
    }
    // Two sinks of the pipeline are a finding, with its place.
    let both = program.folder.write(
      program.folder.read("pairs.yaml") + "sinks:\n  - file: {path: both.jsonl}\n  - file: {path: ./both.jsonl}\n",
      "both.yaml")
    let refused = try program("run", both, "-i", "in.txt")
    #expect(refused.exit == 1 && refused.error.contains("\(both):6:18: error[file-clash]"))
    #expect(!program.folder.has("both.jsonl"))
    // The first run waits for rows; the second meets its lock.
    for target in ["results.jsonl", "fresh.jsonl"] {
      let first = Process()
      first.executableURL = URL(fileURLWithPath: Program.path)
      first.arguments = ["run", pipeline, "-i", "-", "-r", target, "--window", "rows: 1"]
      first.currentDirectoryURL = URL(fileURLWithPath: program.folder.path)
      let (input, said) = (Pipe(), Pipe())
      (first.standardInput, first.standardError) = (input, said)
      try first.run()
      // It says what it does once everything is open.
      var begun = Data()
      while !begun.contains(UInt8(ascii: "\n")) { begun += said.fileHandleForReading.availableData }
      let second = try program("run", pipeline, "-i", "in.txt", "-r", target)
      #expect(second.exit == 2)
      #expect(second.error == "error: cannot write \(target): another program writes to it now\n")
      input.fileHandleForWriting.write(Data("1,1\n2,2\n3,3\n".utf8))
      try input.fileHandleForWriting.close()
      first.waitUntilExit()
      #expect(first.terminationStatus == 0)
      #expect(try messages(program.folder.read(target)).count == 3)
    }
  }

  @Test func `Appending keeps what is whole, and what is not beside it`() throws {
    let arguments = ["run", pipeline, "-i", "in.txt", "-q", "--set", "sinks=[{file: {path: log.jsonl, append: true}}]"]
    #expect(try program(arguments: arguments).exit == 0)
    let one = program.folder.read("log.jsonl")
    program.folder.write(one + String(one.dropLast()), "log.jsonl")
    let whole = try program(arguments: arguments)
    #expect(whole.exit == 0 && whole.error == "")
    #expect(try messages(program.folder.read("log.jsonl")).count == 3)
    let half = String(one.prefix(400))
    program.folder.write(one + half, "log.jsonl")
    let cut = try program(arguments: arguments)
    #expect(cut.exit == 0)
    #expect(
      cut.error
        == "warning: log.jsonl ended in a message that a run did not finish: its 400 bytes were cut off and are in log.jsonl.cut\n"
    )
    #expect(program.folder.read("log.jsonl.cut") == half)
    #expect(try messages(program.folder.read("log.jsonl")).count == 2)
    program.folder.write("notes of the shift\n", "log.jsonl")
    let refused = try program(arguments: arguments)
    #expect(refused.exit == 2 && program.folder.read("log.jsonl") == "notes of the shift\n")
    #expect(refused.error.hasPrefix("error: cannot append to log.jsonl: its last line is not a result message; "))
  }

  @Test func `No row that can be decoded: exit 3 and what to look at`() throws {
    program.folder.write("1;0.5\n2;0.5\n", "in.txt")
    for (window, count) in [("all", 1), ("span: 5 of a", 0)] {
      let results = "\(count).jsonl"
      let result = try program("run", pipeline, "-i", "in.txt", "-r", results, "-q", "--window", window)
      #expect(result.exit == 3)
      #expect(
        result.error.hasSuffix(
          "error: could not decode any of the 2 rows; the first is in.txt:1: has 1 of 2 fields: 1;0.5. Compare it with `record`: the separator, the fields in their order with their types, the header\n"
        ), "\(result.error)")
      #expect(try messages(program.folder.read(results)).count == count)
    }
    // A part of an input may have no other rows.
    let part = try program("kernel", pipeline, "-i", "in.txt", "--window", "all", "-o", "part")
    #expect(part.exit == 0)
    #expect(part.error.contains("warning: could not decode any of the 2 rows. Compare it with `record`: "))
    let merged = try program("merge", pipeline, "--window", "all", "part")
    #expect(merged.exit == 3)
    #expect(merged.error.contains("error: could not decode any of the 2 rows. Compare it with `record`: "))
    // One row is enough.
    program.folder.write("1;0.5\n2;0.5\n3,1\n", "in.txt")
    #expect(try program("run", pipeline, "-i", "in.txt", "-q").exit == 0)
  }

  @Test func `Rows of no window are said`() throws {
    // Malformed rows have no clock: they stand in the next window of a span, and here there is none. The second file is
    // read when all windows of the first are published.
    program.folder.write((0..<200).map { "\($0),1\n" }.joined(), "in.txt")
    program.folder.write("x,3\n", "more.txt")
    let result = try program(
      "run", pipeline, "-i", "in.txt", "more.txt", "-r", "new.jsonl", "--window", "span: 1 of b", "--set",
      "record.fields={a: u8, b: u64}")
    #expect(result.exit == 0)
    let inMessages = try messages(program.folder.read("new.jsonl")).compactMap { count("malformed", of: $0) }.reduce(
      0, +)
    let inWords = result.error.contains("warning: in no window, and so in no message: 1 malformed\n") ? 1 : 0
    #expect(inMessages + inWords == 1)
  }

  @Test func `Pictures, reports and drafts replace whole files, and harm no others`() throws {
    #expect(try program("run", pipeline, "-i", "in.txt", "-r", "a.jsonl", "-q").exit == 0)
    program.folder.write("mine\n", "a.png.svg")
    program.folder.write("mine\n", "target")
    for name in [".a.svg.draft", ".graph.svg.draft", ".report.xml.draft"] { try link(name, "target") }
    for name in ["a.svg", "graph.svg", "report.xml"] { program.folder.write("old\n", name) }
    let commands = [
      ["plot", "a.jsonl", "a", "-o", "a.svg"], ["graph", "pairs.yaml", "--format", "svg", "-o", "graph.svg"],
      ["test", "pairs.yaml", "--junit", "report.xml"],
    ]
    for words in commands {
      let result = try program(arguments: words)
      #expect(result.exit == 2 && result.error.contains("draft is in the way; remove it"), "\(words) \(result.error)")
      #expect(program.folder.read(words.last!) == "old\n" && program.folder.read("target") == "mine\n")
    }
    for name in [".a.svg.draft", ".graph.svg.draft", ".report.xml.draft"] {
      try FileManager.default.removeItem(atPath: program.folder(name))
    }
    for words in commands {
      #expect(try program(arguments: words).exit == 0)
      #expect(program.folder.read(words.last!).hasPrefix("<"))
    }
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/rsvg-convert") else { return }
    #expect(try program("plot", "a.jsonl", "a", "-o", "a.png").exit == 0)
    let picture = FileManager.default.contents(atPath: program.folder("a.png")) ?? Data()
    #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && program.folder.read("a.png.svg") == "mine\n")
  }

  @Test func `Results are not written over a declared source for which --input stands in`() throws {
    program.folder.write("1,2\n3,4\n", "night.txt")
    program.folder.write("5,6\n", "other.txt")
    program.folder.write(
      """
      pipeline: pairs
      record: {format: csv, fields: {a: i32, b: i32}}
      sources: {night: {file: {path: night.txt}}}
      histograms: {a: {of: a, bins: 4 from 0 to 8}}
      """, "declared.yaml")
    let result = try program("run", "declared.yaml", "--input", "other.txt", "--results", "night.txt")
    #expect(result.exit == 2)
    #expect(result.error.contains("error: cannot write night.txt: it is an input; give another file\n"))
    #expect(program.folder.read("night.txt") == "1,2\n3,4\n")
  }

  @Test func `A detector is not written over the data that it is made from`() throws {
    program.folder.write("1,2\n3,4\n", "muons.yaml")
    let result = try program("new", "detector", "muons", "--from", "muons.yaml", "--force")
    #expect(result.exit == 2)
    #expect(result.error == "error: cannot write muons.yaml: it is an input; give another file\n")
    #expect(program.folder.read("muons.yaml") == "1,2\n3,4\n" && !program.folder.has("plugins/detectors/muons.yaml"))
  }
}

/// A port that somebody listens at.
private final class Port {
  let number: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (listener, length) = (descriptor, size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isOpen else { throw CocoaError(.fileReadUnknown) }
    number = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }
}
