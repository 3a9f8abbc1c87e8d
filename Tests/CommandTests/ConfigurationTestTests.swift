import Foundation
import Testing

/// `hitmon test`: tests of pipelines and plugins in their own files.
@Suite struct ConfigurationTestTests {
  private static let right = """
    tests:
      two of three:
        rows: "1,2.5\\n3,0\\nx,1\\n7,1\\n"
        expect:
          counts: {records: 3, malformed: 1}
          malformed: {3: a is not a number}
          columns: {a: [1, 3, 7], b: [2.5, 0, 1]}
          histograms: {a: {1: 1, 3: 1, overflow: 1}}

    """

  @Test func `What is as expected passes`() throws {
    let program = Program()
    let path = program.folder.pipeline(Self.right)
    let result = try program("test", path)
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.out == "\(path): 1 test passed\n1 test passed\n")
    #expect(result.error == "")
  }

  @Test(arguments: [
    ("records: 3", "records: 4", "pairs.yaml:8:25: error[test-failed]: `records`: expected 4, found 3"),
    ("malformed: 1}", "malformed: 0}", "pairs.yaml:8:39: error[test-failed]: `malformed`: expected 0, found 1"),
    (
      "{3: a is", "{3: b is",
      "pairs.yaml:9:22: error[test-failed]: row 3: expected `b is not a number`, found `a is not a number`"
    ),
    ("{3: a is not a number}", "{}", "pairs.yaml:9:18: error[test-failed]: row 3 cannot be decoded: a is not a number"),
    (
      "{3: a is not a number}", "{2: x, 3: a}", "pairs.yaml:9:19: error[test-failed]: row 2 can be decoded"
    ),
    ("a: [1, 3", "a: [1, 4", "pairs.yaml:10:24: error[test-failed]: `a` of hit 2: expected 4, found 3"),
    ("a: [1, 3", "a: [unknown, 3", "pairs.yaml:10:21: error[test-failed]: `a` of hit 1: expected unknown, found 1"),
    (
      "b: [2.5, 0, 1]", "b: [2.5]",
      "pairs.yaml:10:34: error[test-failed]: `b`: expected 1 value, found 3: 2.5, 0, 1"
    ),
    ("b: [", "c: [", "pairs.yaml:10:31: error[unknown-column]: c is not a column of this pipeline"),
    ("1: 1,", "1: 2,", "pairs.yaml:11:27: error[test-failed]: `a`, bin 1 to 2: expected 2, found 1"),
    (", overflow: 1", "", "pairs.yaml:11:23: error[test-failed]: `a` has more than is expected: 1 in overflow"),
    (
      "{1: 1, 3: 1, overflow: 1}", "[0, 1, 0, 2]",
      "pairs.yaml:11:33: error[test-failed]: `a`, bin 3 to 4: expected 2, found 1"
    ),
    ("{1: 1, 3: 1, overflow: 1}", "5", "pairs.yaml:11:23: error[test-failed]: `a`: expected 5 entries, found 2"),
    ("3: 1, over", "9: 1, over", "pairs.yaml:11:30: error[test-failed]: `9` is in no bin: they go from 0 to 4\n"),
    ("{a: {1", "{aa: {1", "pairs.yaml:11:20: error[test-failed]: there is no histogram `aa`"),
    ("counts:", "count:", "pairs.yaml:8:7: error[unknown-key]: `expect` has no key `count`"),
  ])
  func `What is not fails, where it stands`(wanted: String, written: String, message: String) throws {
    let program = Program()
    let path = program.folder.pipeline(Self.right.replacing(wanted, with: written, maxReplacements: 1))
    let result = try program("test", path)
    #expect(result.exit == 1)
    #expect(result.error.contains(message), "\(result.error)")
    #expect(result.out.hasSuffix("1 of 1 test failed\n"))
  }

  @Test func `A list expects one window after the other`() throws {
    let program = Program()
    let path = program.folder.pipeline(
      """
      window: {rows: 2}
      tests:
        three rows: {rows: ["0,1", "1,1", "2,1"], expect: [{histograms: {a: [1, 1, 0, 0]}}, {histograms: {a: {2: 1}}}]}
        one window: {given: {window: all}, rows: ["0,1", "1,1", "2,1"], expect: {histograms: {a: 3}}}
        too few: {rows: ["0,1", "1,1", "2,1"], expect: {histograms: {a: 3}}}

      """)
    let result = try program("test", path)
    #expect(result.exit == 1)
    #expect(result.out == "\(path): 1 of 3 tests failed\n1 of 3 tests failed\n")
    #expect(result.error.contains("pairs.yaml:8:50: error[test-failed]: expected 1 window, found 2"), "\(result.error)")
  }

  @Test func `The outcome as JUnit XML`() throws {
    let program = Program()
    let path = program.folder.pipeline(
      Self.right + "  \"a <\\\"wrong\\\"> & b\": {rows: \"1,1\", expect: {counts: {hits: 2}}}\n")
    let result = try program("test", path, "--junit", program.folder("report.xml"))
    #expect(result.exit == 1)
    let text = program.folder.read("report.xml")
    let document = try XMLCheck(text)
    #expect(document.elements == ["testsuites": 1, "testsuite": 1, "testcase": 2, "failure": 1])
    #expect(document.names == ["two of three", "a <\"wrong\"> & b"])
    #expect(text.contains("tests=\"2\" failures=\"1\""))
  }

  @Test func `Only those of a name; folders, and plugins by name`() throws {
    let program = Program()
    let path = program.folder.pipeline(Self.right + "  other: {rows: \"1,1\", expect: {counts: {hits: 2}}}\n")
    let filtered = try program("test", path, "--filter", "two")
    #expect(filtered.exit == 0)
    let folder = try program("test", program.folder.path)
    #expect(folder.exit == 1)
    #expect(folder.out == "\(path): 1 of 2 tests failed\n1 of 2 tests failed\n")
    let plugin = try program("test", "plots/occupancy")
    #expect(plugin.exit == 0, "\(plugin.error)")
    #expect(plugin.out.hasSuffix("2 tests passed\n"))
    let missing = try program("test", "plots/occupency")
    #expect(missing.exit == 2)
    #expect(missing.error == "error: there is no pipeline, folder or plugin plots/occupency\n")
  }

  @Test func `Everything that is shipped passes its tests`() throws {
    let result = try Program()("test", "\(Program.packageRoot)/pipelines", "\(Program.packageRoot)/plugins")
    #expect(result.exit == 0, "\(result.error)")
    // Each plugin has some.
    #expect(!result.out.contains("plugins/plots/occupancy.yaml: no tests"))
    for line in result.out.split(separator: "\n") where line.contains("/plugins/") {
      #expect(line.hasSuffix("passed"), "\(line)")
    }
  }
}

/// What an XML text is made of; throws where it is none.
private final class XMLCheck {
  private(set) var elements: [String: Int] = [:]
  private(set) var names: [String] = []

  init(_ text: String) throws {
    var stack: [Substring] = []
    var rest = text[...].drop { $0 != "\n" }
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      let tag = rest[rest.index(after: open)..<close]
      rest = rest[rest.index(after: close)...]
      if tag.hasPrefix("/") {
        guard stack.popLast() == tag.dropFirst() else { throw CocoaError(.propertyListReadCorrupt) }
        continue
      }
      let name = tag.prefix { $0.isLetter }
      elements[String(name), default: 0] += 1
      if name == "testcase", let found = tag.firstMatch(of: #/ name="([^"]*)"/#) {
        names.append(
          [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")].reduce(String(found.output.1)) {
            $0.replacing($1.0, with: $1.1)
          })
      }
      if !tag.hasSuffix("/") { stack.append(name) }
    }
    guard stack.isEmpty else { throw CocoaError(.propertyListReadCorrupt) }
  }
}
