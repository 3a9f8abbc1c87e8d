import ChainExecution
import Columns
import Connectors
import Diagnostics
import Histograms
import JSON
import Results
import Specifications

extension Pipeline {
  /// What engines that run a pipeline in parts must know of it, as JSON. Secrets are left out.
  ///
  /// - Parameters:
  ///   - inputs: the input to be cut into parts, where it is files or objects.
  ///   - header: the header line of the first of them.
  ///   - version: that of the program. Programs that count parts of a run are of one version.
  package func description(of inputs: [InputPlace]? = nil, header: String? = nil, version: String = "") -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("pipeline", declaration.name.text)
    writer.field("fingerprint", hexadecimal(identity.fingerprint))
    if !version.isEmpty { writer.field("version", version) }
    writer.key("window")
    writer.beginObject()
    switch plan.window {
    case .every(let length):
      writer.field("kind", "every")
      writer.field("nanoseconds", length)
    case .rows(let rows):
      writer.field("kind", "rows")
      writer.field("rows", rows)
    case .span(let windows):
      writer.field("kind", "span")
      writer.field("of", windows.label)
    case .all: writer.field("kind", "all")
    }
    writer.endObject()
    writer.field("record", framing)
    writer.key("files")
    writer.beginArray()
    for file in files { writer.string(file) }
    writer.endArray()
    if let separator = plan.format.separator, separator > 0 {
      // How to write a row: what stands between its fields, and which these are.
      writer.field("separator", String(UnicodeScalar(separator)))
      writer.key("fields")
      writer.beginArray()
      for field in plan.format.fields { writer.string(field.name) }
      writer.endArray()
    }
    writer.key("sources")
    writer.beginArray()
    for source in declaration.sources {
      guard let settings = source.setting.settings else { continue }
      writer.beginObject()
      writer.field("name", source.name.text)
      describe(settings, &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.key("sinks")
    writer.beginArray()
    for settings in declaration.sinks {
      writer.beginObject()
      describe(settings, &writer)
      writer.endObject()
    }
    writer.endArray()
    if let inputs {
      writer.key("inputs")
      writer.beginArray()
      for input in inputs {
        writer.beginObject()
        writer.field("name", input.name)
        if let size = input.size { writer.field("bytes", size) }
        writer.endObject()
      }
      writer.endArray()
    }
    if let header { writer.field("header", header) }
    writer.endObject()
    return writer.bytes
  }

  /// The header line of the first of these files or objects, which holds for those behind it that have none; nil where it
  /// has none, or where rows have no headers.
  ///
  /// - Throws: a sentence where the beginnings of the files do not go together.
  package func header(of inputs: [InputPlace], source: String?, stop: @escaping StopCheck) throws -> String? {
    let index = source.flatMap { name in declaration.sources.firstIndex { $0.name.text == name } }
    let format = plan.formats[index.map { plan.sourceFormats[$0] } ?? 0]
    return try FileSource.header(of: inputs, format: format, stop: stop)?.line
  }

  /// The files and objects that words stand for, with the store of a declared source where one is named; without words,
  /// those of that source.
  ///
  /// - Throws: a sentence where there is no such source, or what it reads cannot be found.
  package func inputs(
    _ words: [String], source: String?, stop: @escaping StopCheck, tell: @escaping @Sendable (String) -> Void
  ) throws -> [InputPlace] {
    guard let source else { return try findInputs(words, stop: stop, tell: tell) }
    guard let declared = declaration.sources.first(where: { $0.name.text == source }) else {
      throw ConnectorError("the pipeline has no source `\(source)`")
    }
    guard let settings = declared.setting.settings, KafkaTarget(settings) == nil else {
      throw ConnectorError("the source `\(source)` is a topic, and not cut into files")
    }
    return try findInputs(words, of: settings, stop: stop, tell: tell)
  }

  private var framing: String {
    if case .lines = plan.format.framing { "lines" } else { "fixed" }
  }

  private func describe(_ settings: Settings, _ writer: inout JSONWriter) {
    writer.field("kind", settings.specification.name)
    if let target = KafkaTarget(settings) {
      writer.field("brokers", target.brokers)
      writer.field("topic", target.topic)
      writer.key("settings")
      writer.beginObject()
      for (name, value) in target.openSettings { writer.field(name, value) }
      writer.endObject()
      writer.key("secrets")
      writer.bool(target.hasSecrets)
    }
    let texts: [any KeyDeclaration] = [
      KafkaSourceKeys.group, KafkaSourceKeys.start, KafkaSourceKeys.until, SinkComponent.resultFormat,
    ]
    for key in texts {
      if let text = settings.setting(key)?.node.scalar?.text { writer.field(key.name, text) }
    }
    if settings.setting(KafkaSourceKeys.idle) != nil, let idle = settings[KafkaSourceKeys.idle].value(in: .second) {
      writer.field("idle_seconds", idle)
    }
    if let target = KafkaTarget(settings) { writer.field("partitions", target.partitions) }
    if settings.setting(FileSinkKeys.append) != nil {
      writer.key("append")
      writer.bool(settings[FileSinkKeys.append])
    }
    // Those of a source are a list, and that of a sink is one.
    if let paths = settings[FileSourceKeys.path] ?? settings.setting(FileSinkKeys.path).map({ [$0] }) {
      writer.key("paths")
      writer.beginArray()
      for text in paths.compactMap(\.text) { writer.string(text.text) }
      writer.endArray()
    }
  }
}
