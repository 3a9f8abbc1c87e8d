import Foundation
import Testing

/// `hitmon lint`: exit codes and formats.
@Suite struct LintTests {
  @Test func `Nothing wrong: exit 0`() throws {
    let program = Program()
    let path = program.folder.pipeline()
    let result = try program("lint", path)
    #expect(result.exit == 0)
    #expect(result.out == "\(path): no errors, 1 histogram\n")
    #expect(result.error == "")
  }

  @Test(arguments: ["dt-chambers", "run333", "run333-raw"])
  func `The pipelines of the package are clean`(name: String) throws {
    let result = try Program()("lint", "\(Program.packageRoot)/pipelines/\(name).yaml")
    #expect(result.exit == 0, "\(result.error)")
  }

  @Test func `Findings: exit 1, all of them at once, in JSON too`() throws {
    let program = Program()
    let path = program.folder.write(
      """
      pipeline: p
      record: {format: csv, fields: {a: u8, t: f32 ns}}
      histograms:
        h: {of: b, bins: 4 from 0 to 4}
        t: {of: t, bins: 4 from 0 to 4}
      """, "wrong.yaml")
    let text = try program("lint", path)
    #expect(text.exit == 1)
    #expect(text.error.contains("\(path):4:11: error[unknown-column]"), "\(text.error)")
    #expect(text.error.contains("\(path):5:20: error[unit-mismatch]"), "\(text.error)")

    let json = try program("lint", path, "--format", "json")
    #expect(json.exit == 1)
    #expect(json.error == "")
    let found = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [[String: Any]])
    #expect(found.count == 2)
  }

  @Test func `Clean in JSON is an empty list`() throws {
    let program = Program()
    let result = try program("lint", program.folder.pipeline(), "--format", "json")
    #expect(result.exit == 0)
    #expect((try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [Any])?.isEmpty == true)
  }

  @Test func `A file that cannot be read: exit 2, and the others are checked all the same`() throws {
    let program = Program()
    let path = program.folder.pipeline()
    let result = try program("lint", "none.yaml", path)
    #expect(result.exit == 2)
    #expect(result.error == "error: cannot open none.yaml: no such file or directory\n")
    #expect(result.out == "\(path): no errors, 1 histogram\n")
  }

  @Test func `Overrides are checked like the pipeline`() throws {
    let program = Program()
    let result = try program("lint", program.folder.pipeline(), "--set", "histograms.a.bins=4 from 1 to 0")
    #expect(result.exit == 1)
    #expect(result.error.contains("error[bad-bins]"), "\(result.error)")
  }

  @Test func `A code is explained, with what lint prints about its example`() throws {
    let result = try Program()("lint", "--explain", "unit-mismatch")
    #expect(result.exit == 0)
    #expect(result.out.hasPrefix("error[unit-mismatch]\n\nUnits do not fit"), "\(result.out)")
    #expect(
      result.out.contains("pipeline.yaml:2:33: error[unit-mismatch]: the bins are plain numbers"), "\(result.out)")
    #expect(result.out.hasSuffix("bins: 140 from -100 ns to 600 ns}\n"), "\(result.out)")
    let unknown = try Program()("lint", "--explain", "unit-missmatch")
    #expect(unknown.exit == 64)
    #expect(unknown.error.hasPrefix("Error: there is no finding unit-missmatch; did you mean unit-mismatch?"))
  }

  @Test func `All codes are listed, a line each`() throws {
    let result = try Program()("lint", "--list")
    #expect(result.exit == 0)
    #expect(result.out.contains("  duplicate-key"), "\(result.out)")
    #expect(result.out.split(separator: "\n").allSatisfy { $0.utf8.count < 160 })
  }

  @Test func `What to check must be said`() throws {
    #expect(try Program()("lint").exit == 64)
    #expect(try Program()("lint", "p.yaml", "--format", "markdown").exit == 64)
  }

  @Test func `GitHub gets a line for each finding`() throws {
    let program = Program()
    let path = program.folder.pipeline("columns: {c: missing}\n")
    let result = try program("lint", path, "--format", "github")
    #expect(result.exit == 1)
    #expect(
      result.out.hasPrefix("::error file=\(path),line=4,col=14,endLine=4,endColumn=20,title=unknown-column::"),
      "\(result.out)")
  }

  /// The first look finds nothing; a plugin is missed, comes, and is mended.
  @Test func `Watching prints again whenever a file changes`() throws {
    let program = Program()
    let folder = program.folder
    try FileManager.default.createDirectory(atPath: folder("plugins/own"), withIntermediateDirectories: true)
    let path = folder.pipeline()
    let good = folder.read("pairs.yaml")
    let lines = folder("lines.txt")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = ["lint", path, "--watch", "--format", "json"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    folder.write("", "lines.txt")
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: lines))
    try process.run()
    defer { if process.isRunning { process.terminate() } }
    func codes(line: Int) throws -> [String]? {
      let end = Date().addingTimeInterval(120)
      while Date() < end {
        let all = folder.read("lines.txt").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        if all.count > line {
          let found = try JSONSerialization.jsonObject(with: Data(all[line].utf8)) as? [[String: Any]]
          return found?.compactMap { $0["code"] as? String }
        }
        Thread.sleep(forTimeInterval: 0.02)
      }
      return nil
    }
    #expect(try codes(line: 0) == [])
    folder.write(good + "uses: [own/cut]\n", "pairs.yaml")
    #expect(try codes(line: 1) == ["missing-plugin"])
    folder.write("plugin: own/cut\ncleansing: [{keep: a < c}]\n", "plugins/own/cut.yaml")
    #expect(try codes(line: 2) == ["unknown-column"])
    // As editors save: a new file takes the place of the old one.
    folder.write("plugin: own/cut\ncleansing: [{keep: a < b}]\n", "plugins/own/cut.yaml.new")
    rename(folder("plugins/own/cut.yaml.new"), folder("plugins/own/cut.yaml"))
    #expect(try codes(line: 3) == [])
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }
}
