import ArgumentParser
import ChainExecution
import Configuration
import Diagnostics
import Runtime

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Check pipelines: everything that run checks before it starts.",
    discussion: """
      Every finding has a code. --explain CODE says what it means and what to do, --list names all of them. A comment \
      `# hitmon: allow(CODE)` silences a warning on its line, or on the line below.

        hitmon lint pipelines/*.yaml
        hitmon lint my-telescope.yaml --watch
        hitmon lint --explain unit-mismatch

      Exit codes: 0 nothing is wrong, 1 there are findings, 2 a file cannot be read.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, github, markdown
  }

  @Argument(help: "The pipelines, YAML files.", completion: .file(extensions: ["yaml"]))
  var pipelines: [String] = []

  @OptionGroup var options: PipelineOptions

  @Option(
    help:
      "How findings are printed: text for people, json for editors, github for its workflows; with --list and --explain text or markdown."
  )
  var format: Format = .text

  @Option(
    help: ArgumentHelp(
      "Hold limits of lateness and disorder against rows of the input: a file, a directory, a pattern, or -.",
      valueName: "file"))
  var sample: [String] = []

  @Flag(help: "Try brokers, topics, stores, files and ports too; nothing is written or created.")
  var probe = false

  @Flag(help: "Go on, and print again whenever one of the files changes, until Ctrl-C.")
  var watch = false

  @Option(
    help: ArgumentHelp("Say what a finding of this code means, with an example and what to do.", valueName: "code"))
  var explain: String?

  @Flag(help: "List all codes.")
  var list = false

  func validate() throws {
    if let explain, LintRule.named(explain) == nil {
      let near = suggestion(for: explain, from: LintRule.all.map(\.code.name)).map { "did you mean \($0)?" }
      throw ValidationError("there is no finding \(explain); \(near ?? "hitmon lint --list shows all")")
    }
    let isAboutCodes = list || explain != nil
    if pipelines.isEmpty, !isAboutCodes {
      throw ValidationError("give the pipelines to check, or --list, or --explain CODE")
    }
    if format == .markdown, !isAboutCodes {
      throw ValidationError("--format markdown is for --list and --explain; findings are text, json or github")
    }
  }

  func run() throws {
    if list || explain != nil {
      describe()
    } else if watch {
      try LintWatch(self).run()
    } else {
      let outcome = check()
      if outcome.isUnreadable { throw ExitCode(2) }
      if outcome.hasFindings { throw ExitCode(1) }
    }
  }

  private func describe() {
    let folders = PipelineOptions.plainRequest("pipeline.yaml").folders(environment: environmentValue)
    let writer = LintRuleWriter(pluginDirectories: folders.paths)
    if let check = explain.flatMap(LintRule.named) {
      printOut(format == .markdown ? writer.entry(check) : writer.text(check))
    } else {
      printOut(format == .markdown ? writer.markdown : LintRuleWriter.list)
    }
  }

  /// What came of one look at all pipelines.
  struct Outcome {
    var hasFindings = false
    var isUnreadable = false
    /// Every file that was read.
    var files: [String] = []
    /// What is printed on standard output, and on standard error; all of it is safe for a terminal.
    var out: [String] = []
    var error: [String] = []
  }

  /// Checks all pipelines and prints what is wrong.
  func check() -> Outcome {
    let outcome = look()
    show(outcome)
    return outcome
  }

  func show(_ outcome: Outcome) {
    for text in outcome.error { writeToError(text + "\n") }
    for text in outcome.out { writeToOut(text + "\n") }
  }

  func look() -> Outcome {
    var outcome = Outcome()
    var all: [Finding] = []
    let printer = FindingPrinter(colour: format == .text && Terminal.hasColour)
    for path in pipelines {
      let findings = Findings()
      do {
        var request = options.request(path)
        if !sample.isEmpty { request.sample = .files(sample) }
        request.probes = probe
        let pipeline = try Pipeline.load(request, environment: environmentValue, findings: findings)
        if format == .text {
          if !findings.all.isEmpty { outcome.error.append(printer.text(findings)) }
          outcome.out.append(
            "\(path.escapedForTerminal): \(printer.summary(findings))\(pipeline.map { ", \(Self.size($0))" } ?? "")")
        }
      } catch {
        outcome.isUnreadable = true
        outcome.error.append(errorLine(error.message))
      }
      outcome.files += findings.sources.map(\.name)
      all += findings.sorted
    }
    switch format {
    case .json: outcome.out.append(FindingPrinter.json(all))
    case .github: if !all.isEmpty { outcome.out.append(FindingPrinter.github(all)) }
    case .text, .markdown:
      if let first = all.first, Terminal.isInteractive {
        outcome.error.append("What a finding means: hitmon lint --explain \(first.code)")
      }
    }
    outcome.hasFindings = !all.isEmpty
    return outcome
  }

  private static func size(_ pipeline: Pipeline) -> String {
    let count = pipeline.plan.histograms.count
    return "\(count) \(count == 1 ? "histogram" : "histograms")"
  }
}
