/// A file such as `~/.aws/credentials`: sections in brackets, and `name = value` under them.
struct ProfileFile {
  private(set) var sections: [String: [String: String]] = [:]

  init(_ text: String) {
    var section: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let words = trimmed(line)
      if words.isEmpty || words.hasPrefix("#") || words.hasPrefix(";") { continue }
      if words.hasPrefix("["), let end = words.lastIndex(of: "]") {
        let name = trimmed(words[words.index(after: words.startIndex)..<end])
        section = name
        sections[name, default: [:]] = sections[name] ?? [:]
        continue
      }
      // Lines set in belong to the value above them: settings of a service, none of which is needed here.
      guard line.first?.isWhitespace == false, let section, let equals = words.firstIndex(of: "=") else { continue }
      let name = trimmed(words[..<equals]).lowercased()
      sections[section]?[name] = trimmed(words[words.index(after: equals)...])
    }
  }

  /// A profile's values: its section in the file of credentials, and `profile NAME` in that of the configuration.
  subscript(profile: String) -> [String: String]? { sections[profile] ?? sections["profile \(profile)"] }
}

func trimmed(_ text: some StringProtocol) -> String {
  var rest = Substring(text)
  while rest.first?.isWhitespace == true { rest.removeFirst() }
  while rest.last?.isWhitespace == true { rest.removeLast() }
  return String(rest)
}
