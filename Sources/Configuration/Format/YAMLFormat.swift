import Diagnostics
import Specifications

/// YAML with the same meaning and the same comments in one form: two blanks a level, one blank where one is enough, double
/// quotes, no blanks at ends of lines, no two blank lines. Values that line up with their neighbours stay so, and comments
/// at the ends of lines stay in their column.
package enum YAMLFormat {
  /// The text in that form.
  ///
  /// - Parameters:
  ///   - name: the file's name, for findings.
  ///   - findings: takes what keeps the text from being read.
  /// - Returns: nil where it is no YAML; the text itself where another form of it would not mean the same.
  package static func format(_ bytes: [UInt8], name: String, findings: Findings) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      findings.error(.notUtf8, "the file is not UTF-8 text", at: nil, hint: "save it as UTF-8 in your editor")
      return nil
    }
    guard let before = meaning(text, name: name, findings: findings) else { return nil }
    var current = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" && $0 != "\u{FEFF}" }))
    // What a gap lines up with may have moved: a few rounds, until nothing does.
    for _ in 0..<6 {
      let next = YAMLLayout(current)?.text ?? current
      if next == current { break }
      current = next
    }
    guard let after = meaning(current, name: name, findings: Findings()), after == before else { return text }
    return current
  }

  /// What a text says, and its comments, in one text to be compared; nil where it is no YAML.
  static func meaning(_ text: String, name: String, findings: Findings) -> String? {
    let source = SourceText(name: name, text: text)
    let own = Findings()
    guard let node = YAML.compose(source, environment: { "${\($0)}" }, findings: own) else {
      for finding in own.all { findings.add(finding) }
      return nil
    }
    return words(node) + "\n" + YAMLLayout.comments(text).joined(separator: "\n")
  }

  private static func words(_ node: Node) -> String {
    switch node.content {
    case .scalar(let text, let quoted): "\(quoted ? "q" : "p")\(text.text.unicodeScalars.count):\(text.text)"
    case .list(let nodes): "[\(nodes.map(words).joined(separator: ","))]"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key.text.unicodeScalars.count):\($0.key.text)=\(words($0.value))" }.joined(separator: ","))}"
    case .empty: "e"
    }
  }
}
