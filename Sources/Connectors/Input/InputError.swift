/// Why bytes cannot be had, in a sentence for the user.
package struct InputError: Error, Hashable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// The system refuses to open or to read.
    case refused
    /// Compressed data ends too early, or is not what it should be.
    case damaged
    /// No file matches.
    case nothingMatches
    /// A signal interrupted the call, and the caller wants to stop.
    case interrupted
  }

  package let kind: Kind
  /// The path, directory or pattern as the user typed it.
  package let path: String
  /// One sentence, no full stop, with the path in it: `cannot open data/x.txt: no such file or directory`.
  package let description: String

  package init(_ kind: Kind, path: String, _ description: String) {
    self.kind = kind
    self.path = path
    self.description = description
  }

  /// What the system said no to: `action` is what was tried, `code` an `errno`.
  static func system(_ action: String, _ path: String, code: Int32) -> InputError {
    InputError(.refused, path: path, "cannot \(action) \(path): \(systemWords(for: code))")
  }

  static func interrupted(_ path: String) -> InputError {
    InputError(.interrupted, path: path, "stopped while reading \(path)")
  }
}
