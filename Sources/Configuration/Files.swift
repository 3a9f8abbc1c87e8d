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

func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

private func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The names of all plugins below `directories`, in order: `detectors/minidt`.
public func availablePlugins(in directories: [String]) -> [String] {
  var names: Set<String> = []
  func visit(_ directory: String, _ prefix: String, depth: Int) {
    guard depth < 4, let stream = opendir(directory) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix(".") { continue }
      let path = "\(directory)/\(name)"
      if isDirectory(path) {
        visit(path, "\(prefix)\(name)/", depth: depth + 1)
      } else if name.hasSuffix(".yaml"), depth > 0 {
        // Plugins lie in folders by their kind; files beside the folders are pipelines.
        names.insert(prefix + name.dropLast(5))
      }
    }
  }
  for directory in directories { visit(directory, "", depth: 0) }
  return names.sorted()
}

/// Where plugins of a pipeline are looked for, in order: the pipeline's folder, a folder `plugins` in or beside it,
/// `./plugins`, `$HITMON_PLUGINS`, and those installed with the program.
public func pluginDirectories(pipeline path: String, executable: String?, environment: (String) -> String?) -> [String]
{
  let folder = parent(of: path)
  var directories = ["\(folder)/plugins", "\(folder)/../plugins", "plugins"]
  if let more = environment("HITMON_PLUGINS") { directories += more.split(separator: ":").map(String.init) }
  if let executable { directories.append("\(parent(of: executable))/../share/hitmon/plugins") }
  // The pipeline's own folder comes first: a plugin may lie right beside it.
  return ([folder] + directories).filter(isDirectory)
}

func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
