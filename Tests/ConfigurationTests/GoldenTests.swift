import Configuration
import Diagnostics
import Foundation
import Testing

/// Every `Golden/NAME.yaml` holds a mistake, `Golden/NAME.txt` what is printed about it. With HITMON_REWRITE_GOLDEN=1
/// in the environment the texts are written again, to be read before they are committed.
@Suite struct GoldenTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  private static let names =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted() ?? []
  private static let variables = ["DATA": "/data", "RUN": "333"]
  private static let rewrites = ProcessInfo.processInfo.environment["HITMON_REWRITE_GOLDEN"] == "1"

  @Test func mistakesWereFound() {
    #expect(Self.names.count >= 20)
  }

  @Test(arguments: names) func saysWhatIsWrong(name: String) throws {
    let yaml = try String(decoding: Data(contentsOf: Self.folder.appending(path: name + ".yaml")), as: UTF8.self)
    let findings = Findings()
    var variables = Self.variables
    if name.hasPrefix("variable-undefined") { variables["RUN"] = nil }
    _ = YAML.compose(SourceText(name: name + ".yaml", text: yaml), environment: { variables[$0] }, findings: findings)
    let printer = FindingPrinter(colour: false)
    let text = printer.text(findings) + "\n\n" + printer.summary(findings) + "\n"

    let file = Self.folder.appending(path: name + ".txt")
    if Self.rewrites {
      try text.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
    #expect(findings.hasErrors)
    #expect(!findings.all.contains { $0.code.name.isEmpty || $0.span == nil })
  }
}
