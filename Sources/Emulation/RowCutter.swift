import ChainExecution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Cuts chunks into their rows, as they stand: malformed rows too, but no comments, no blank lines and no headers.
final class RowCutter {
  /// Bytes of a binary row; 0 for lines.
  private let width: Int
  private let format: any RecordFormat
  private let comment: [UInt8]
  private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Where the next row begins.
  private(set) var position = 0

  init(_ format: any RecordFormat) {
    self.format = format
    comment = format.commentPrefix
    switch format.framing {
    case .fixed(let bytes, _): width = bytes
    case .lines: width = 0
    }
  }

  /// Whether rows are lines, which are separated by newlines in a message.
  var isText: Bool { width == 0 }

  /// Starts with whole rows, which stay in place while they are cut.
  func begin(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    position = 0
  }

  /// The next row, without its newline; nil behind the last. A file's last record may be cut short.
  ///
  /// - Throws: where a header says that rows are others from here on.
  func next() throws(HeaderError) -> UnsafeRawBufferPointer? {
    guard let base = bytes.baseAddress else { return nil }
    while position < bytes.count {
      let start = position
      if width > 0 {
        position = min(start + width, bytes.count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
      }
      let newline = memchr(base + start, 0x0A, bytes.count - start)
      let end = newline.map { UnsafeRawPointer($0) - base } ?? bytes.count
      position = newline == nil ? end : end + 1
      let line = UnsafeRawBufferPointer(start: base + start, count: end - start)
      if try isRow(line) { return line }
    }
    return nil
  }

  private func isRow(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> Bool {
    // Nearly every line begins with its first field.
    var first = 0
    while first < line.count, line[first] == 0x20 || line[first] == 0x09 || line[first] == 0x0D { first += 1 }
    guard first < line.count else { return false }
    if !comment.isEmpty, line[first...].starts(with: comment) { return false }
    // Names begin with no digit and no sign.
    guard line[first] > 0x39 || line[first] == 0x22 || line[first] == 0x27 else { return true }
    guard let header = try format.headerAgain(line) else { return true }
    if header.order != nil {
      throw HeaderError(message: "a header among the rows names other columns than before: cut the file in two there")
    }
    return false
  }
}
