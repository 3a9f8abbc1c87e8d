import ArgumentParser
import Diagnostics
import Runtime

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Check pipelines: everything that run checks before it starts.",
    discussion: "Exit codes: 0 nothing is wrong, 1 there are findings, 2 a file cannot be read.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, github
  }

  @Argument(help: "The pipelines, YAML files.", completion: .file(extensions: ["yaml"]))
  var pipelines: [String]

  @OptionGroup var options: PipelineOptions

  @Option(help: "How findings are printed: text for people, json for editors, github for its workflows.")
  var format: Format = .text

  func run() throws {
    var all: [Finding] = []
    var isUnreadable = false
    let printer = FindingPrinter(colour: format == .text && Terminal.hasColour)
    for path in pipelines {
      let findings = Findings()
      do {
        let pipeline = try Pipeline.load(options.request(path), environment: environmentValue, findings: findings)
        if format == .text {
          if !findings.all.isEmpty { printToError(printer.text(findings)) }
          printOut("\(path): \(printer.summary(findings))\(pipeline.map { ", \(Self.size($0))" } ?? "")")
        }
      } catch {
        isUnreadable = true
        printError(error.message)
      }
      all += findings.sorted
    }
    switch format {
    case .text: break
    case .json: printOut(FindingPrinter.json(all))
    case .github: if !all.isEmpty { printOut(FindingPrinter.github(all)) }
    }
    if isUnreadable { throw ExitCode(2) }
    if !all.isEmpty { throw ExitCode(1) }
  }

  private static func size(_ pipeline: Pipeline) -> String {
    let count = pipeline.plan.aggregates.count
    return "\(count) \(count == 1 ? "histogram" : "histograms")"
  }
}
