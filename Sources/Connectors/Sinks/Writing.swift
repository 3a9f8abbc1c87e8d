#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes all bytes to a descriptor, `name` to people; a signal that comes between is no reason to stop.
public func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(ConnectorError) {
  let failure = bytes.withUnsafeBytes { writeAll([$0], to: descriptor) }
  if let failure { throw ConnectorError("cannot write \(name): \(systemWords(for: failure))") }
}

/// Writes a text and the end of its line, at once and without a copy: it may be long.
func writeLine(_ text: UnsafeRawBufferPointer, to descriptor: Int32, name: String) throws(ConnectorError) {
  let end: [UInt8] = [0x0A]
  let failure = end.withUnsafeBytes { writeAll([text, $0], to: descriptor) }
  if let failure { throw ConnectorError("cannot write \(name): \(systemWords(for: failure))") }
}

/// Gives the error that ended it, nil for none.
private func writeAll(_ parts: [UnsafeRawBufferPointer], to descriptor: Int32) -> Int32? {
  var rest = parts.map { iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count) }
  while let first = rest.first {
    if first.iov_len == 0 {
      rest.removeFirst()
      continue
    }
    var count = writev(descriptor, rest, Int32(rest.count))
    if count < 0 {
      if errno == EINTR { continue }
      return errno
    }
    for index in rest.indices {
      let done = min(count, rest[index].iov_len)
      rest[index].iov_base = rest[index].iov_base.map { $0 + done }
      rest[index].iov_len -= done
      count -= done
    }
  }
  return nil
}
