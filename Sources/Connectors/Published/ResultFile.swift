#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file of result messages, one a line, that may grow while it is read, and whose lines can be read again.
package final class ResultFile: Sendable {
  package let name: String
  private let descriptor: Int32

  /// One line, without its end.
  package struct Line: Sendable {
    package let offset: Int64
    package let bytes: [UInt8]
  }

  /// Opens a file; nil where it is packed, or no file that can be read twice. Throws where it cannot be opened.
  package static func open(_ path: String) throws -> ResultFile? {
    guard path != "-" else { return nil }
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    #else
      let descriptor = Musl.open(path, O_RDONLY | O_CLOEXEC)
    #endif
    guard descriptor >= 0 else { throw ConnectorError("cannot open \(path): \(systemWords(for: errno))") }
    let file = ResultFile(name: path, descriptor: descriptor)
    // A line of results begins with a brace; anything else is packed, or is reported when it is read as lines.
    guard file.size != nil, file.read(from: 0, count: 1).map({ $0.isEmpty || $0 == [UInt8(ascii: "{")] }) == true else {
      return nil
    }
    return file
  }

  private init(name: String, descriptor: Int32) {
    self.name = name
    self.descriptor = descriptor
  }

  deinit { _ = close(descriptor) }

  /// Whether the name leads to another file by now. False while it leads nowhere.
  package var isReplaced: Bool {
    guard let found = FileIdentity(path: name) else { return false }
    return found != FileIdentity(descriptor: descriptor)
  }

  /// How long it is now; nil for what is no file.
  package var size: Int64? {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
  }

  /// Bytes from a place on, fewer at the file's end; nil where they cannot be read.
  package func read(from offset: Int64, count: Int) -> [UInt8]? {
    var isRead = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let more = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
        if more < 0, errno == EINTR { continue }
        isRead = more >= 0
        guard more > 0 else { break }
        filled += more
      }
    }
    return isRead ? bytes : nil
  }

  /// Goes through the lines from a place on, and gives the place behind the last.
  ///
  /// - Parameters:
  ///   - takesRest: whether what has no line end yet is a line.
  ///   - body: gives whether to go on.
  package func lines(from start: Int64, takesRest: Bool, _ body: (Line) throws -> Bool) throws -> Int64 {
    var offset = start
    var held: [UInt8] = []
    while true {
      // At least as much again as is held, so that a long line costs no more than its length.
      let place = offset + Int64(held.count)
      guard let more = read(from: place, count: max(1 << 20, held.count)) else {
        throw ConnectorError("cannot read \(name): \(systemWords(for: errno))")
      }
      var searched = held.count
      held += more
      var line = 0
      while let end = held[searched...].firstIndex(of: 0x0A) {
        guard try body(Line(offset: offset + Int64(line), bytes: Array(held[line..<end]))) else {
          return offset + Int64(end + 1)
        }
        (line, searched) = (end + 1, end + 1)
      }
      held.removeFirst(line)
      offset += Int64(line)
      guard more.isEmpty else { continue }
      guard takesRest, !held.isEmpty else { return offset }
      _ = try body(Line(offset: offset, bytes: held))
      return offset + Int64(held.count)
    }
  }
}
