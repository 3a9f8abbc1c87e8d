import CPage
import NIOCore

/// The page's files, as they are in the program.
enum PageFiles {
  struct File: Sendable {
    let type: String
    let bytes: ByteBuffer
  }

  private static let files: [String: File] = {
    var files: [String: File] = [:]
    for index in 0..<page_file_count() {
      guard let file = page_file_at(index)?.pointee else { continue }
      let bytes = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
      files[String(cString: file.name)] = File(type: String(cString: file.type), bytes: ByteBuffer(bytes: bytes))
    }
    return files
  }()

  /// The file for a path: the page itself, or what it loads. Only names of the table are found: there is no folder to leave.
  static func file(_ path: String) -> File? {
    if path == "/" { return files["index.html"] }
    guard path.hasPrefix("/assets/") else { return nil }
    return files[String(path.dropFirst("/assets/".count))]
  }
}
