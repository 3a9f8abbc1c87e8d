import Connectors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that nobody else sees, gone when it is let go.
package final class TemporaryFile {
  private let descriptor: Int32

  /// Throws a sentence where it cannot be written.
  package init(_ bytes: [UInt8]) throws {
    var template = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/hitmon-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw ConnectorError("cannot write rows to a temporary file") }
    unlink(template)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
      guard count > 0 else { throw ConnectorError("cannot write rows to a temporary file") }
      rest = rest.dropFirst(count)
    }
  }

  deinit { close(descriptor) }

  /// Where it can be read as long as this object lives.
  package var path: String { "/proc/self/fd/\(descriptor)" }
}
