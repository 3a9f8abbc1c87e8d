import Glibc

/// A text between pages that may not be read, so that a read outside it ends the test.
final class FencedText {
  enum Border: CaseIterable {
    /// The text's first byte follows a forbidden page.
    case start
    /// The text's last byte comes before one.
    case end
  }

  private let pages: UnsafeMutableRawPointer
  private let size: Int
  let base: UnsafePointer<CChar>

  init(_ bytes: [UInt8], against border: Border) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let room = (bytes.count + page - 1) / page * page
    size = room + 2 * page
    pages = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(pages != MAP_FAILED, "no memory for a text of \(bytes.count) bytes")
    if room > 0 { precondition(mprotect(pages + page, room, PROT_READ | PROT_WRITE) == 0) }
    let start = pages + page + (border == .start ? 0 : room - bytes.count)
    bytes.withUnsafeBytes { start.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(start), byteCount: $0.count) }
    base = UnsafePointer(start.assumingMemoryBound(to: CChar.self))
  }

  deinit { munmap(pages, size) }
}
