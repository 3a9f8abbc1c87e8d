#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Asks whether the run wants to end; consulted when a signal interrupts a system call.
package typealias StopCheck = @Sendable () -> Bool

/// What the system says about an `errno`, as the continuation of a sentence.
func systemWords(for code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  let words = String(cString: text)
  return words.prefix(1).lowercased() + words.dropFirst()
}

/// An open file descriptor and the name that messages give it.
struct Descriptor {
  let number: Int32
  let name: String
  let stop: StopCheck?

  /// The size of a regular file, nil for anything else.
  let size: Int64?

  /// Takes a descriptor that is open already.
  init(number: Int32, name: String, stop: StopCheck?) {
    self.number = number
    self.name = name
    self.stop = stop
    var status = stat()
    let isRegular = fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isRegular ? Int64(status.st_size) : nil
  }

  /// Opens a file for reading from its start to its end.
  static func open(path: String, stop: StopCheck?) throws(InputError) -> Descriptor {
    while true {
      #if canImport(Glibc)
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
      #elseif canImport(Musl)
        let number = Musl.open(path, O_RDONLY | O_CLOEXEC)
      #endif
      if number < 0 {
        let code = errno
        guard code == EINTR else { throw .system("open", path, code: code) }
        if stop?() == true { throw .interrupted(path) }
        continue
      }
      var status = stat()
      if fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        _ = Descriptor.close(number)
        throw .system("open", path, code: EISDIR)
      }
      // Only advice: where it is refused, reading works all the same.
      _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL)
      return Descriptor(number: number, name: path, stop: stop)
    }
  }

  /// The next bytes; 0 is the end. Waits where the descriptor does not block.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return 0 }
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(number, base, buffer.count)
      #elseif canImport(Musl)
        let count = Musl.read(number, base, buffer.count)
      #endif
      if count >= 0 { return count }
      let code = errno
      if code == EAGAIN || code == EWOULDBLOCK {
        if waitReadable(milliseconds: 100) { continue }
      } else if code != EINTR {
        throw .system("read", name, code: code)
      }
      if stop?() == true { throw .interrupted(name) }
    }
  }

  /// Whether a read would not block, after waiting for that at most so long. A signal ends the wait.
  func waitReadable(milliseconds: Int) -> Bool {
    var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, Int32(clamping: milliseconds)) > 0
  }

  static func close(_ number: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(number)
    #elseif canImport(Musl)
      Musl.close(number)
    #endif
  }
}
