import ArgumentParser
import Authoring
import Connectors
import Runtime

struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw the chain of a pipeline: from its sources through stages and groups to histograms and sinks.",
    discussion: """
        hitmon graph pipelines/dt-chambers.yaml --format svg -o chain.svg
        hitmon graph my-telescope.yaml --format dot | dot -Tpdf -o chain.pdf

      mermaid is drawn by GitHub and many wikis where it stands in a block of that name; svg needs nothing else. Columns \
      and fields that nothing uses are left out or say so, as in explain.

      Exit codes: 0 done, 1 the pipeline has errors, 2 a file cannot be read or written.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case mermaid, dot, svg
  }

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Option(help: "How it is written: mermaid, dot or svg.")
  var format: Format = .mermaid

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to; standard output if left out.", valueName: "file"))
  var output: String?

  @OptionGroup var options: PipelineOptions

  func run() throws {
    let loaded = try options.load(pipeline)
    let graph = ChainGraph(loaded)
    let text =
      switch format {
      case .mermaid: graph.mermaid
      case .dot: graph.dot
      case .svg: graph.svg
      }
    guard let output else {
      writeToOut(text + "\n")
      return
    }
    do {
      let uses = FileUses(configuration: loaded.files, inputs: loaded.declaredFiles)
      try writeFile(Array((text + "\n").utf8), to: output, uses: uses)
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }
}
