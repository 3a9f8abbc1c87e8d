#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whether there is something under that path.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Writes a file, with the folders that it lies in. A file of that name is replaced as a whole, or not at all.
///
/// - Returns: a sentence where that fails.
func writeFile(_ text: String, to path: String) -> String? {
  func failure(_ action: String, _ path: String) -> String {
    let words = String(cString: strerror(errno))
    return "cannot \(action) \(path): \(words.prefix(1).lowercased() + words.dropFirst())"
  }
  var folder = ""
  for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
    folder += "\(part)/"
    if folder != "/", mkdir(folder, 0o777) != 0, errno != EEXIST { return failure("make the folder", folder) }
  }
  // What a link leads to is replaced, not the link; and the new file has the old one's rights.
  var target = path
  if let resolved = realpath(path, nil) {
    target = String(cString: resolved)
    free(resolved)
  }
  var status = stat()
  let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : nil
  let draft = "\(target).\(getpid()).new"
  guard let stream = fopen(draft, "w") else { return failure("write", path) }
  let bytes = Array(text.utf8)
  let count = fwrite(bytes, 1, bytes.count, stream)
  if let mode { fchmod(fileno(stream), mode) }
  guard fclose(stream) == 0, count == bytes.count, rename(draft, target) == 0 else {
    let words = failure("write", path)
    unlink(draft)
    return words
  }
  return nil
}
