import Diagnostics
import Foundation
import Testing

/// What is generated is current, and what must be explained is.
@Suite("Coverage of the documentation")
struct CoverageTests {
  @Test("docs/reference.md is what `make docs` writes")
  func referenceIsCurrent() throws {
    let (status, output) = try Shell().run("hitmon list --format markdown")
    #expect(status == 0)
    #expect(output == Document("docs/reference.md").text, "run `make docs`")
  }

  @Test("docs/lint-rules.md is what `make docs` writes")
  func checksAreCurrent() throws {
    let (status, output) = try Shell().run("hitmon lint --list --format markdown")
    #expect(status == 0)
    #expect(output == Document("docs/lint-rules.md").text, "run `make docs`")
  }

  @Test("docs/shipped-plugins.md is what `make docs` writes")
  func shippedPluginsAreCurrent() throws {
    let (status, output) = try Shell().run("hitmon list plugins --format markdown")
    #expect(status == 0)
    #expect(output == Document("docs/shipped-plugins.md").text, "run `make docs`")
  }

  @Test("every code of a finding is declared, and every declared code is one of a finding")
  func codesAreExplained() throws {
    var codes: Set<String> = [], texts = "", constants: [String] = []
    let sources = Package.root.appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /static let (\w+) = FindingCode\("([a-z0-9-]+)"\)/) {
        constants.append(String(match.output.1))
        codes.insert(String(match.output.2))
      }
      if !file.path.contains("/LintRules/") { texts += text }
    }
    #expect(codes.count > 40)
    #expect(codes == Set(LintRule.all.map(\.code.name)).union(["test-failed"]))
    #expect(constants.filter { !texts.contains(".\($0)") } == [])
  }

  @Test("links between pages lead to a file and a heading", arguments: Document.all + Document.ofContributors)
  func linksWork(page: Document) {
    let folder = Package.root.appending(path: page.name).deletingLastPathComponent()
    for match in page.text.matches(of: /\]\(([^)#\s]*)(?:#([^)\s]*))?\)/) where !match.output.1.contains("://") {
      let (file, anchor) = (String(match.output.1), match.output.2)
      let target = file.isEmpty ? Package.root.appending(path: page.name) : folder.appending(path: file)
      #expect(FileManager.default.fileExists(atPath: target.path), "\(match.output.0)")
      guard let anchor, target.pathExtension == "md",
        let text = try? String(contentsOf: target, encoding: .utf8)
      else { continue }
      #expect(Document.anchors(of: text).contains(String(anchor)), "\(match.output.0)")
    }
  }
}
