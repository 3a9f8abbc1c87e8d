import Diagnostics
import JSON
import Results

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The end of a file of results.
enum PublishedFile {
  /// How a file of results ends.
  struct End: Equatable {
    /// The bytes of whole messages.
    var whole: Int64
    /// The bytes behind them: a message that a run did not finish.
    var rest: Int64 = 0
    /// Whether the last message has no line end yet.
    var lacksLineEnd = false
  }

  /// What a pipeline has published last of an input's partitions in a file of JSON lines, up to `size` bytes of it. Lines
  /// that are no results are passed over.
  static func read(
    _ descriptor: Int32, size: Int64, pipeline: String, input: String, partitions: [String]
  ) -> PublishedRecord {
    let size = Int(size)
    var length = 1 << 20
    while true {
      let start = max(0, size - length)
      var lines = (bytes(of: descriptor, Int64(start)..<Int64(size)) ?? []).split(separator: 0x0A)
      // The first line may be cut.
      if start > 0, !lines.isEmpty { lines.removeFirst() }
      var fold = ResultFold(pipeline: pipeline)
      for line in lines {
        if let message = line.withUnsafeBytes({ LogMessage(reading: $0) }) { _ = fold.take(message) }
      }
      // The last line of a partition says all there is to know of it.
      let record = PublishedRecord(fold, of: input)
      if start == 0 || partitions.allSatisfy({ record.positions[$0] != nil }) { return record }
      length *= 4
    }
  }

  /// Looks at the end of a file that results are to be appended to. Throws a sentence where it holds something else.
  static func end(of descriptor: Int32, name: String) throws(ConnectorError) -> End {
    let size = Int64(lseek(descriptor, 0, SEEK_END))
    let last = try lineStart(descriptor, before: size, name)
    let before = try endsInMessage(descriptor, last, name)
    let isBlank = try textEnd(descriptor, before: size, name) <= last
    if isBlank {
      guard before ?? true else { throw refusal(name) }
      return End(whole: size, lacksLineEnd: last < size)
    }
    if try isMessage(last..<size, of: descriptor, name) { return End(whole: size, lacksLineEnd: true) }
    // Behind messages it is one that was not finished, and so is the only line if it begins as one.
    var isUnfinished = before ?? false
    if before == nil { isUnfinished = try beginsAsMessage(last..<size, of: descriptor, name) }
    guard isUnfinished else { throw refusal(name) }
    return End(whole: last, rest: size - last)
  }

  private static func refusal(_ name: String) -> ConnectorError {
    ConnectorError(
      "cannot append to \(name): its last line is not a result message; give another `path`, or move the file away")
  }

  /// Whether the last line before a place that is not blank is a message; nil where there is none.
  private static func endsInMessage(
    _ descriptor: Int32, _ place: Int64, _ name: String
  ) throws(ConnectorError) -> Bool? {
    let end = try textEnd(descriptor, before: place, name)
    guard end > 0 else { return nil }
    return try isMessage(lineStart(descriptor, before: end, name)..<end, of: descriptor, name)
  }

  /// What the run writes first in each message.
  private static let beginning = Array(#"{"schema":"\#(ResultHead.schema)""#.utf8)

  private static func beginsAsMessage(
    _ range: Range<Int64>, of descriptor: Int32, _ name: String
  ) throws(ConnectorError) -> Bool {
    let front = range.lowerBound..<min(range.upperBound, range.lowerBound + Int64(beginning.count))
    return beginning.starts(with: try read(front, of: descriptor, name))
  }

  private static func isMessage(
    _ range: Range<Int64>, of descriptor: Int32, _ name: String
  ) throws(ConnectorError) -> Bool {
    guard try read(range.lowerBound..<range.lowerBound + 1, of: descriptor, name) == [UInt8(ascii: "{")] else {
      return false
    }
    return try read(range, of: descriptor, name).withUnsafeBytes { bytes in
      guard (try? ResultHead(reading: bytes)) != nil else { return false }
      // The head may be whole and what follows on it not.
      var reader = JSONReader(bytes)
      return (try? reader.skip()) != nil && (try? reader.end()) != nil
    }
  }

  // MARK: Bytes

  /// Where the line begins that the byte before a place is in.
  private static func lineStart(
    _ descriptor: Int32, before place: Int64, _ name: String
  ) throws(ConnectorError) -> Int64 {
    try search(descriptor, before: place, name) { $0.lastIndex(of: 0x0A) } ?? 0
  }

  /// The place behind the last byte before `place` that is not blank.
  private static func textEnd(
    _ descriptor: Int32, before place: Int64, _ name: String
  ) throws(ConnectorError) -> Int64 {
    try search(descriptor, before: place, name) { $0.lastIndex { ![0x0A, 0x0D, 0x20].contains($0) } } ?? 0
  }

  /// The place behind the last byte that is found before `place`; nil for none.
  private static func search(
    _ descriptor: Int32, before place: Int64, _ name: String, _ find: (ArraySlice<UInt8>) -> Int?
  ) throws(ConnectorError) -> Int64? {
    var end = place
    while end > 0 {
      let start = max(0, end - 1 << 16)
      if let index = find(try read(start..<end, of: descriptor, name)[...]) { return start + Int64(index) + 1 }
      end = start
    }
    return nil
  }

  static func read(_ range: Range<Int64>, of descriptor: Int32, _ name: String) throws(ConnectorError) -> [UInt8] {
    guard let bytes = bytes(of: descriptor, range) else {
      throw ConnectorError("cannot read \(name): \(systemWords(for: errno))")
    }
    return bytes
  }

  /// Nil where they cannot be read; fewer at the file's end.
  private static func bytes(of descriptor: Int32, _ range: Range<Int64>) -> [UInt8]? {
    var isRead = true
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let more = pread(
          descriptor, buffer.baseAddress! + filled, range.count - filled, off_t(range.lowerBound) + off_t(filled))
        if more < 0, errno == EINTR { continue }
        isRead = more >= 0
        guard more > 0 else { break }
        filled += more
      }
    }
    return isRead ? bytes : nil
  }
}
