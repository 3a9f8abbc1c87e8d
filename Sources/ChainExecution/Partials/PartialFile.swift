/// A partial result as a file: what it says of itself, and its windows one by one, read when they are asked for.
package final class PartialFile {
  /// The path, for messages.
  package let name: String
  package let identity: PartialIdentity
  /// Of the input that was counted; partitions have the numbers of this file.
  package private(set) var input = PartialInput(source: "")
  private(set) var tail = PartialTail()
  private(set) var streamNumbers: [Int64] = []
  private(set) var entries: [PartialEntry] = []
  /// The texts and the values of `per` columns by their numbers there.
  private(set) var texts: [String] = []
  private(set) var values: [[Int64]] = []
  private let read: (_ place: Int, _ count: Int) throws -> [UInt8]
  private let size: Int

  /// Whether bytes are the beginning of a partial result.
  package static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: PartialFileWriter.magic.prefix(7))
  }

  /// - Parameters:
  ///   - size: bytes of the file.
  ///   - read: gives bytes of the file from a place on.
  package init(
    name: String, size: Int, plan: ChainPlan, identity wanted: PartialIdentity,
    read: @escaping (_ place: Int, _ count: Int) throws -> [UInt8]
  ) throws {
    self.name = name
    self.size = size
    self.read = read
    let magic = PartialFileWriter.magic
    guard size >= magic.count, case let begin = try read(0, magic.count), Self.begins(begin) else {
      throw PartialError("\(name) is no partial result")
    }
    guard begin == magic else {
      throw PartialError(
        "\(name) is a partial result of version `\(String(decoding: begin.suffix(1), as: UTF8.self))`, and this program knows version \(String(decoding: PartialFileWriter.magic.suffix(1), as: UTF8.self))"
      )
    }
    let head = try Self.block(at: magic.count, name, size, read)
    identity = try head.bytes.withUnsafeBytes { bytes in
      var reader = PartialReader(bytes, origin: head.place)
      return PartialIdentity(pipeline: try reader.text(), fingerprint: try reader.unsigned())
    }
    guard identity == wanted else {
      throw PartialError(
        "\(name) was counted by another pipeline: `\(identity.pipeline)` with fingerprint \(hexadecimal(identity.fingerprint)), and this one is `\(wanted.pipeline)` with \(hexadecimal(wanted.fingerprint)); give `kernel` and `merge` the same file, --set and --window"
      )
    }
    let end = PartialFileWriter.end
    let last = size >= 16 ? try read(size - 16, 16) : []
    guard last.suffix(8).elementsEqual(end) else {
      throw PartialError("\(name) is cut off: it ends at byte \(size), before its last part")
    }
    let place = last.withUnsafeBytes {
      Int(truncatingIfNeeded: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)))
    }
    let block = try Self.block(at: place, name, size, read)
    do {
      try block.bytes.withUnsafeBytes { bytes in
        var reader = PartialReader(bytes, origin: block.place)
        try readTail(&reader, plan)
      }
    } catch let error as PartialError {
      throw PartialError("\(name): \(error)")
    }
  }

  private static func block(
    at place: Int, _ name: String, _ size: Int, _ read: (Int, Int) throws -> [UInt8]
  ) throws -> (bytes: [UInt8], place: Int) {
    guard place >= 0, place <= size - 16 else { throw PartialError("\(name) is cut off at byte \(size)") }
    let head = try read(place, 16)
    let (length, sum) = head.withUnsafeBytes {
      (
        UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    guard head.count == 16, length <= UInt64(size - place - 16) else {
      throw PartialError("\(name) is cut off at byte \(size), in the part that begins at byte \(place)")
    }
    let bytes = try read(place + 16, Int(length))
    guard bytes.count == Int(length), bytes.withUnsafeBytes(partialSum) == sum else {
      throw PartialError("\(name) is damaged in the part that begins at byte \(place)")
    }
    return (bytes, place + 16)
  }

  private func readTail(_ reader: inout PartialReader, _ plan: ChainPlan) throws(PartialError) {
    for _ in 0..<(try reader.count()) { texts.append(try reader.text()) }
    guard try reader.count() == plan.openCells.count else { throw reader.damaged() }
    for _ in plan.openCells {
      var column: [Int64] = []
      for _ in 0..<(try reader.count()) { column.append(try reader.signed()) }
      values.append(column)
    }
    input = try reader.input()
    let partitions = input.partitions.count
    func partition(_ reader: inout PartialReader) throws(PartialError) -> Int {
      let number = try reader.count(limit: max(0, partitions - 1))
      guard number < partitions else { throw reader.damaged() }
      return number
    }
    for _ in 0..<(try reader.count()) {
      streamNumbers.append(try reader.signed())
      tail.streams.append(try reader.stream(groups: plan.groups.count, partitions: partitions))
    }
    guard Set(streamNumbers).count == streamNumbers.count else { throw reader.damaged() }
    tail.pending = try reader.counts()
    for _ in 0..<(try reader.count()) {
      let number = try partition(&reader)
      for _ in 0..<(try reader.count()) { tail.gaps[number, default: []].append(try reader.range()) }
    }
    for _ in 0..<(try reader.count()) { tail.ends[try partition(&reader)] = try reader.signed() }
    for _ in 0..<(try reader.count()) { tail.lasting.append(try partition(&reader)) }
    for _ in 0..<(try reader.count()) {
      let window = try reader.signed(), place = Int(clamping: try reader.unsigned())
      var entry = PartialEntry(window: window, place: place, offsets: [:], frontier: try reader.optional())
      for _ in 0..<(try reader.count()) { entry.offsets[try partition(&reader)] = try reader.range() }
      entries.append(entry)
    }
    guard reader.isAtEnd else { throw reader.damaged() }
  }

  /// Reads a window's block.
  func read<R>(_ entry: PartialEntry, _ body: (inout PartialReader) throws(PartialError) -> R) throws -> R {
    let block = try Self.block(at: entry.place, name, size, read)
    do {
      return try block.bytes.withUnsafeBytes { bytes in
        var reader = PartialReader(bytes, origin: block.place)
        let result = try body(&reader)
        guard reader.isAtEnd else { throw reader.damaged() }
        return result
      }
    } catch let error as PartialError {
      throw PartialError("\(name): \(error)")
    }
  }
}

/// Sixteen digits.
package func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
