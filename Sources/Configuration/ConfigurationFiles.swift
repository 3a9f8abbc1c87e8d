import Diagnostics
import Specifications

/// Reads files of YAML, each as a text of its own.
struct ConfigurationFiles {
  /// Texts that take the place of files, by their paths.
  var texts: [String: [UInt8]] = [:]
  let environment: (String) -> String?
  let findings: Findings

  /// What a file says; nil where it cannot be read, of which `unreadable` is told, or is no YAML, which is reported.
  /// `begin` is called with its text before anything is reported.
  func read(_ path: String, unreadable: (String) -> Void, begin: (SourceText) -> Void = { _ in }) -> Node? {
    switch texts[path].map(Result.success) ?? readFile(path) {
    case .failure(let error):
      unreadable(error.message)
      return nil
    case .success(let bytes):
      let (source, invalid) = decode(bytes, name: path)
      begin(source)
      findings.noteRead(source)
      if let invalid {
        findings.error(
          .notUtf8, "the file is not UTF-8 text from here on", at: invalid, hint: "save it as UTF-8 in your editor")
        return nil
      }
      return YAML.compose(source, environment: environment, findings: findings)
    }
  }

  /// The text, and the place where it stops being one.
  private func decode(_ bytes: [UInt8], name: String) -> (SourceText, invalid: Span?) {
    if let text = String(validating: bytes, as: UTF8.self) { return (SourceText(name: name, text: text), nil) }
    let valid = validPrefix(bytes)
    let line = 1 + bytes[..<valid].count { $0 == 0x0A }
    let source = SourceText(name: name, text: String(decoding: bytes, as: UTF8.self))
    let start = bytes[..<valid].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let column = 1 + String(decoding: bytes[start..<valid], as: UTF8.self).unicodeScalars.count
    let place = Position(line: line, column: column)
    return (source, Span(source: source, start: place, end: place))
  }

  /// The number of bytes before the first that is not UTF-8.
  private func validPrefix(_ bytes: [UInt8]) -> Int {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { count += scalar.count }
    return count
  }
}
