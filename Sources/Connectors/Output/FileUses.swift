import Synchronization

extension [InputPlace] {
  /// A file that stands in the list twice, under one name or two; nil where there is none.
  package var repeated: (first: String, again: String)? {
    var names: [FileIdentity: String] = [:]
    for path in compactMap(\.path) {
      guard let identity = FileIdentity(path: path) else { continue }
      if let first = names[identity] { return (first, path) }
      names[identity] = path
    }
    return nil
  }
}

/// The files that a command reads and those that it writes, so that it writes over none that it reads, and writes each once.
package final class FileUses: Sendable {
  package enum Use: Sendable {
    case input
    /// The pipeline, its plugins, and what those name.
    case configuration
    case output
  }

  private let known = Mutex<[FileIdentity: (use: Use, name: String)]>([:])

  package init(configuration: [String] = [], inputs: [String] = []) {
    for path in configuration { note(path, as: .configuration) }
    for path in inputs { note(path, as: .input) }
  }

  /// Notes a file that is read; `-` is standard input.
  package func note(_ path: String, as use: Use) {
    guard let identity = path == "-" ? FileIdentity(descriptor: 0) : FileIdentity(path: path) else { return }
    known.withLock { $0[identity] = $0[identity] ?? (use, path == "-" ? "standard input" : path) }
  }

  /// Throws a sentence where one of these is written: a folder that is read has the results in it.
  func check(_ inputs: [InputPlace]) throws(ConnectorError) {
    for path in inputs.compactMap(\.path) {
      guard let identity = FileIdentity(path: path), let other = known.withLock({ $0[identity] }) else { continue }
      if case .output = other.use {
        throw ConnectorError("cannot read \(path): results go there; give them another place, or name the inputs")
      }
    }
  }

  /// Takes a file to be written. Throws a sentence where the command has another use for it.
  func take(_ identity: FileIdentity?, name: String) throws(ConnectorError) {
    guard let identity else { return }
    let other = known.withLock { known in
      defer { known[identity] = known[identity] ?? (.output, name) }
      return known[identity]
    }
    guard let other else { return }
    let isSameName = other.name == name
    let words =
      switch other.use {
      case .input: isSameName ? "it is an input" : "it is the same file as the input \(other.name)"
      case .configuration:
        isSameName
          ? "the pipeline is read from it" : "it is the same file as \(other.name), which the pipeline is read from"
      case .output:
        isSameName
          ? "it is written already, by a sink of the pipeline or another option"
          : "it is the same file as \(other.name), which is written already"
      }
    throw ConnectorError("cannot write \(name): \(words); give another file")
  }
}
