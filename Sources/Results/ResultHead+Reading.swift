import ChainExecution
import Columns
import Diagnostics
import Histograms
import JSON

extension ResultHead {
  /// Reads the head of a message, and stops where its histograms begin if it has everything by then: a long message
  /// costs no more than a short one. Fields that are not known are passed over.
  package init(reading message: UnsafeRawBufferPointer) throws(ResultError) {
    var histograms: Int?
    self = try Self.read(message, histograms: &histograms)
  }

  /// The same, and the place of the histograms; nil where the message has none.
  static func read(_ message: UnsafeRawBufferPointer, histograms: inout Int?) throws(ResultError) -> ResultHead {
    var parts = Parts()
    do throws(JSONError) {
      try parts.read(message)
    } catch {
      throw ResultError(error)
    }
    histograms = parts.histograms
    guard let schema = parts.schema else { throw ResultError("not a result message: it has no `schema`") }
    guard schema == Self.schema else {
      throw ResultError("the message's schema is `\(schema)`, and this program reads `\(Self.schema)`")
    }
    guard let format = ResultFormat(rawValue: parts.format) else {
      throw ResultError("the message's format is `\(parts.format)`, which this program does not know")
    }
    if let kind = parts.unknownKind {
      throw ResultError("the message's window is of the kind `\(kind)`, which this program does not know")
    }
    guard let pipeline = parts.pipeline else { throw ResultError("the message has no `pipeline`") }
    guard let window = parts.window else {
      throw ResultError("the message has no `window` with an `index` and a `kind`")
    }
    guard let counts = parts.counts else { throw ResultError("the message has no `counts`") }
    guard let source = parts.source else { throw ResultError("the message has no `source`") }
    var head = ResultHead(pipeline: pipeline, run: parts.run, window: window, counts: counts, source: source)
    head.format = format
    head.isPartial = parts.isPartial
    head.error = parts.error
    head.claim = parts.claim
    head.dashboard = parts.dashboard
    return head
  }
}

/// What has been read of a head so far.
private struct Parts {
  var schema: String?
  var format = ResultFormat.json.rawValue
  var pipeline: String?
  var run = ""
  var isPartial = false
  var error: String?
  var claim: ResultHead.Claim?
  var window: ResultHead.Window?
  var unknownKind: String?
  var counts: [ResultHead.Count]?
  var source: ResultHead.Source?
  var dashboard: [UInt8]?
  var histograms: Int?

  /// Whether the message begins as hitmon writes it: a claim, if there is one, comes second.
  private var isInOrder = false

  private var isComplete: Bool {
    schema != nil && pipeline != nil && window != nil && counts != nil && source != nil && (claim != nil || isInOrder)
  }

  mutating func read(_ message: UnsafeRawBufferPointer) throws(JSONError) {
    var reader = JSONReader(message)
    var place = 0
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if place == 1 { isInOrder = schema != nil }
      place += 1
      switch key {
      case "schema":
        schema = try reader.string()
        // What another schema means by the rest nobody knows.
        if schema != ResultHead.schema { return }
      case "format": format = try reader.string()
      case "pipeline": pipeline = try reader.string()
      case "run": run = try reader.string()
      case "partial": isPartial = try reader.bool()
      case "error": error = try reader.string()
      case "claim": claim = try reader.claim()
      case "window": try readWindow(&reader)
      case "counts": try readCounts(&reader)
      case "source": try readSource(&reader)
      case "dashboard":
        let place = try reader.skip()
        dashboard = Array(message[place])
      case "histograms":
        _ = try reader.peek()
        histograms = reader.offset
        if isComplete { return }
        try reader.skip()
      default: try reader.skip()
      }
    }
    try reader.end()
  }

  private mutating func readWindow(_ reader: inout JSONReader) throws(JSONError) {
    var index: Int64?
    var kind: String?
    var read = ResultHead.Window(index: 0, kind: .all)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "index": index = try reader.place()
      case "kind": kind = try reader.string()
      case "of": read.of = try reader.string()
      case "start": read.start = try readMark(&reader)
      case "end": read.end = try readMark(&reader)
      case "length": read.length = try reader.number()
      default: try reader.skip()
      }
    }
    guard let index, let kind else { return }
    guard let known = ResultHead.Window.Kind(rawValue: kind) else {
      unknownKind = kind
      return
    }
    read.index = index
    read.kind = known
    window = read
  }

  private func readMark(_ reader: inout JSONReader) throws(JSONError) -> ResultHead.Mark {
    try reader.peek() == .string ? .time(try reader.string()) : .number(try reader.number())
  }

  private mutating func readCounts(_ reader: inout JSONReader) throws(JSONError) {
    var read: [ResultHead.Count] = []
    try reader.beginObject()
    while let name = try reader.nextKey() {
      // A count that a later version adds may be anything.
      if try reader.peek() == .number {
        read.append(ResultHead.Count(name, try reader.uint64()))
      } else {
        try reader.skip()
      }
    }
    counts = read
  }

  private mutating func readSource(_ reader: inout JSONReader) throws(JSONError) {
    var read = ResultHead.Source(name: "")
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "name": read.name = try reader.string()
      case "topic": read.topic = try reader.string()
      case "partitions": read.partitions = Int(truncatingIfNeeded: try reader.int64())
      case "offsets": read.offsets = try reader.byName(readRange)
      case "resume": read.resume = try reader.byName(readPlace)
      case "read": read.read = try reader.byName(readPlace)
      case "last": read.last = try reader.byName(readPlace)
      case "marks": read.marks = try reader.byName { reader throws(JSONError) in try reader.mark() }
      case "gaps": read.gaps = try reader.byName(readRanges)
      default: try reader.skip()
      }
    }
    source = read
  }

  private func readPlace(_ reader: inout JSONReader) throws(JSONError) -> Int64 { try reader.place() }

  private func readRange(_ reader: inout JSONReader) throws(JSONError) -> OffsetRange {
    try reader.beginArray()
    guard try reader.nextItem() else { throw JSONError(offset: reader.offset, "expected two offsets") }
    let start = try reader.place()
    guard try reader.nextItem() else { throw JSONError(offset: reader.offset, "expected two offsets") }
    let place = reader.offset
    let end = try reader.place()
    guard end >= start else { throw JSONError(offset: place, "expected an offset that is not below the first") }
    guard try !reader.nextItem() else { throw JSONError(offset: reader.offset, "expected two offsets") }
    return OffsetRange(start: start, end: end)
  }

  private func readRanges(_ reader: inout JSONReader) throws(JSONError) -> [OffsetRange] {
    var ranges: [OffsetRange] = []
    try reader.beginArray()
    while try reader.nextItem() { ranges.append(try readRange(&reader)) }
    return ranges
  }
}
