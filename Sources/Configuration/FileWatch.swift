#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Tells when one of some files may have changed, by the kernel's inotify.
///
/// Folders are watched, not files: editors put a new file in the place of the old one.
package final class FileWatch {
  private let descriptor: Int32
  private var folders: [Int32: String] = [:]
  private var names: Set<String> = []

  private static let mask =
    UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE) | UInt32(IN_CREATE)

  /// Nil where the kernel gives no more watches.
  package init?() {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Watches these files and these folders, and no others. True where a folder is new: what was read before may have
  /// changed before anybody watched.
  package func follow(files: [String], folders wanted: [String]) -> Bool {
    names = Set(files.map(name(of:)))
    let all = Set(files.map(parent(of:)) + wanted)
    for (watch, folder) in folders where !all.contains(folder) {
      inotify_rm_watch(descriptor, watch)
      folders[watch] = nil
    }
    var isNew = false
    for folder in all where !folders.values.contains(folder) {
      let watch = inotify_add_watch(descriptor, folder, Self.mask)
      guard watch >= 0 else { continue }
      // Two names of one folder share a watch.
      isNew = isNew || folders[watch] == nil
      folders[watch] = folder
    }
    return isNew
  }

  /// Waits for a change, which is over once nothing more happens for `quiet` milliseconds; false where `stop` says so. It
  /// is asked now and then, and when there is something to read at `wake`.
  package func wait(quiet: Int32 = 50, wake: Int32 = -1, stop: () -> Bool) -> Bool {
    var hasChanged = false
    while !stop() {
      var requests = [descriptor, wake].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let ready = poll(&requests, 2, hasChanged ? quiet : 200)
      if ready > 0, requests[0].revents != 0 {
        if readEvents() { hasChanged = true }
      } else if ready == 0, hasChanged {
        return true
      }
    }
    return false
  }

  /// Takes what the kernel tells; true where it may be about one of the files.
  private func readEvents() -> Bool {
    var isAbout = false
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        let header = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + header <= count {
          let event = buffer.loadUnaligned(fromByteOffset: offset, as: (Int32, UInt32, UInt32, UInt32).self)
          let end = min(offset + header + Int(event.3), count)
          let name = String(decoding: buffer[(offset + header)..<end].prefix { $0 != 0 }, as: UTF8.self)
          offset = end
          if event.1 & UInt32(IN_IGNORED) != 0 {
            // The folder is gone; one of its name may come.
            folders[event.0] = nil
            isAbout = true
          } else if event.1 & (UInt32(IN_Q_OVERFLOW) | UInt32(IN_ISDIR)) != 0 || names.contains(name)
            || name.hasSuffix(".yaml")
          {
            isAbout = true
          }
        }
      }
    }
    return isAbout
  }

  private func name(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }
}
