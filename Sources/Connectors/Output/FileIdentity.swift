#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file by what it is, not by what it is called: all names and links that lead to it have the same.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let node: UInt64

  /// The file that a path leads to; nil where there is none. Terminals, devices such as /dev/null and sockets have no
  /// identity: they may be read and written at once.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// What stands under a name itself: a link is not followed.
  init?(name: String) {
    var status = stat()
    guard lstat(name, &status) == 0 else { return nil }
    self.init(status)
  }

  private init?(_ status: stat) {
    guard ![S_IFCHR, S_IFSOCK].contains(status.st_mode & S_IFMT) else { return nil }
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
  }
}
