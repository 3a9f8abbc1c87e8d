import Connectors
import Diagnostics
import Operators
import Specifications

extension Pipeline {
  /// What engines that run a pipeline in parts must know of it, as JSON. Secrets are left out.
  public var description: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("pipeline", declaration.name.text)
    writer.field("fingerprint", hexadecimal(identity.fingerprint))
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
    writer.endObject()
    return writer.bytes
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
    for key in ["group", "start", "until", "format"] {
      if let text = settings[key]?.node.scalar?.text { writer.field(key, text) }
    }
    if let idle = settings["idle"]?.quantity { writer.field("idle_seconds", idle.value(in: .named("s") ?? .none) ?? 2) }
    if let partitions = settings["partitions"]?.integer { writer.field("partitions", partitions) }
    if let append = settings["append"]?.boolean {
      writer.key("append")
      writer.bool(append)
    }
    if let path = settings["path"] {
      writer.key("paths")
      writer.beginArray()
      for text in path.list?.compactMap(\.text) ?? [path.text].compactMap(\.self) { writer.string(text.text) }
      writer.endArray()
    }
  }
}
