import Foundation
import Kafka
import Testing

/// `Golden/NAME.txt` is what the program prints for help. With HITMON_REWRITE_GOLDEN=1 in the environment the texts are
/// written again, to be read before they are committed.
@Suite struct HelpTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")
  private static let rewrites = ProcessInfo.processInfo.environment["HITMON_REWRITE_GOLDEN"] == "1"

  @Test(arguments: [
    "", "run", "emulate", "lint", "explain", "list", "schema", "kernel", "merge", "test", "dashboard", "plot", "new",
    "new detector", "new plot", "new plugin", "peek", "tap", "graph", "diff", "fmt",
  ])
  func `Help is what is written down`(command: String) throws {
    let result = try Program()(arguments: command.split(separator: " ").map(String.init) + ["--help"])
    #expect(result.exit == 0)
    #expect(result.error == "")
    let file = Self.folder.appendingPathComponent(
      "help\(command.isEmpty ? "" : "-\(command.replacing(" ", with: "-"))").txt")
    if Self.rewrites {
      try Data(result.out.utf8).write(to: file)
    } else {
      #expect(result.out == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
  }

  @Test func `Both versions are told`() throws {
    let result = try Program()("--version")
    #expect(result.exit == 0)
    let lines = result.out.split(separator: "\n")
    #expect(lines.map { $0.split(separator: " ")[0] } == ["hitmon", "librdkafka"])
    // The newer one that scripts/setup fetches, not Debian's.
    #expect(lines[1] == "librdkafka \(Kafka.libraryVersion)")
    #expect(Kafka.isRecent)
  }

  @Test func `Wrong arguments end in a sentence and the usage`() throws {
    let unknown = try Program()("run", "x.yaml", "--fast")
    #expect(unknown.exit == 64)
    #expect(unknown.error.hasPrefix("Error: Unknown option '--fast'"))
    let threads = try Program()("run", "x.yaml", "--threads", "0")
    #expect(threads.exit == 64)
    #expect(threads.error.hasPrefix("Error: --threads takes 1 to 256, not 0\n"))
  }
}
