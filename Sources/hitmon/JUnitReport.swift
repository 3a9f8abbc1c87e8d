import Diagnostics

/// The outcome of tests in the XML that continuous integration reads.
struct JUnitReport {
  private let outcomes: [TestFileOutcome]

  init(_ outcomes: [TestFileOutcome]) { self.outcomes = outcomes }

  var text: String {
    let all = outcomes.flatMap(\.cases)
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites name=\"hitmon\" \(totals(all))>",
    ]
    for outcome in outcomes where !outcome.cases.isEmpty {
      lines.append("  <testsuite name=\"\(outcome.path.escapedForXML)\" \(totals(outcome.cases))>")
      for test in outcome.cases {
        let head =
          "    <testcase classname=\"\(outcome.path.escapedForXML)\" name=\"\(test.name.escapedForXML)\" time=\"\(test.seconds)\""
        guard let failure = test.failure else {
          lines.append(head + "/>")
          continue
        }
        let first = failure.split(separator: "\n").first.map(String.init) ?? ""
        lines.append(head + ">")
        lines.append("      <failure message=\"\(first.escapedForXML)\">\(failure.escapedForXML)</failure>")
        lines.append("    </testcase>")
      }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  private func totals(_ cases: [TestFileOutcome.Case]) -> String {
    let failures = cases.count { $0.failure != nil }
    return
      "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\" time=\"\(cases.reduce(0) { $0 + $1.seconds })\""
  }
}
