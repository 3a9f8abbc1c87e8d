#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where bytes end up that are written to a path.
enum OutputPlace: Equatable {
  /// Standard output, or another descriptor that the program was started with.
  case descriptor(Int32)
  /// A named pipe or a device, which takes bytes as they come.
  case stream
  /// A file, under the name that links lead to in the end; it need not be there.
  case file(String)

  init(_ path: String, name: String) throws(ConnectorError) {
    if let number = Self.descriptor(path) {
      // Only a descriptor that can be written to is one.
      let flags = fcntl(number, F_GETFL)
      guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { throw .writing(name, EBADF) }
      self = .descriptor(number)
      return
    }
    let end = try Self.followed(path, name: name)
    if let number = Self.descriptor(end) {
      self = .descriptor(number)
      return
    }
    var status = stat()
    guard stat(end, &status) == 0 else {
      guard errno == ENOENT else { throw .writing(name, errno) }
      self = .file(end)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file(end)
    case S_IFDIR: throw .writing(name, EISDIR)
    case S_IFBLK: throw ConnectorError("cannot write \(name): it is a disk, not a file")
    default: self = .stream
    }
  }

  /// `/dev/stdout` and its like stand for a descriptor. Opened by these names, a file would be written from its start.
  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "-", "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count))
      }
      return nil
    }
  }

  /// The name behind all links. What the last of them leads to need not be there.
  private static func followed(_ path: String, name: String) throws(ConnectorError) -> String {
    var path = path
    // As many as the system itself follows.
    for _ in 0..<40 {
      if descriptor(path) != nil { return path }
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = buffer.withUnsafeMutableBytes {
        readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
      guard count > 0 else { throw .writing(name, errno) }
      let target = String(decoding: buffer[..<count], as: UTF8.self)
      path = target.hasPrefix("/") ? target : folder(of: path) + target
    }
    throw .writing(name, ELOOP)
  }

  /// The folder that a name stands in, with a slash at its end; empty for the current one.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }
}

extension ConnectorError {
  /// What the system said when `name` was to be written.
  static func writing(_ name: String, _ code: Int32) -> ConnectorError {
    ConnectorError("cannot write \(name): \(systemWords(for: code))")
  }
}
