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
}
