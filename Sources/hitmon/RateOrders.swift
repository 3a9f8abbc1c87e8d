#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Lines that come on standard input while rows are sent: new rates.
///
/// A file, or what else is no terminal and no pipe, is left alone, for it may belong to the script that started the
/// program; so is a terminal while the program is in the background, where a read would stop it.
final class RateOrders {
  private(set) var isOpen: Bool
  private let isTerminal: Bool
  private var line: [UInt8] = []

  /// Nobody types lines that long.
  private static let longestLine = 200

  /// `readsData`: standard input holds rows.
  init(readsData: Bool) {
    var status = stat()
    let isPipe = fstat(0, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    isTerminal = isatty(0) == 1
    isOpen = !readsData && (isTerminal || isPipe)
  }

  /// Waits at most so long, and hands on each line that comes meanwhile, without blanks around it.
  func wait(milliseconds: Int, _ order: (String) -> Void) {
    guard isOpen, !isTerminal || tcgetpgrp(0) == getpgrp() else {
      usleep(UInt32(milliseconds) * 1000)
      return
    }
    var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, Int32(milliseconds)) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = read(0, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    guard count > 0 else {
      isOpen = false
      return
    }
    for byte in buffer[..<count] {
      if byte != 0x0A {
        if line.count < Self.longestLine { line.append(byte) }
        continue
      }
      let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\r" }
      line = []
      // `rate 5000` is what one would say.
      let text = words.drop { $0 == "rate" }.joined(separator: " ")
      if !text.isEmpty { order(text) }
    }
  }
}
