import Diagnostics
import Foundation
import Runtime
import Testing

extension LintRule: CustomTestStringConvertible {
  public var testDescription: String { code.name }
}

/// Every check explains itself by an example that has the mistake, and by one that has not.
@Suite struct LintRuleTests {
  private static let plugins = [
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../plugins").standardized.path
  ]
  /// Those that need nothing that a test has to make first: brokers, stores, and ports that somebody has.
  private static let checks = LintRule.all.filter {
    !["port-in-use", "no-broker", "missing-topic", "no-objects"].contains($0.code.name)
  }

  @Test func codesAreDifferent() {
    #expect(Set(LintRule.all.map(\.code.name)).count == LintRule.all.count)
    for check in LintRule.all { #expect(LintRule.named(check.code.name)?.cause == check.cause) }
  }

  @Test(arguments: checks) func theExampleHasIt(_ check: LintRule) throws {
    let findings = check.wrong.lint(pluginDirectories: Self.plugins, probes: check.needs == .world)
    let found = findings.all.filter { $0.code == check.code }
    #expect(!found.isEmpty, "found \(findings.all.map(\.code.name))")
    #expect(found.allSatisfy { $0.severity == check.severity && $0.span != nil })
  }

  @Test(arguments: checks) func itsFixHasNot(_ check: LintRule) throws {
    let findings = check.right.lint(pluginDirectories: Self.plugins, probes: check.needs == .world)
    // A part of a pipeline need not use what it declares.
    let found = findings.all.filter { !$0.code.name.hasPrefix("unused-") || $0.code == check.code }
    #expect(found.isEmpty, "\(FindingPrinter(colour: false).text(findings))")
  }

  @Test(arguments: LintRule.all) func textsAreSentences(_ check: LintRule) {
    for text in [check.cause, check.fix] {
      #expect(text.hasSuffix(".") && text.first?.isLowercase == false, "\(text)")
    }
  }
}
