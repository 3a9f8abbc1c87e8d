import Foundation
import Testing

/// Every command in a `console` block runs, ends well and prints what the page says.
///
/// A line that begins with `$ ` is a command and what follows its output; `...` stands for any lines. Times and rates may
/// differ. A `yaml` block whose first line is `# NAME.yaml` is saved under that name first, as its reader would. A command
/// that is meant to fail shows its code: `hitmon lint bad.yaml; echo "exit $?"`.
@Suite("Commands of the documentation")
struct ConsoleTests {
  private struct Command {
    let line: String
    var output: [String] = []
  }

  private static let pages = Document.all.filter { page in page.blocks.contains { $0.info == "console" } }

  @Test("there are some")
  func exist() {
    #expect(Self.pages.contains { $0.name == "README.md" })
  }

  @Test("run as printed", arguments: pages)
  func run(page: Document) throws {
    let shell = try Shell()
    for block in page.blocks {
      if block.info.hasPrefix("yaml"), let name = Self.fileName(of: block) { try shell.write(block.text, name) }
      guard block.info == "console" else { continue }
      for command in Self.commands(of: block.text) {
        // What needs a program that this machine lacks is left out, not failed.
        if command.line.hasPrefix("jq "), !Shell.has("jq") { continue }
        let (status, output) = try shell.run(command.line)
        let place = "\(page.name):\(block.line): \(command.line)"
        #expect(status == 0, "\(place)\n\(output)")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let printed = Array(lines.last == "" ? lines.dropLast() : lines[...])
        #expect(Self.matches(printed, command.output), "\(place)\n\(output)")
      }
    }
  }

  /// `NAME.yaml` where the block begins with `# NAME.yaml`.
  private static func fileName(of block: Document.Block) -> String? {
    guard let first = block.text.split(separator: "\n").first, first.hasPrefix("# "), first.hasSuffix(".yaml") else {
      return nil
    }
    return String(first.dropFirst(2))
  }

  private static func commands(of text: String) -> [Command] {
    var commands: [Command] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("$ ") {
        commands.append(Command(line: String(line.dropFirst(2))))
      } else if !commands.isEmpty {
        commands[commands.count - 1].output.append(String(line))
      }
    }
    return commands
  }

  private static func matches(_ lines: [String], _ expected: [String]) -> Bool {
    if let gap = expected.firstIndex(of: "...") {
      return lines.count >= gap && matches(Array(lines[..<gap]), Array(expected[..<gap]))
    }
    return lines.map(normalised) == expected.map(normalised)
  }

  private static func normalised(_ line: String) -> String {
    line.replacing(/\([0-9.,]+ [kMG]?rows\/s\)/, with: "(rate)").replacing(/\ in [0-9.]+ m?s/, with: " in time")
  }
}
