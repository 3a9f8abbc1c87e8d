import ArgumentParser
import Kafka
import ChainExecution

/// The program's own version.
let programVersion = "0.1.0"

@main
struct Hitmon: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hitmon",
    abstract: "Watches detector hits: a YAML pipeline in, histograms of every window out.",
    discussion: """
      Try it:
        hitmon run pipelines/dt-chambers.yaml
        hitmon run pipelines/dt-chambers.yaml --input hits.txt --window all
        hitmon emulate pipelines/dt-chambers.yaml --rate 5000
        hitmon dashboard results.jsonl
        hitmon lint pipelines/dt-chambers.yaml
        hitmon list histogram
      """,
    version: "hitmon \(programVersion)\nlibrdkafka \(Kafka.libraryVersion)",
    subcommands: [
      RunCommand.self, EmulateCommand.self, LintCommand.self, TestCommand.self, ExplainCommand.self, ListCommand.self,
      SchemaCommand.self, KernelCommand.self, MergeCommand.self, ResultsCommand.self,
      DashboardCommand.self, PlotCommand.self, NewCommand.self, PeekCommand.self, TapCommand.self, GraphCommand.self,
      DiffCommand.self, FormatCommand.self,
    ])

  /// As the parser's own, which prints wrong arguments as they are.
  static func main() {
    do {
      var command = try parseAsRoot()
      NativeExit.refuse()
      try command.run()
      NativeExit.allow()
    } catch {
      NativeExit.allow()
      let (code, message) = (exitCode(for: error), fullMessage(for: error))
      if code.isSuccess { exit(withError: error) }
      if !message.isEmpty { printToError(message) }
      exit(withError: code)
    }
  }
}
