import ArgumentParser
import Authoring
import Configuration
import Diagnostics
import ChainExecution
import Runtime

struct PeekCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peek",
    abstract: "Look at a data file through a detector's record: rows, ranges, and what is malformed.",
    discussion: """
      Every row is decoded with all its fields, before cleansing.

        hitmon peek run333.txt --with detectors/minidt-run333
        hitmon peek data.bin.gz --with my-pipeline.yaml -n 5 --format json

      Exit codes: 0 rows were decoded, 1 the plugin has errors or no row could be decoded, 2 a file cannot be read.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(
    help: ArgumentHelp("A file, packed or not; a directory, a pattern, or - for standard input.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The record: a pipeline, a plugin's file, or a plugin's name such as detectors/minidt.", valueName: "plugin"),
    completion: .file(extensions: ["yaml"]))
  var with: String

  @Option(name: .short, help: ArgumentHelp("How many rows, and how many malformed ones, to show.", valueName: "rows"))
  var n = 10

  @Option(help: ArgumentHelp("Stop after so many rows.", valueName: "rows"))
  var rows = 1_000_000

  @Option(help: "How it is printed: text, or json as one object.")
  var format: Format = .text

  func validate() throws {
    guard n >= 0 else { throw ValidationError("-n takes 0 or more, not \(n)") }
    guard rows > 0 else { throw ValidationError("--rows takes 1 or more, not \(rows)") }
  }

  func run() throws {
    let record = try recordFormat(with)
    let peek: FilePeek
    do {
      peek = try FilePeek([file], format: record, shown: n, limit: rows)
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    var isText = false
    if case .lines = record.framing { isText = true }
    if format == .json { writeToOut(peek.json() + "\n") } else { printOut(peek.text(isText: isText)) }
    for note in peek.notes { printToError("warning: \(note)") }
    if peek.rows == 0, peek.malformedCount > 0 { throw ExitCode(1) }
  }
}

/// The record of a pipeline or a plugin. What is wrong with it is printed: exit 1 where there are errors, 2 where it cannot
/// be found.
func recordFormat(_ name: String) throws -> any RecordFormat {
  let findings = Findings()
  let format: (any RecordFormat)?
  do {
    format = try Pipeline.format(
      of: name, PipelineOptions.plainRequest, environment: environmentValue, findings: findings)
  } catch {
    printError(error.message)
    throw ExitCode(2)
  }
  guard let format else {
    printFindings(findings)
    throw ExitCode(1)
  }
  return format
}
