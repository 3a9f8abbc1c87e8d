import Connectors

/// A file that bytes are written to, or standard output. A file appears under its name when it is whole.
final class ByteFile {
  private let file: OutputFile
  private var buffer: [UInt8] = []

  private static let bufferBytes = 1 << 18

  /// Opens it: `uses` are the other files of the command.
  init(path: String, uses: FileUses) throws { file = try OutputFile(path, .whole, uses: uses) }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    buffer += bytes
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  private func flush() throws {
    try file.append(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what is held back, and gives the file its name.
  func close() throws {
    try flush()
    try file.publish()
    try file.finish()
  }
}
