import ArgumentParser
import ChainBuilding
import Runtime
import Specifications

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print a JSON schema of pipelines and plugins, for completion and explanations in an editor.",
    discussion: """
      It is of draft 7. In VS Code with its YAML extension, and wherever else the YAML language server runs:

        hitmon schema > hitmon.schema.json

      and as the first line of a pipeline:

        # yaml-language-server: $schema=hitmon.schema.json

      What an editor cannot see, such as units and names of columns, hitmon lint checks.
      """)

  func run() {
    printOut(
      SchemaWriter.json(
        pipeline: Registry.pipeline, plugin: PipelineSections.plugin,
        functions: GroupFunctionComponent.all.map(\.specification)))
  }
}
