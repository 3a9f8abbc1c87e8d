import Diagnostics

/// Finds the comments of a text that are meant for hitmon: `# hitmon: allow(code)`.
struct YAMLComments {
  let source: YAMLSource
  /// The scalars of the text, in order: a `#` inside of one begins no comment.
  let scalars: [Range<Int>]

  /// What the comments allow, each for its own line, or, where nothing else stands on that, for the next line that is no
  /// comment.
  func allowances() -> [Allowance] {
    var found: [Allowance] = []
    var next = 0
    var index = 0
    while let sign = source.scalars[index...].firstIndex(of: "#") {
      while next < scalars.count, scalars[next].upperBound <= sign { next += 1 }
      if next < scalars.count, scalars[next].contains(sign) {
        index = scalars[next].upperBound
        continue
      }
      let line = source.position(sign).line
      let range = source.line(line)
      index = max(range.upperBound, sign + 1)
      let before = sign > 0 ? source.scalars[sign - 1] : "\n"
      guard YAMLScalar.isBlank(before) || YAMLScalar.isBreak(before) else { continue }
      let codes = codes(sign + 1..<range.upperBound)
      guard !codes.isEmpty else { continue }
      let standsAlone = source.scalars[range.lowerBound..<sign].allSatisfy(YAMLScalar.isBlank)
      found.append(Allowance(codes: codes, line: standsAlone ? lineBelow(line) : line))
    }
    return found
  }

  /// The codes of ` hitmon: allow(a, b)`; none for any other comment.
  private func codes(_ comment: Range<Int>) -> [Allowance.Code] {
    var index = comment.lowerBound
    func skipBlanks() {
      while index < comment.upperBound, YAMLScalar.isBlank(source.scalars[index]) { index += 1 }
    }
    func take(_ text: String) -> Bool {
      let wanted = Array(text.unicodeScalars)
      guard source.scalars[index..<comment.upperBound].starts(with: wanted) else { return false }
      index += wanted.count
      return true
    }
    skipBlanks()
    guard take("hitmon:") else { return [] }
    skipBlanks()
    guard take("allow") else { return [] }
    skipBlanks()
    guard take("("), let end = source.scalars[index..<comment.upperBound].firstIndex(of: ")") else { return [] }
    var codes: [Allowance.Code] = []
    while index < end {
      let comma = source.scalars[index..<end].firstIndex(of: ",") ?? end
      var code = index..<comma
      while let first = code.first, YAMLScalar.isBlank(source.scalars[first]) { code.removeFirst() }
      while let last = code.last, YAMLScalar.isBlank(source.scalars[last]) { code.removeLast() }
      if !code.isEmpty { codes.append(Allowance.Code(code: source.text(code), span: source.span(code))) }
      index = comma + 1
    }
    return codes
  }

  /// The next line that holds something other than a comment.
  private func lineBelow(_ line: Int) -> Int {
    var number = line + 1
    while true {
      let range = source.line(number)
      guard range.lowerBound < source.scalars.count else { return number }
      let text = source.scalars[range].drop(while: YAMLScalar.isBlank)
      if let first = text.first, first != "#" { return number }
      number += 1
    }
  }
}
