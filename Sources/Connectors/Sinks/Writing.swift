#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes all bytes to a descriptor, `name` to people; a signal that comes between is no reason to stop.
public func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(ConnectorError) {
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeBytes { bytes in
      #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      #else
        Musl.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      #endif
    }
    if count < 0 {
      if errno == EINTR { continue }
      throw ConnectorError("cannot write \(name): \(systemWords(for: errno))")
    }
    done += count
  }
}
