import ArgumentParser
import Connectors
import Runtime
import Specifications

/// Where a command finds results: in files, on the topic of a pipeline, or on a topic that is named.
struct ResultPlace: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Files of results, one JSON message a line, packed or not; - is standard input. Or one pipeline, a YAML file.",
      valueName: "file"))
  var files: [String] = []

  @Option(help: ArgumentHelp("The brokers of a topic: HOST:PORT with commas between.", valueName: "addresses"))
  var brokers: String?

  @Option(help: ArgumentHelp("The topic of results.", valueName: "name"))
  var topic: String?

  private var isPipeline: Bool { files.count == 1 && (files[0].hasSuffix(".yaml") || files[0].hasSuffix(".yml")) }
  /// Whether it is a topic.
  var isTopic: Bool { files.isEmpty || isPipeline }

  func validate() throws {
    if isTopic {
      if files.isEmpty, brokers == nil || topic == nil {
        throw ValidationError("give a file of results, a pipeline, or --brokers and --topic")
      }
    } else if brokers != nil || topic != nil {
      throw ValidationError("give files, or --brokers and --topic, not both")
    }
  }

  /// The topic.
  func target() throws -> KafkaTarget {
    var target = KafkaTarget(brokers: brokers ?? "", topic: topic ?? "", partitions: 1)
    if isPipeline {
      let loaded = try PipelineOptions.load(PipelineOptions.plainRequest(files[0]))
      guard let declared = loaded.declaration.sinks.lazy.compactMap({ KafkaTarget($0) }).first else {
        throw ConnectorError("the pipeline has no sink `kafka`: give --brokers and --topic, or a file of results")
      }
      target = declared
      target.brokers = brokers ?? declared.brokers
      target.topic = topic ?? declared.topic
    }
    guard !target.isEmbedded else {
      throw ConnectorError(
        "`embedded` is a broker inside of `hitmon run`: give --brokers with the address that the run has printed")
    }
    return target
  }
}
