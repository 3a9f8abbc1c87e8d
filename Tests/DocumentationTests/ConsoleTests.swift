import Foundation
import Testing

/// Every command in a `console` block runs, ends well and prints what the page says.
///
/// A line that begins with `$ ` is a command and what follows its output; `...` stands for any lines. Times and rates may
/// differ, and how many windows there are, as those by arrival go by the clock. A `yaml` block whose first line is
/// `# NAME.yaml` is saved under that name first, as its reader would; so is a `python` block with `# NAME.py`. A command
/// that is meant to fail shows its code: `hitmon lint bad.yaml; echo "exit $?"`.
///
/// The command of a `console running` block goes on in a terminal of its own until Ctrl-C at the end of its section (`##`).
/// Until then numbers may differ, for they depend on the moment, and so may what follows the rate in a window's line.
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
    var running: [RunningCommand] = []
    var section = ""
    func endSection() {
      for command in running { #expect([0, 130].contains(command.stop()), "\(page.name)\n\(command.lines)") }
      running = []
    }
    defer { endSection() }
    for block in page.blocks {
      if block.section != section { endSection() }
      section = block.section
      if block.info.hasPrefix("yaml") || block.info == "python", let name = Self.fileName(of: block) {
        try shell.write(block.text, name)
      }
      let commands = Self.commands(of: block.text)
      if block.info == "console running" {
        let command = try #require(commands.first)
        running.append(try start(command, shell, "\(page.name):\(block.line)"))
      }
      guard block.info == "console" else { continue }
      for command in commands {
        // What needs a program that this machine lacks is left out, not failed.
        if let tool = ["jq", "kcat", "curl"].first(where: { command.line.hasPrefix("\($0) ") }), !Shell.has(tool) {
          continue
        }
        let (status, output) = try shell.run(command.line)
        let place = "\(page.name):\(block.line): \(command.line)"
        #expect(status == 0, "\(place)\n\(output)")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let printed = Array(lines.last == "" ? lines.dropLast() : lines[...])
        #expect(Self.matches(printed, command.output, !running.isEmpty), "\(place)\n\(output)")
      }
    }
  }

  /// Starts a command and waits until it has printed what the page shows.
  private func start(_ command: Command, _ shell: Shell, _ place: String) throws -> RunningCommand {
    let running = try shell.start(command.line)
    let shown = Array(command.output.prefix { $0 != "..." })
    running.wait(for: shown.count)
    let lines = Array(running.lines.prefix(shown.count))
    // A broker or a dashboard that is started has an address that the page could not know.
    for (line, words) in zip(lines, shown) {
      if let own = line.firstMatch(of: /127\.0\.0\.1:[0-9]+/), let page = words.firstMatch(of: /127\.0\.0\.1:[0-9]+/) {
        shell.identify(String(page.output), with: String(own.output))
      }
    }
    #expect(Self.matches(lines, shown, true), "\(place)\n\(running.lines.joined(separator: "\n"))")
    return running
  }

  /// `NAME.yaml` where the block begins with `# NAME.yaml`, and the same for `NAME.py`.
  private static func fileName(of block: Document.Block) -> String? {
    guard let first = block.text.split(separator: "\n").first, first.hasPrefix("# "),
      first.hasSuffix(".yaml") || first.hasSuffix(".py"), !first.dropFirst(2).contains(" ")
    else {
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

  /// `depend`: numbers depend on the moment.
  private static func matches(_ lines: [String], _ expected: [String], _ depend: Bool) -> Bool {
    if let gap = expected.firstIndex(of: "...") {
      let rest = Array(expected[(gap + 1)...])
      return lines.count >= gap + rest.count && matches(Array(lines[..<gap]), Array(expected[..<gap]), depend)
        && (rest.isEmpty || matches(Array(lines.suffix(rest.count)), rest, depend))
    }
    return lines.map { normalised($0, depend) } == expected.map { normalised($0, depend) }
  }

  private static func normalised(_ line: String, _ depend: Bool) -> String {
    let line = line.replacing(/\([0-9.,]+ [kMG]?rows\/s\)/, with: "(rate)").replacing(
      /\ in [0-9.]+ m?s/, with: " in time"
    )
    .replacing(/^[0-9]+ windows?:/, with: "windows:")
    guard depend else { return line }
    return line.replacing(/(window .* \(rate\)).*/) { "\($0.output.1)" }.replacing(/-?[0-9][-0-9,.]*/, with: "#")
  }
}
