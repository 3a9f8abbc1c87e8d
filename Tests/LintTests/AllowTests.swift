import Diagnostics
import Runtime
import Testing

/// Comments that silence findings.
@Suite struct AllowTests {
  private static let head = "pipeline: p\nrecord: {format: csv, fields: {a: u8, b: u8}}\n"
  private static let plots = "histograms: {a: {of: a, bins: 'integers 0..3'}}\n"

  private func lint(_ yaml: String, plugins: [String: String] = [:]) throws -> [(code: String, line: Int)] {
    var request = Pipeline.Request(path: "p.yaml")
    request.pluginDirectories = ["own"]
    request.texts["p.yaml"] = Array((Self.head + yaml + Self.plots).utf8)
    for (name, text) in plugins { request.texts["own/\(name).yaml"] = Array(text.utf8) }
    let findings = Findings()
    _ = try Pipeline.load(request, environment: { _ in nil }, findings: findings)
    return findings.sorted.map { ($0.code.name, $0.span?.start.line ?? 0) }
  }

  @Test(arguments: [
    "cleansing: [{keep: a < 300}]   # hitmon: allow(constant-condition)\n",
    "# hitmon: allow(constant-condition)\ncleansing: [{keep: a < 300}]\n",
    "#hitmon:allow( constant-condition )\n\n# and another comment\ncleansing: [{keep: a < 300}]\n",
    "cleansing:\n  - keep: a < 300 #\thitmon: allow(constant-condition), for the firmware\n",
    "cleansing:\n  # hitmon: allow(constant-condition)\n  - keep: a < 300\n",
    "cleansing:\n  - keep: 'a < 300'  # hitmon: allow(constant-condition)\n",
  ])
  func silencesAWarning(_ yaml: String) throws {
    #expect(try lint(yaml).isEmpty)
  }

  @Test func silencesNoOtherLineAndNoOtherCode() throws {
    let found = try lint(
      """
      cleansing:
        - keep: a < 300   # hitmon: allow(constant-unknown)
        - keep: b < 300

      """)
    #expect(found.map(\.code) == ["constant-condition", "unused-allow", "constant-condition"])
    #expect(found.map(\.line) == [4, 4, 5])
  }

  @Test func severalCodesInOneComment() throws {
    let found = try lint("cleansing: [{keep: a < 300}]   # hitmon: allow(constant-condition, constant-unknown)\n")
    #expect(found.map(\.code) == ["unused-allow"])
  }

  @Test func errorsCannotBeSilenced() throws {
    let found = try lint("columns: {c: missing}   # hitmon: allow(unknown-column)\n")
    #expect(found.map(\.code) == ["unknown-column", "unused-allow"])
  }

  @Test func unknownCodes() throws {
    #expect(
      try lint("cleansing: [{keep: a < 30}]   # hitmon: allow(constant-conditon)\n").map(\.code) == ["unused-allow"])
  }

  @Test(arguments: [
    "description: 'x # hitmon: allow(constant-unknown)'\n",
    "description: >\n  x\n  # hitmon: allow(constant-unknown)\n",
    "description: \"a\n  # hitmon: allow(constant-unknown) b\"\n",
    "description: x#hitmon: allow(constant-unknown)\n".replacing(": allow", with: ":allow"),
    "description: x   # hitmon: allowed(constant-unknown)\n",
    "description: x   # not hitmon: allow(constant-unknown)\n",
    "description: x   # hitmon: allow()\n",
    "description: x   # hitmon: allow(constant-unknown\n",
  ])
  func whatIsNoComment(_ yaml: String) throws {
    #expect(try lint(yaml).isEmpty)
  }

  @Test func whatComesAfterErrorsIsNotMissed() throws {
    let found = try lint(
      "# hitmon: allow(constant-condition)\ncleansing: [{keep: a < 30}]\ncolumns: {c: missing}\n")
    #expect(found.map(\.code) == ["unknown-column"])
  }

  /// Another pipeline may need it.
  @Test func pluginsAreNotAskedWhy() throws {
    let found = try lint(
      "uses: [x]\n", plugins: ["x": "plugin: x\ncleansing: [{keep: a < 30}]  # hitmon: allow(constant-condition)\n"])
    #expect(found.isEmpty)
    let silenced = try lint(
      "uses: [x]\n", plugins: ["x": "plugin: x\ncleansing: [{keep: a < 300}]  # hitmon: allow(constant-condition)\n"])
    #expect(silenced.isEmpty)
    let misspelt = try lint(
      "uses: [x]\n", plugins: ["x": "plugin: x  # hitmon: allow(constant)\ncleansing: [{keep: a < 30}]\n"])
    #expect(misspelt.map(\.code) == ["unused-allow"])
  }
}
