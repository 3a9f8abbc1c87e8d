/// A name as the header of a file has it, `charge [mV]`, as the name of a field and its unit.
package struct HeaderName: Equatable, Sendable {
  /// Letters, digits and `_`, beginning with no digit; empty where the text has none of them.
  package let name: String
  /// What stands between brackets behind the name; nil where there are none.
  package let unit: String?

  package init(_ text: String) {
    let brackets: [Character: Character] = ["[": "]", "(": ")"]
    var unit: String?
    var name = Substring(text)
    if let open = text.firstIndex(where: { brackets[$0] != nil }), open > text.startIndex,
      let closing = brackets[text[open]], let close = text[open...].lastIndex(of: closing)
    {
      let inside = text[text.index(after: open)..<close].trimmingBlanks
      unit = inside.isEmpty ? nil : String(inside)
      name = text[..<open]
    }
    var cleaned = ""
    for scalar in name.trimmingBlanks.unicodeScalars {
      let isFit = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      if isFit { cleaned.unicodeScalars.append(scalar) } else if cleaned.last != "_" { cleaned.append("_") }
    }
    while cleaned.last == "_" { cleaned.removeLast() }
    if let first = cleaned.unicodeScalars.first, ("0"..."9").contains(first) { cleaned = "_" + cleaned }
    self.name = cleaned
    self.unit = unit
  }
}

extension StringProtocol {
  fileprivate var trimmingBlanks: SubSequence {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
