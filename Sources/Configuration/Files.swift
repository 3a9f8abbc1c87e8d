#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The most bytes of a configuration file.
private let largestFile = 16 << 20

func readFile(_ path: String) -> Result<[UInt8], UnreadableFile> {
  func failure(_ action: String) -> Result<[UInt8], UnreadableFile> {
    let words = String(cString: strerror(errno))
    return .failure(
      UnreadableFile(message: "cannot \(action) \(path): \(words.prefix(1).lowercased() + words.dropFirst())"))
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return failure("open") }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &block, block.count)
    if count < 0 {
      if errno == EINTR { continue }
      return failure("read")
    }
    if count == 0 { return .success(bytes) }
    bytes += block[..<count]
    if bytes.count > largestFile {
      return .failure(UnreadableFile(message: "\(path) is too large for a configuration file"))
    }
  }
}

/// The bytes of a configuration file, or why it cannot be read.
package func configurationBytes(_ path: String) -> Result<[UInt8], UnreadableFile> { readFile(path) }

func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The folder that a path lies in.
func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The names of what lies in a folder, in order, without hidden ones.
func entries(of directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}

/// The files of YAML of a folder and those in it, in order; the path itself where it is a file.
package func configurationFiles(in path: String) -> [String] {
  if isFile(path) { return [path] }
  guard isDirectory(path) else { return [] }
  func files(_ folder: String, depth: Int) -> [String] {
    entries(of: folder).flatMap { name -> [String] in
      let path = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
      if isDirectory(path) { return depth < 8 ? files(path, depth: depth + 1) : [] }
      return name.hasSuffix(".yaml") && isFile(path) ? [path] : []
    }
  }
  return files(path, depth: 0)
}

/// Where a path leads to in the end; nil where there is nothing.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
