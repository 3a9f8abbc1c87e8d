import ArgumentParser
import Configuration
import Connectors
import Diagnostics
import Runtime
import Support

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests of pipelines and plugins: rows in, and what must come out.",
    discussion: """
      Tests stand under `tests:` in the file itself. Exit codes: 0 all passed, 1 some failed, 2 a file cannot be read.
      """)

  @Argument(
    help: ArgumentHelp(
      "Pipelines and plugins: YAML files, folders of them, or names of plugins such as plots/occupancy.",
      valueName: "pipeline-or-plugin"),
    completion: .file(extensions: ["yaml"]))
  var paths: [String]

  @Option(help: ArgumentHelp("Only tests whose name holds this text.", valueName: "text"))
  var filter: String?

  @Option(help: ArgumentHelp("Write the outcome as JUnit XML too.", valueName: "file"), completion: .file())
  var junit: String?

  func run() throws {
    var outcomes: [TestFileOutcome] = []
    var isUnreadable = false
    for path in paths {
      let files = self.files(path)
      if files.isEmpty {
        printError("there is no pipeline, folder or plugin \(path)")
        isUnreadable = true
      }
      for file in files {
        do throws(UnreadableFile) {
          outcomes.append(try run(file))
        } catch {
          printError(error.message)
          isUnreadable = true
        }
      }
    }
    let cases = outcomes.flatMap(\.cases)
    let failed = cases.count { $0.failure != nil }
    printOut(
      failed == 0
        ? "\(cases.count) \(cases.count == 1 ? "test" : "tests") passed"
        : "\(failed) of \(cases.count) \(cases.count == 1 ? "test" : "tests") failed")
    if let junit {
      do {
        let uses = FileUses(configuration: outcomes.flatMap(\.files))
        try writeFile(Array(JUnitReport(outcomes).text.utf8), to: junit, uses: uses)
      } catch {
        printError("\(error)")
        isUnreadable = true
      }
    }
    if isUnreadable { throw ExitCode(2) }
    if failed > 0 { throw ExitCode(1) }
  }

  private func files(_ path: String) -> [String] {
    if !configurationFiles(in: path).isEmpty { return configurationFiles(in: path) }
    let folders = PipelineOptions.plainRequest("pipeline.yaml").folders(environment: environmentValue)
    return folders.find(path).map { [$0] } ?? []
  }

  private func run(_ path: String) throws(UnreadableFile) -> TestFileOutcome {
    let printer = FindingPrinter(colour: Terminal.hasColour)
    let findings = Findings()
    var outcome = TestFileOutcome(path: path)
    let loaded = try ConfigurationTest.load(
      PipelineOptions.plainRequest(path), environment: environmentValue, findings: findings)
    outcome.files = findings.sources.map(\.name)
    guard let tests = loaded, !findings.hasErrors else {
      printFindings(findings)
      outcome.cases.append(
        .init(name: "the file itself", seconds: 0, failure: FindingPrinter(colour: false).text(findings)))
      printOut("\(path): \(printer.summary(findings))")
      return outcome
    }
    for test in tests where filter.map({ test.name.text.contains($0) }) ?? true {
      let start = now()
      let findings = test.run()
      let failure = findings.hasErrors ? FindingPrinter(colour: false).text(findings) : nil
      outcome.cases.append(.init(name: test.name.text, seconds: now() - start, failure: failure))
      guard failure != nil else { continue }
      printToError("\(path): test failed: \(test.name.text)\n")
      printFindings(findings)
      printToError("")
    }
    let failed = outcome.cases.count { $0.failure != nil }
    let words = outcome.cases.count == 1 ? "1 test" : "\(outcome.cases.count) tests"
    printOut(
      "\(path): \(tests.isEmpty ? "no tests" : failed == 0 ? "\(words) passed" : "\(failed) of \(words) failed")")
    return outcome
  }

  private func now() -> Double { Double(monotonicNanoseconds()) * 1e-9 }
}

/// What the tests of one file came to.
struct TestFileOutcome {
  struct Case {
    let name: String
    let seconds: Double
    /// What is printed of it; nil where it passed.
    let failure: String?
  }

  let path: String
  var cases: [Case] = []
  /// What was read for it.
  var files: [String] = []
}
