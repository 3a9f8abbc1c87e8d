import Diagnostics
import Foundation
import Runtime
import Testing

/// Pipelines that are far too large are refused, or checked, in memory and time that grow with their length.
@Suite struct LimitTests {
  private static let record = "pipeline: p\nrecord: {format: csv, fields: {a: u8, b: f64}}\n"
  private static let histogram = "histograms: {h: {of: a, bins: 2 from 0 to 2}}\n"

  private func lint(_ yaml: String) throws -> Findings {
    var request = Pipeline.Request(path: "p.yaml")
    request.texts["p.yaml"] = Array(yaml.utf8)
    let findings = Findings()
    _ = try Pipeline.load(request, environment: { _ in nil }, findings: findings)
    return findings
  }

  private func columns(_ count: Int, _ definition: (Int) -> String) -> String {
    "columns:\n" + (0..<count).map { "  c\($0): \(definition($0))\n" }.joined()
  }

  @Test func longChainsOfColumnsInTheirOrder() throws {
    let fits = Self.record + columns(150) { $0 == 0 ? "a" : "c\($0 - 1) + 1" }
    #expect(try !lint(fits + "histograms: {h: {of: c149, bins: 2 from 0 to 2}}\n").hasErrors)
    let tooLong = Self.record + columns(2000) { $0 == 0 ? "a" : "c\($0 - 1) + 1" }
    let findings = try lint(tooLong + "histograms: {h: {of: c1999, bins: 2 from 0 to 2}}\n")
    #expect(findings.all.filter { $0.severity == .error }.map(\.code.name) == ["cyclic-columns"])
  }

  @Test func manyErrorsAreCounted() throws {
    let findings = try lint(Self.record + columns(1000) { "undefined_name_\($0) + 1" } + Self.histogram)
    #expect(findings.errorCount == 1000)
    #expect(findings.all.count { $0.severity == .error } == Findings.mostErrors)
    #expect(findings.omitted == 1000 - Findings.mostErrors)
    let text = FindingPrinter(colour: false).text(findings)
    #expect(text.hasSuffix("and 900 more findings, which are not shown: mend these first"))
  }

  /// Each of them takes as long as one of few: 25 million comparisons of keys would take this many minutes.
  @Test func manyUnknownKeysAreCounted() throws {
    let keys = (0..<5000).map { "key\($0): 1\n" }.joined()
    let findings = try lint(Self.record + keys + Self.histogram)
    #expect(findings.errorCount == 5000)
    #expect(Set(findings.all.map(\.code.name)) == ["unknown-key"])
  }

  @Test func callsAndListsAreBounded() throws {
    let call = "columns: {c: \"min(\(Array(repeating: "a", count: 100_000).joined(separator: ",")))\"}\n"
    let refused = try lint(Self.record + call + Self.histogram)
    #expect(refused.all.contains { $0.message.contains("more than 200 arguments") })
    let list = "columns: {c: \"a in [\(Array(repeating: "1", count: 20_000).joined(separator: ","))]\"}\n"
    let refusedList = try lint(Self.record + list + Self.histogram)
    #expect(refusedList.all.contains { $0.message.contains("more than 10000 members") })
  }

  @Test func binsOfAllHistogramsTogether() throws {
    let many = (0..<200).map { "  h\($0): {of: a, bins: 9000000 from 0 to 256}\n" }.joined()
    let findings = try lint(Self.record + "histograms:\n" + many)
    #expect(findings.all.filter { $0.severity == .error }.map(\.code.name) == ["bad-bins"])
  }
}
