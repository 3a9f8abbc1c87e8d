import Histograms
import JSON
import Support

extension ClaimMessage {
  /// Skips unknown fields.
  package init(reading message: UnsafeRawBufferPointer) throws(ResultError) {
    var parts = Parts()
    do throws(JSONError) {
      try parts.read(message)
    } catch {
      throw ResultError(error)
    }
    guard parts.schema == Self.schema, let pipeline = parts.pipeline, let kind = parts.kind else {
      throw ResultError("not a message of the schema `\(Self.schema)`")
    }
    self.init(pipeline: pipeline, run: parts.run, kind)
  }

  /// The message as one JSON object.
  package var json: [UInt8] {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    writer.field("schema", Self.schema)
    writer.field("pipeline", pipeline)
    writer.field("run", run)
    switch kind {
    case .claim(let input, let epoch, let after):
      writer.key("claim")
      writer.beginObject()
      writer.field("epoch", epoch)
      writer.field("input", input)
      writer.byName("after", after) { $0.integer($1) }
      writer.endObject()
    case .tick(let input, let epoch, let number, let idle):
      writer.key("claim")
      writer.beginObject()
      writer.field("epoch", epoch)
      writer.field("number", number)
      writer.field("input", input)
      writer.byName("idle", idle) { $0.bool($1) }
      writer.endObject()
    case .snapshot(let upto, let inputs, let lastOrder):
      writer.key("snapshot")
      writer.beginObject()
      writer.field("upto", upto)
      if let lastOrder { writer.field("last_order", lastOrder) }
      writer.byName("inputs", inputs) { writer, partitions in
        writer.beginObject()
        for (name, state) in partitions.sorted(by: { namesInOrder($0.key, $1.key) }) {
          writer.key(name)
          writer.publishedPartition(state)
        }
        writer.endObject()
      }
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes
  }
}

/// The fields of a message read so far.
private struct Parts {
  var schema: String?
  var pipeline: String?
  var run = ""
  var kind: ClaimMessage.Kind?

  mutating func read(_ message: UnsafeRawBufferPointer) throws(JSONError) {
    var reader = JSONReader(message)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "schema":
        schema = try reader.string()
        if schema != ClaimMessage.schema { return }
      case "pipeline": pipeline = try reader.string()
      case "run": run = try reader.string()
      case "claim": kind = try claim(&reader)
      case "snapshot": kind = try snapshot(&reader)
      default: try reader.skip()
      }
    }
    try reader.end()
  }

  private func claim(_ reader: inout JSONReader) throws(JSONError) -> ClaimMessage.Kind? {
    var (epoch, number, input): (Int64?, Int64?, String?) = (nil, nil, nil)
    var after: [String: Int64]?
    var idle: [String: Bool]?
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "epoch": epoch = try reader.place()
      case "number": number = try reader.place()
      case "input": input = try reader.string()
      case "idle": idle = try reader.byName { reader throws(JSONError) in try reader.bool() }
      case "after": after = try reader.byName { reader throws(JSONError) in try reader.place() }
      default: try reader.skip()
      }
    }
    guard let epoch, let input else { return nil }
    if let after { return .claim(input: input, epoch: epoch, after: after) }
    guard let number, let idle else { return nil }
    return .tick(input: input, epoch: epoch, number: number, idle: idle)
  }

  private func snapshot(_ reader: inout JSONReader) throws(JSONError) -> ClaimMessage.Kind? {
    var upto: Int64?
    var inputs: PublishedInputs?
    var lastOrder: Int64?
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "upto": upto = try reader.place()
      case "last_order": lastOrder = try reader.place()
      case "inputs":
        inputs = try reader.byName { reader throws(JSONError) in
          try reader.byName { reader throws(JSONError) in try reader.publishedPartition() }
        }
      default: try reader.skip()
      }
    }
    guard let upto, let inputs else { return nil }
    return .snapshot(upto: upto, inputs, lastOrder: lastOrder)
  }
}
