import ArgumentParser
import Authoring
import Diagnostics
import Runtime
import Specifications

struct TapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tap",
    abstract: "Print rows as they pass a stage of the chain, in a dry run over the beginning of the input.",
    discussion: """
      Stages are those that explain shows, in this order: source (rows as they stand), decode (fields), cleansing (hits), \
      chambers, columns, groups (or a group's name). Each has the columns of those before it. Nothing is published, no \
      topic is read and no running run is touched: for a pipeline that reads a topic give files with --input, or take the \
      simulated telescope where its record is the telescope's.

        hitmon tap pipelines/dt-chambers.yaml groups -n 5
        hitmon tap my-telescope.yaml cleansing --input hits.txt --where "wire == 17" --format csv

      Exit codes: 0 done, also where no row got there, 1 the pipeline or the condition has errors, 2 a file cannot be read.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, csv, json
  }

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Argument(help: ArgumentHelp("source, decode, cleansing, chambers, columns or groups.", valueName: "stage"))
  var stage: String

  @Option(
    help: ArgumentHelp(
      "Read files, directories or patterns instead of the pipeline's sources; - is standard input.",
      valueName: "file"))
  var input: [String] = []

  @Option(help: ArgumentHelp("Which of several sources; the first one if left out.", valueName: "name"))
  var source: String?

  @Option(name: .short, help: ArgumentHelp("The most rows to print.", valueName: "rows"))
  var n = 20

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Only rows that meet this condition, with any column of the pipeline.", valueName: "condition"))
  var condition: String?

  @Option(help: ArgumentHelp("Look at about so many rows of the input.", valueName: "rows"))
  var rows = 100_000

  @Option(help: "How rows are printed: text in columns, csv, or json with an object a line.")
  var format: Format = .text

  @OptionGroup var options: PipelineOptions

  func validate() throws {
    guard n > 0 else { throw ValidationError("-n takes 1 or more, not \(n)") }
    guard (1...1_000_000).contains(rows) else { throw ValidationError("--rows takes 1 to 1000000, not \(rows)") }
  }

  func run() throws {
    let loaded = try options.load(pipeline)
    let all = StageTap.stages(of: loaded)
    guard let stage = StageTap.stage(stage, of: loaded), all.contains(stage) else {
      let names = all.map(\.rawValue) + loaded.declaration.groups.map(\.name.text)
      let near = suggestion(for: stage, from: names).map { "did you mean \($0)?" }
      printError(
        "the pipeline has no stage \(stage); \(near ?? "it has \(all.map(\.rawValue).joined(separator: ", "))")")
      throw ExitCode(2)
    }
    let findings = Findings()
    let tap: StageTap?
    do {
      tap = try StageTap(
        loaded, stage, inputs: input, source: source, where: condition, count: n, limit: rows, findings: findings)
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    guard let tap else {
      for finding in findings.all where finding.severity == .error {
        writeToError(FindingPrinter(colour: Terminal.hasColour).text(finding) + "\n")
      }
      throw ExitCode(1)
    }
    switch format {
    case .text: printOut(tap.table.lines.joined(separator: "\n"))
    case .csv: writeToOut(tap.table.csv.map { $0 + "\n" }.joined())
    case .json: for line in tap.table.jsonLines { writeToOut(line + "\n") }
    }
    let part = tap.isWhole ? "of" : "of the beginning of"
    let rest = tap.passed > tap.table.rows.count ? "\(grouped(tap.table.rows.count)) of " : ""
    printToError("\(rest)\(grouped(tap.passed)) \(tap.passed == 1 ? "row" : "rows") \(part) \(tap.input)")
  }
}
