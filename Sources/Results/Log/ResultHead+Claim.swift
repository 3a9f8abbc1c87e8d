import Histograms
import JSON

extension ResultHead {
  /// The claim by which a message was published.
  package struct Claim: Sendable, Equatable {
    package var epoch: Int64
    /// The number of the message in its claim, from 1.
    package var number: Int64
    /// The claimed input, if it is not that of `source`: a merged message covers the log of parts.
    package var covered: Covered?

    package init(epoch: Int64, number: Int64, covered: Covered? = nil) {
      self.epoch = epoch
      self.number = number
      self.covered = covered
    }
  }

  /// How far a message covers an input.
  package struct Covered: Sendable, Equatable {
    package var input: String
    package var positions: [String: ReadPosition]

    package init(input: String, positions: [String: ReadPosition]) {
      self.input = input
      self.positions = positions
    }
  }

  /// Whether the message says how far a partition of an input is covered.
  package func covers(_ partition: String, of input: String) -> Bool {
    guard let covered = claim?.covered else { return (source.topic ?? "") == input && source.resume[partition] != nil }
    return covered.input == input && covered.positions[partition] != nil
  }

  /// How far the message covers each partition of its source.
  var positions: [String: ReadPosition] {
    let cut = WindowCut(window)
    var positions: [String: ReadPosition] = [:]
    for (partition, resume) in source.resume {
      positions[partition] = ReadPosition(
        resume: resume, read: source.read[partition] ?? resume,
        last: cut.kind == .span ? source.last[partition] ?? window.index : nil, cut: cut,
        mark: source.marks[partition])
    }
    return positions
  }

  /// The message with a claim added. `message` must have none, and begin as ``write(to:)`` writes it.
  package static func stamp(_ message: UnsafeRawBufferPointer, _ claim: Claim) -> [UInt8] {
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.field("schema", schema)
    let head = writer.bytes.count
    writer.claim(claim)
    var stamped = writer.bytes
    stamped.reserveCapacity(stamped.count + message.count)
    stamped += message[head...]
    return stamped
  }
}

extension JSONReader {
  mutating func claim() throws(JSONError) -> ResultHead.Claim {
    var claim = ResultHead.Claim(epoch: 0, number: 0)
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "epoch": claim.epoch = try place()
      case "number": claim.number = try place()
      case "covers": claim.covered = try covered()
      default: try skip()
      }
    }
    return claim
  }

  private mutating func covered() throws(JSONError) -> ResultHead.Covered {
    var covered = ResultHead.Covered(input: "", positions: [:])
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "input": covered.input = try string()
      case "partitions":
        covered.positions = try byName { reader throws(JSONError) in try reader.publishedPartition().position }
          .compactMapValues(\.self)
      default: try skip()
      }
    }
    return covered
  }
}

extension JSONWriter {
  mutating func claim(_ claim: ResultHead.Claim) {
    key("claim")
    beginObject()
    field("epoch", claim.epoch)
    field("number", claim.number)
    if let covered = claim.covered {
      key("covers")
      beginObject()
      field("input", covered.input)
      byName("partitions", covered.positions) { $0.readPosition($1) }
      endObject()
    }
    endObject()
  }
}
