import ArgumentParser
import Authoring
import Runtime

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract:
      "Compare the chains of two pipelines: what differs after plugins, parameters and defaults, not in the text.",
    discussion: """
      Comments, the order of keys, ways to write the same number or expression, and whether something stands in the \
      pipeline or in a plugin make no difference. + is what only the second has, - what only the first has, ~ what both \
      have otherwise.

        hitmon diff yesterday.yaml today.yaml

      Exit codes: 0 the chains are the same, 1 they differ, 2 one of the files cannot be read or has errors.
      """)

  @Argument(help: "The first pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var old: String

  @Argument(help: "The second.", completion: .file(extensions: ["yaml"]))
  var new: String

  func run() throws {
    func load(_ path: String) throws -> Pipeline {
      do {
        return try PipelineOptions.load(PipelineOptions.plainRequest(path))
      } catch {
        // Of a pipeline with errors nobody knows what it would do.
        throw ExitCode(2)
      }
    }
    let diff = ChainDiff(try load(old), try load(new))
    guard !diff.changes.isEmpty else { return }
    printOut(diff.lines.joined(separator: "\n"))
    throw ExitCode(1)
  }
}
