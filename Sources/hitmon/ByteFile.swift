import Connectors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that bytes are written to, or standard output. A file appears under its name when it is whole.
final class ByteFile {
  private let path: String
  private let name: String
  private let temporary: String?
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  private static let bufferBytes = 1 << 18

  init(path: String) throws {
    self.path = path
    name = path == "-" ? "standard output" : path
    var status = stat()
    // What is no file, such as a named pipe, is written to as it is.
    let isPlain = path != "-" && (stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG)
    temporary = isPlain ? "\(path).\(getpid()).part" : nil
    if path == "-" {
      descriptor = 1
    } else {
      descriptor = open(temporary ?? path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw ConnectorError("cannot write \(path): \(String(cString: strerror(errno)))") }
    }
  }

  deinit {
    if descriptor > 1 { _ = Self.end(descriptor) }
    if let temporary { unlink(temporary) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    buffer += bytes
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  private func flush() throws {
    try writeAll(buffer, to: descriptor, name: name)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what is held back, and gives the file its name.
  func close() throws {
    try flush()
    guard let temporary else { return }
    guard rename(temporary, path) == 0 else {
      throw ConnectorError("cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  private static func end(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #else
      Musl.close(descriptor)
    #endif
  }
}
