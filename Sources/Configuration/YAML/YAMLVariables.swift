import Diagnostics

/// Puts variables of the environment into a scalar: `${NAME}` and `${NAME:-default}`; `$${` stands for `${`.
///
/// As in a shell, a default also stands in for a variable that is set to nothing. Defaults hold no variables
/// themselves.
struct YAMLVariables {
  let environment: (String) -> String?
  let findings: Findings

  /// - Returns: the text with the values in place; what has no value stays as it was typed.
  func expanded(_ text: LocatedText) -> LocatedText {
    let scalars = text.scalars
    guard scalars.contains("$") else { return text }
    var result = TextBuilder(text)
    var index = 0
    while index < scalars.count {
      if starts("$${", scalars, index) {
        result.replace(index..<index + 3, withSecret: "${")
        index += 3
      } else if starts("${", scalars, index) {
        guard let close = scalars[index...].firstIndex(of: "}") else {
          findings.error(
            .variableSyntax, "`${` is not closed", at: text.span(index..<index + 2),
            hint: "write ${NAME}, or $${ for a plain ${")
          result.copy(index..<scalars.count)
          break
        }
        let range = index..<close + 1
        if let value = value(text, range) {
          result.replace(range, withSecret: value)
        } else {
          result.copy(range)
        }
        index = close + 1
      } else {
        result.copy(index..<index + 1)
        index += 1
      }
    }
    return result.finished()
  }

  private func starts(_ prefix: String, _ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    scalars[index...].starts(with: prefix.unicodeScalars)
  }

  /// The value of the `${...}` in `range`, nil if there is none.
  private func value(_ text: LocatedText, _ range: Range<Int>) -> String? {
    let inner = text[range.lowerBound + 2..<range.upperBound - 1].text
    var name = Substring(inner)
    var standIn: String?
    if let colon = inner.unicodeScalars.firstIndex(of: ":") {
      name = inner[..<colon]
      let rest = inner[colon...]
      guard rest.hasPrefix(":-") else {
        findings.error(
          .variableSyntax, "`\(text[range].text)` is not a variable: `:` needs `-` behind it", at: text.span(range),
          hint: "write ${\(name):-default}")
        return nil
      }
      standIn = String(rest.dropFirst(2))
    }
    guard Self.isName(name) else {
      findings.error(
        .variableSyntax,
        name.isEmpty ? "`\(text[range].text)` names no variable" : "`\(name)` cannot be the name of a variable",
        at: text.span(range), hint: "a name has letters, digits and _; for a plain ${ write $${")
      return nil
    }
    let found = environment(String(name))
    if let standIn, found ?? "" == "" { return standIn }
    if found == nil {
      findings.error(
        .undefinedVariable, "the environment has no variable `\(name)`", at: text.span(range),
        hint: "set \(name), or give a default: ${\(name):-value}")
    }
    return found
  }

  private static func isName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
      default: false
      }
    }
  }
}
