#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files that the user's words stand for, in the order given.
///
/// Each is a file, a directory (its regular files that are not hidden, not those of directories in it), a pattern with
/// `*`, `?` or `[...]`, or `-` for standard input. What exists under the very name is taken as it is, whatever its
/// letters. The files of a directory or a pattern come in the byte order of their names.
///
/// Throws where nothing matches, or a directory cannot be read.
package func expandInputs(_ patterns: [String]) throws(InputError) -> [String] {
  var paths: [String] = []
  for pattern in patterns {
    if pattern == "-" {
      paths.append(pattern)
    } else if let kind = fileKind(pattern) {
      paths += kind == S_IFDIR ? try filesOfDirectory(pattern) : [pattern]
    } else {
      // The reason why there is no such file, while nothing else has set another.
      let code = errno
      guard pattern.contains(where: { "*?[".contains($0) }) else { throw .system("open", pattern, code: code) }
      paths += try filesOfPattern(pattern)
    }
  }
  return paths
}

/// The type bits of the file that a path leads to, nil where there is none.
private func fileKind(_ path: String) -> mode_t? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}

private func inByteOrder(_ paths: [String]) -> [String] {
  paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

private func filesOfDirectory(_ directory: String) throws(InputError) -> [String] {
  guard let stream = opendir(directory) else { throw .system("open", directory, code: errno) }
  defer { closedir(stream) }
  let prefix = directory.hasSuffix("/") ? directory : directory + "/"
  var paths: [String] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      if errno != 0 { throw .system("read", directory, code: errno) }
      break
    }
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    guard !name.hasPrefix("."), fileKind(prefix + name) == S_IFREG else { continue }
    paths.append(prefix + name)
  }
  guard !paths.isEmpty else {
    throw InputError(.nothingMatches, path: directory, "there is no file in the directory \(directory)")
  }
  return inByteOrder(paths)
}

private func filesOfPattern(_ pattern: String) throws(InputError) -> [String] {
  var found = glob_t()
  defer { globfree(&found) }
  let status = glob(pattern, 0, nil, &found)
  guard status == 0 || status == GLOB_NOMATCH else {
    throw .system("look for", pattern, code: status == GLOB_NOSPACE ? ENOMEM : EIO)
  }
  var paths: [String] = []
  for index in 0..<Int(found.gl_pathc) {
    guard let path = found.gl_pathv?[index].map({ String(cString: $0) }) else { continue }
    if let kind = fileKind(path), kind != S_IFDIR { paths.append(path) }
  }
  guard !paths.isEmpty else { throw InputError(.nothingMatches, path: pattern, "no file matches \(pattern)") }
  return inByteOrder(paths)
}
