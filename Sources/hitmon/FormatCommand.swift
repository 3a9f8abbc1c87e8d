import ArgumentParser
import Configuration
import Connectors
import Diagnostics

struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Lay out pipelines and plugins in one format; their meaning, order and comments stay.",
    discussion: """
      Two blanks a level, also before the dashes of lists; one blank behind colons and commas, none inside of brackets; \
      double quotes; no blanks at ends of lines, one blank line at most. Values that line up with the line above or below \
      stay lined up, and comments at the ends of lines stay in their column. A file that would mean something else is left \
      as it is.

        hitmon fmt my-telescope.yaml plugins
        hitmon fmt --check .

      Exit codes: 0 done, or with --check all files have this form; 1 with --check some do not, or a file is no YAML; 2 a \
      file cannot be read or written.
      """)

  @Argument(
    help: ArgumentHelp("YAML files and folders of them; - prints standard input in this form.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var files: [String]

  @Flag(help: "Change nothing, and say which files have another form.")
  var check = false

  func run() throws {
    var exit: Int32 = 0
    var changed = 0
    for path in files {
      let all = path == "-" ? ["-"] : configurationFiles(in: path)
      if all.isEmpty {
        printError(fileExists(path) ? "there is no YAML file in \(path)" : "there is no file or folder \(path)")
        exit = 2
      }
      for file in all {
        let outcome = format(file)
        if case .changed = outcome { changed += 1 }
        if case .unreadable = outcome { exit = 2 }
        if case .broken = outcome { exit = max(exit, 1) }
      }
    }
    if check, changed > 0 { exit = max(exit, 1) }
    if exit != 0 { throw ExitCode(exit) }
  }

  private enum Outcome {
    case same, changed, broken, unreadable
  }

  private func format(_ file: String) -> Outcome {
    let bytes: [UInt8]
    switch configurationBytes(file == "-" ? "/dev/stdin" : file) {
    case .failure(let error):
      printError(error.message)
      return .unreadable
    case .success(let read): bytes = read
    }
    let findings = Findings()
    guard let text = YAMLFormat.format(bytes, name: file, findings: findings) else {
      printFindings(findings)
      return .broken
    }
    let isSame = Array(text.utf8) == bytes
    if file == "-" {
      if !check { writeToOut(text) }
      return isSame ? .same : .changed
    }
    if isSame { return .same }
    if check {
      printOut("\(file) has another form")
      return .changed
    }
    do {
      // The file is its own input.
      try writeFile(Array(text.utf8), to: file, uses: FileUses())
    } catch {
      printError("\(error)")
      return .unreadable
    }
    printOut("\(file): changed")
    return .changed
  }
}
