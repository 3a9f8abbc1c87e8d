import Configuration
import Diagnostics
import Specifications

/// A text composed with the variables given, and what was found.
func composed(_ text: String, _ variables: [String: String] = [:]) -> (root: Node?, findings: Findings) {
  let findings = Findings()
  let root = YAML.compose(
    SourceText(name: "x.yaml", text: text), environment: { variables[$0] }, findings: findings)
  return (root, findings)
}

extension LocatedText {
  /// Each character and its place: `a1:4 b1:5`.
  var map: String {
    zip(scalars, positions).map { scalar, position in
      let shown = scalar == "\n" ? "\\n" : scalar == " " ? "_" : String(scalar)
      return "\(shown)\(position.line):\(position.column)"
    }
    .joined(separator: " ")
  }
}

extension Span {
  var text: String { "\(start.line):\(start.column)-\(end.line):\(end.column)" }
}

extension Node {
  /// The tree on one line, without places.
  var outline: String {
    switch content {
    case .empty: "~"
    case .scalar(let text, let quoted): quoted ? "'\(text.text)'" : text.text
    case .list(let items): "[" + items.map(\.outline).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.name): \($0.value.outline)" }.joined(separator: ", ") + "}"
    }
  }
}
