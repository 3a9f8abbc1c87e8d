import ChainExecution
import Columns
import Histograms
import JSON
import Support

extension JSONReader {
  /// An object of values by name.
  mutating func byName<Value>(
    _ value: (inout JSONReader) throws(JSONError) -> Value
  ) throws(JSONError) -> [String: Value] {
    var values: [String: Value] = [:]
    try beginObject()
    while let name = try nextKey() { values[name] = try value(&self) }
    return values
  }

  /// An offset, or the number of a window or a claim. Throws if it is too large to count on from.
  mutating func place() throws(JSONError) -> Int64 {
    let start = offset
    let value = try int64()
    guard value.magnitude <= Int64.farthestPlace.magnitude else {
      throw JSONError(offset: start, "expected a number of at most \(Int64.farthestPlace)")
    }
    return value
  }

  /// The state of a partition on a log.
  mutating func publishedPartition() throws(JSONError) -> PublishedPartition {
    var state = PublishedPartition()
    var (resume, read, last): (Int64?, Int64?, Int64?) = (nil, nil, nil)
    var cut: WindowCut?
    var mark: MessageMark?
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "epoch": state.epoch = try place()
      case "number": state.number = try place()
      case "idle": state.isIdle = try bool()
      case "resume": resume = try place()
      case "read": read = try place()
      case "last": last = try place()
      case "cut": cut = try windowCut()
      case "mark": mark = try self.mark()
      default: try skip()
      }
    }
    if let resume {
      state.position = ReadPosition(resume: resume, read: read ?? resume, last: last, cut: cut, mark: mark)
    }
    return state
  }

  mutating func mark() throws(JSONError) -> MessageMark {
    try beginArray()
    guard try nextItem() else { throw JSONError(offset: offset, "expected an offset and a digest") }
    let place = try place()
    guard try nextItem() else { throw JSONError(offset: offset, "expected an offset and a digest") }
    let start = offset
    guard let digest = UInt64(try string(), radix: 16) else {
      throw JSONError(offset: start, "expected a digest of hexadecimal digits")
    }
    guard try !nextItem() else { throw JSONError(offset: offset, "expected an offset and a digest") }
    return MessageMark(offset: place, digest: digest)
  }

  /// Nil if this version does not know the kind.
  private mutating func windowCut() throws(JSONError) -> WindowCut? {
    var kind: ResultHead.Window.Kind?
    var (of, length): (String?, Double?) = (nil, nil)
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "kind": kind = ResultHead.Window.Kind(rawValue: try string())
      case "of": of = try string()
      case "length": length = try number()
      default: try skip()
      }
    }
    return kind.map { WindowCut(kind: $0, of: of, length: length) }
  }
}

extension JSONWriter {
  /// An object of values by name, in the order of the names.
  mutating func byName<Value>(
    _ key: String, _ values: [String: Value], _ write: (inout JSONWriter, Value) -> Void
  ) {
    self.key(key)
    beginObject()
    for (name, value) in values.sorted(by: { namesInOrder($0.key, $1.key) }) {
      self.key(name)
      write(&self, value)
    }
    endObject()
  }

  mutating func publishedPartition(_ state: PublishedPartition) {
    beginObject()
    if state.epoch != 0 || state.number != 0 {
      field("epoch", state.epoch)
      field("number", state.number)
    }
    if state.isIdle {
      key("idle")
      bool(true)
    }
    if let position = state.position { fields(of: position) }
    endObject()
  }

  mutating func mark(_ mark: MessageMark) {
    beginArray()
    integer(mark.offset)
    string(String(mark.digest, radix: 16))
    endArray()
  }

  mutating func readPosition(_ position: ReadPosition) {
    beginObject()
    fields(of: position)
    endObject()
  }

  private mutating func fields(of position: ReadPosition) {
    field("resume", position.resume)
    field("read", position.read)
    if let last = position.last { field("last", last) }
    if let mark = position.mark {
      key("mark")
      self.mark(mark)
    }
    guard let cut = position.cut else { return }
    key("cut")
    beginObject()
    field("kind", cut.kind.rawValue)
    if let of = cut.of { field("of", of) }
    if let length = cut.length {
      key("length")
      number(length)
    }
    endObject()
  }
}
