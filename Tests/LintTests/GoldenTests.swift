import Diagnostics
import Foundation
import Runtime
import Testing

/// Every `Golden/NAME.yaml` holds a mistake, `Golden/NAME.txt` what is printed about it. With HITMON_REWRITE_GOLDEN=1
/// in the environment the texts are written again, to be read before they are committed.
@Suite struct GoldenTests {
  private static let rewrites = ProcessInfo.processInfo.environment["HITMON_REWRITE_GOLDEN"] == "1"

  @Test func mistakesWereFound() {
    #expect(GoldenCase.all.count >= 60)
  }

  @Test(arguments: GoldenCase.all) func saysWhatIsWrong(_ golden: GoldenCase) throws {
    let (pipeline, findings) = try golden.load()
    let text = GoldenCase.printed(findings)
    if Self.rewrites {
      try text.write(to: golden.text, atomically: true, encoding: .utf8)
    } else {
      #expect(try text == String(contentsOf: golden.text, encoding: .utf8))
    }
    #expect(!findings.all.isEmpty)
    #expect((pipeline == nil) == findings.hasErrors)
    for finding in findings.all {
      #expect(finding.span != nil && !finding.code.name.isEmpty)
      #expect(!finding.message.hasSuffix("."))
    }
    #expect(!text.contains("hunter2"))
  }

  @Test(arguments: GoldenCase.all) func machinesCanReadIt(_ golden: GoldenCase) throws {
    let (_, findings) = try golden.load()
    let shown = findings.sorted
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(FindingPrinter.json(shown).utf8)) as? [[String: Any]])
    #expect(json.map { $0["code"] as? String } == shown.map(\.code.name))
    #expect(json.map { $0["line"] as? Int } == shown.map { $0.span?.start.line })
    #expect(json.map { $0["column"] as? Int } == shown.map { $0.span?.start.column })
    #expect(!FindingPrinter.json(shown).contains("hunter2") && !FindingPrinter.github(shown).contains("hunter2"))
    let commands = FindingPrinter.github(shown).split(separator: "\n")
    #expect(commands.count == shown.count)
    #expect(commands.allSatisfy { $0.hasPrefix("::error file=") || $0.hasPrefix("::warning file=") })
  }
}
