import Connectors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whether there is something under that path.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Writes files, with the folders that they lie in. Each is replaced as a whole, and none before all can be written.
/// Throws a sentence where that fails.
///
/// - Parameter uses: the other files of the command.
func writeFiles(_ files: [(path: String, bytes: [UInt8])], uses: FileUses) throws(ConnectorError) {
  var opened: [OutputFile] = []
  for file in files {
    try makeFolders(of: file.path)
    opened.append(try OutputFile(file.path, .parts, uses: uses))
  }
  for (output, file) in zip(opened, files) { try output.append(file.bytes) }
  for output in opened {
    try output.publish()
    try output.finish()
  }
}

func writeFile(_ bytes: [UInt8], to path: String, uses: FileUses) throws(ConnectorError) {
  try writeFiles([(path, bytes)], uses: uses)
}

private func makeFolders(of path: String) throws(ConnectorError) {
  var folder = ""
  for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
    folder += "\(part)/"
    guard folder != "/", mkdir(folder, 0o777) != 0, errno != EEXIST else { continue }
    let words = String(cString: strerror(errno))
    throw ConnectorError("cannot make the folder \(folder): \(words.prefix(1).lowercased() + words.dropFirst())")
  }
}
