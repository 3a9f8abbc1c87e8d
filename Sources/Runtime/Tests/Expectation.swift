import ChainBuilding
import Connectors
import Diagnostics
import Histograms
import Results
import Specifications

/// What a test expects of one window.
struct Expectation {
  private let settings: Settings
  private let findings: Findings

  init(_ settings: Settings, findings: Findings) {
    self.settings = settings
    self.findings = findings
  }

  func check(_ window: ResultContent, malformed: [Int64: String]) {
    if let counts = settings[ExpectationKeys.counts] {
      for key in counts.specification.keys {
        guard let setting = counts.setting(key), let expected = setting.integer else { continue }
        let found = window.head.count(key.name)
        if UInt64(expected) != found {
          fail("`\(key.name)`: expected \(expected), found \(found)", at: setting.span)
        }
      }
    }
    if let rows = settings[ExpectationKeys.malformed] { check(rows, malformed) }
    for (name, setting) in settings[ExpectationKeys.histograms] ?? [] {
      guard let found = window.histograms.first(where: { $0.name == name.text })?.histogram else {
        let names = window.histograms.map(\.name)
        findings.error(
          ConfigurationTest.failure, "there is no histogram `\(name.written)`", at: name.span,
          hint: suggestion(for: name.text, from: names).map { "did you mean `\($0)`?" }
            ?? "there \(names.count == 1 ? "is" : "are") \(alternatives(names, and: true))")
        continue
      }
      guard let content = found.content as? any ComparedContent else {
        fail("`\(name.written)` is of a kind that tests cannot compare", at: name.span)
        continue
      }
      HistogramExpectation(name.text, content, findings: findings).check(setting.node)
    }
  }

  private func check(_ rows: [(key: LocatedText, setting: Setting)], _ malformed: [Int64: String]) {
    var named: Set<Int64> = []
    for (key, setting) in rows {
      guard let number = Int64(key.text), number > 0 else {
        fail("`\(key.written)` is no number of a row", at: key.span)
        continue
      }
      named.insert(number)
      guard let reason = malformed[number] else {
        fail("row \(number) can be decoded", at: key.span)
        continue
      }
      if let part = setting.text, !reason.contains(part.text) {
        fail("row \(number): expected `\(part.written)`, found `\(reason)`", at: part.span)
      }
    }
    for (number, reason) in malformed.sorted(by: { $0.key < $1.key }) where !named.contains(number) {
      fail("row \(number) cannot be decoded: \(reason)", at: settings.span(of: ExpectationKeys.malformed))
    }
  }

  private func fail(_ message: String, at span: Span) { findings.error(ConfigurationTest.failure, message, at: span) }
}

/// Whether two numbers are the same but for the last digits of a computation.
func isSame(_ a: Double, _ b: Double) -> Bool {
  a == b || abs(a - b) <= max(1e-9 * max(abs(a), abs(b)), 1e-12)
}

/// A number without digits that say nothing: 7, 153.9.
func short(_ number: Double) -> String {
  if number.isNaN { return "nothing" }
  if let whole = Int64(exactly: number) { return String(whole) }
  // Ten digits: more than any two that are the same differ by.
  let magnitude = 1e9 / max(abs(number), 1e-300)
  let rounded = (number * magnitude).rounded() / magnitude
  return rounded.isFinite ? "\(rounded)" : "\(number)"
}
