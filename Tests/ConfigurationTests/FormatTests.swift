import Configuration
import Diagnostics
import Foundation
import Testing

/// The form that `hitmon fmt` gives to a text: the same meaning, the same comments, and no other form of that.
@Suite struct FormatTests {
  private func format(_ text: String) -> String? {
    YAMLFormat.format(Array(text.utf8), name: "x.yaml", findings: Findings())
  }

  @Test func `Blanks, quotes, lists and lines`() {
    let before = """


      pipeline:    p
      uses:
      - detectors/minidt
      -   plots/occupancy:   {per:   chamber ,of: wire}
      # a comment


      sources:
            a:
                file:
                       path:   'x.txt'    # where
            # inner comment
            b: {  file: {path: [ a,b ,  "c" ]  } }
      columns:
         long: a +
            b
         lit: |
              x
                y  

         fold: >-
            z
      rows:
      - - {plot: a}
        - {plot: b}
      -   - {plot: c}
      base: &b
          k: 'it''s'
      other: *b   
      # end


      """
    let after = """
      pipeline: p
      uses:
        - detectors/minidt
        - plots/occupancy: {per: chamber, of: wire}
      # a comment

      sources:
        a:
          file:
            path: "x.txt"                 # where
        # inner comment
        b: {file: {path: [a, b, "c"]}}
      columns:
        long: a +
           b
        lit: |
          x
            y  

        fold: >-
          z
      rows:
        - - {plot: a}
          - {plot: b}
        - - {plot: c}
      base: &b
        k: 'it''s'
      other: *b
      # end

      """
    #expect(format(before) == after)
    #expect(format(after) == after)
  }

  @Test func `What lines up stays so, and nothing else`() {
    let aligned = """
      histograms:
        a:    {of: wire,   bins: 3}
        # between
        long: {of: wire,   bins: 4}
      x: {a: 1,  b: 2}
      y:  1

      z:   2
      """
    #expect(
      format(aligned) == """
        histograms:
          a:    {of: wire,   bins: 3}
          # between
          long: {of: wire,   bins: 4}
        x: {a: 1, b: 2}
        y: 1

        z: 2

        """)
  }

  @Test func `Line ends of other systems, and what is no YAML`() {
    #expect(format("a: 1\r\nb: |\r\n  x\r\n") == "a: 1\nb: |\n  x\n")
    #expect(format("a: [1\n") == nil)
    #expect(format("a:\n\t- 1\n") == nil)
    #expect(YAMLFormat.format([0x61, 0x3A, 0x20, 0xFF], name: "x", findings: Findings()) == nil)
  }

  @Test func `Everything that is shipped has this form`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let files = ["pipelines", "plugins"].flatMap { configurationFiles(in: root.appendingPathComponent($0).path) }
    #expect(files.count > 12)
    for file in files {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(format(text) == text, "\(file)")
    }
  }

  /// Documents of any shape, written in any style: what they say and their comments stay, and once is enough.
  @Test func `Random documents`() throws {
    var changed = 0
    for seed in 1...600 {
      var writer = RandomDocument(seed: UInt64(seed))
      let text = writer.document()
      guard let root = composed(text).root else {
        Issue.record("seed \(seed) is no YAML\n\(text)")
        return
      }
      let result = try #require(format(text), "seed \(seed)\n\(text)")
      #expect(composed(result).root?.outline == root.outline, "seed \(seed)\n\(text)\n\(result)")
      #expect(format(result) == result, "seed \(seed)\n\(text)\n\(result)")
      for comment in writer.comments { #expect(result.contains(comment), "seed \(seed)\n\(text)\n\(result)") }
      // What could not be kept is left as it is: that must be rare, or nothing is shown.
      if result != text { changed += 1 }
      if result != text {
        for line in result.split(separator: "\n") where !line.contains("text") {
          let blanks = line.prefix { $0 == " " }.count
          #expect(line.last != " ", "seed \(seed)\n\(result)")
          if !writer.hasLongFlow { #expect(blanks % 2 == 0, "seed \(seed)\n\(text)\n\(result)") }
        }
      }
    }
    #expect(changed > 550)
  }
}

/// Writes documents in all the ways that one can.
private struct RandomDocument {
  private var state: UInt64
  private(set) var comments: [String] = []
  private(set) var hasLongFlow = false
  private var names = 0

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func below(_ limit: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % limit
  }

  mutating func document() -> String { block(depth: 0, indent: below(3) == 0 ? 2 : 0) }

  private mutating func name() -> String {
    names += 1
    return "k\(names)"
  }

  private mutating func blanks(_ most: Int) -> String { String(repeating: " ", count: 1 + below(most)) }

  private mutating func comment() -> String {
    let text = "# c\(comments.count) {a: b}"
    comments.append(text)
    return text
  }

  private mutating func scalar() -> String {
    switch below(6) {
    case 0: "'single \(below(9))'"
    case 1: "\"double: # \(below(9))\""
    case 2: "64 from 0 to \(below(99))"
    case 3: "a > \(below(9)) and b"
    case 4: "'it''s'"
    default: "\(below(1000))"
    }
  }

  private mutating func flow(depth: Int) -> String {
    if depth > 2 || below(3) == 0 { return scalar() }
    let count = below(4)
    let isList = below(2) == 0
    var text = isList ? "[" : "{"
    for index in 0..<count {
      if index > 0 { text += below(3) == 0 ? " , " : below(2) == 0 ? ", " : ",   " }
      if below(5) == 0 { text += " " }
      text += isList ? flow(depth: depth + 1) : "\(name()):\(blanks(3))\(flow(depth: depth + 1))"
    }
    return text + (below(4) == 0 ? " " : "") + (isList ? "]" : "}")
  }

  /// The lines of a block of keys or of a list.
  private mutating func block(depth: Int, indent: Int) -> String {
    let isList = depth > 0 && below(3) == 0
    let margin = String(repeating: " ", count: indent)
    var text = ""
    for _ in 0..<1 + below(4) {
      if below(6) == 0 { text += String(repeating: "\n", count: 1 + below(3)) }
      if below(6) == 0 { text += "\(margin)\(comment())\n" }
      let head = isList ? "\(margin)-" : "\(margin)\(name()):"
      switch depth < 3 ? below(8) : below(4) {
      case 0, 1: text += "\(head)\(blanks(4))\(scalar())"
      case 2: text += "\(head)\(blanks(2))\(flow(depth: 0))"
      case 3:
        text += isList ? "\(head) \(scalar())" : "\(head)\n\(margin)\(blanks(4))\(flow(depth: 0))"
      case 4:
        let deep = String(repeating: " ", count: indent + 1 + below(5))
        text += "\(head)\(blanks(2))\(["|", ">", "|-", ">-"][below(4)])\n\(deep)text one\n\n\(deep)  text two\n"
        continue
      case 5 where isList:
        // A block on the line of its dash.
        let gap = 1 + below(3)
        let inner = block(depth: depth + 1, indent: indent + 1 + gap)
        let lines = inner.drop { $0 == "\n" }
        let isPlain = lines.first == " " && !lines.drop { $0 == " " }.hasPrefix("#")
        text += isPlain ? "\(head)\(lines.dropFirst(indent + 1))" : "\(head)\n\(inner)"
        continue
      default:
        let inner = block(depth: depth + 1, indent: indent + 1 + below(4))
        text += "\(head)\(below(5) == 0 ? "  \(comment())" : "")\n\(inner)"
        continue
      }
      if below(5) == 0 { text += "\(blanks(4))\(comment())" }
      if below(8) == 0 { text += "  " }
      text += "\n"
    }
    return text
  }
}
