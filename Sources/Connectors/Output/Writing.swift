#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes parts one behind the other, at once and without a copy: they may be long. A signal that comes between is no
/// reason to stop. Gives the error that ended it, nil for none.
func writeAll(_ parts: [UnsafeRawBufferPointer], to descriptor: Int32) -> Int32? {
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
