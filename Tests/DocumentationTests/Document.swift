import Foundation
import Testing

/// A page of the documentation, cut into its fenced blocks.
struct Document: CustomTestStringConvertible, Sendable {
  struct Block: Sendable {
    /// What stands behind the fence: `yaml`, `yaml wrong`, `console`.
    let info: String
    let text: String
    /// The line of its fence.
    let line: Int
    /// The nearest heading above, without its signs, and the nearest of the second level.
    let heading: String
    let section: String
  }

  /// From the root of the package: `docs/language.md`.
  let name: String
  let text: String
  let blocks: [Block]

  var testDescription: String { name }

  init(_ name: String) {
    self.name = name
    text = (try? String(contentsOf: Package.root.appending(path: name), encoding: .utf8)) ?? ""
    blocks = Document.blocks(of: text)
  }

  static let all: [Document] =
    ["README.md"].map(Document.init)
    + ((try? FileManager.default.contentsOfDirectory(atPath: Package.root.appending(path: "docs").path)) ?? [])
    .filter { $0.hasSuffix(".md") }.sorted().map { Document("docs/\($0)") }

  /// Pages without commands that a test could run.
  static let ofContributors = ["CONTRIBUTING.md", "CHANGELOG.md"].map(Document.init)

  /// What links to a page's headings end in: small letters, blanks as hyphens, without other signs.
  static func anchors(of text: String) -> Set<String> {
    var isCode = false
    var anchors: Set<String> = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode, let heading = line.wholeMatch(of: /#+ (.*)/)?.output.1 else { continue }
      let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
      anchors.insert(kept.replacing(" ", with: "-"))
    }
    return anchors
  }

  private static func blocks(of text: String) -> [Block] {
    var blocks: [Block] = []
    var heading = "", section = ""
    var open: (info: String, line: Int, lines: [Substring])?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(
            Block(
              info: block.info, text: block.lines.joined(separator: "\n") + "\n", line: block.line, heading: heading,
              section: section))
          open = nil
        } else {
          open = (String(line.dropFirst(3)), number + 1, [])
        }
      } else if open != nil {
        open!.lines.append(line)
      } else if line.hasPrefix("#") {
        heading = String(line.drop { $0 == "#" }.dropFirst())
        if line.hasPrefix("## ") { section = heading }
      }
    }
    return blocks
  }
}

enum Package {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
