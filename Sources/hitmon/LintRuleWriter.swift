import Diagnostics
import Runtime

/// Explains lint rules: for a terminal, and as the page docs/lint-rules.md. What lint prints about an example is what lint really
/// says to it.
struct LintRuleWriter {
  /// Where the plugins of the examples are looked for.
  let pluginDirectories: [String]

  private static let introduction = """
    # Lint rules

    Made from the rules by `make docs` (`hitmon lint --list --format markdown`). Do not edit it by hand.

    `hitmon lint PIPELINE...` looks for everything that `run` looks for before it starts. All findings come at once, each
    with its place, the line, and a hint where there is something to type:

        pipeline.yaml:8:49: error[unknown-key]: a histogram has no key `pre`

    It exits 0 where nothing is wrong, 1 with findings, 2 where a file cannot be read. Errors keep a pipeline from running;
    warnings do not. A finding in a plugin carries a note with the `uses` line that led there.

    - `--explain CODE` prints what stands below about one code, `--list` one line for each.
    - `--format json` is for editors, `--format github` for GitHub's workflows, `--format text` for people.
    - `--watch` goes on, and prints again whenever one of the files changes.
    - `--sample FILE` holds `late` and `disorder` against rows of the input, `--probe` tries brokers, topics, stores, files
      and ports without writing anything.

    A comment silences a warning, on its own line or, standing alone, on the line below; errors cannot be silenced:

        cleansing:
          - keep: HEAD in 0..255                # hitmon: allow(constant-condition) until the firmware is settled

    Below, every code: what causes it, an example that has it, what lint prints about the example, what to do, and the
    example without it. Examples are parts of a pipeline that uses `detectors/minidt`, unless they are a whole one.
    """

  var markdown: String {
    var lines = [Self.introduction]
    for family in LintRule.Family.allCases {
      let rules = LintRule.all(family)
      guard !rules.isEmpty else { continue }
      lines += ["", "## \(family.rawValue)"]
      for rule in rules { lines += ["", entry(rule)] }
    }
    return lines.joined(separator: "\n")
  }

  func entry(_ rule: LintRule) -> String {
    var lines = ["### \(rule.code)", ""]
    lines.append(wrap(rule.severity == .warning ? "A warning. \(rule.cause)" : rule.cause, width: 120))
    lines += blocks(rule.wrong, fence: "yaml wrong")
    if let printed = printed(rule) { lines += ["```text", printed, "```"] }
    lines += ["", wrap(rule.fix, width: 120)]
    lines += blocks(rule.right, fence: "yaml")
    return lines.joined(separator: "\n")
  }

  private func blocks(_ example: LintRule.Example, fence: String) -> [String] {
    var lines: [String] = []
    for plugin in example.plugins {
      lines += ["", "The plugin `\(plugin.name)`:", "```\(fence)", plugin.yaml.trimmedEnd, "```"]
      lines += ["", "The pipeline:"]
    }
    lines += ["```\(fence)", Self.visible(example.yaml), "```"]
    let remarks = remarks(example)
    if !remarks.isEmpty { lines += ["", "(\(remarks.joined(separator: "; ")).)", ""] }
    return lines
  }

  private func remarks(_ example: LintRule.Example) -> [String] {
    [example.remark].compactMap { $0 } + example.overrides.map { "with `--set \($0)`" }
  }

  /// What lint prints about the example with the mistake; nil where it does not get so far for want of a plugin.
  private func printed(_ rule: LintRule) -> String? {
    let findings = rule.wrong.lint(pluginDirectories: pluginDirectories)
    let found = findings.sorted.filter { $0.code == rule.code }
    return found.isEmpty ? nil : FindingPrinter(colour: false).text(findings, only: rule.code)
  }

  /// For a terminal.
  func text(_ rule: LintRule) -> String {
    var lines = ["\(rule.severity.rawValue)[\(rule.code)]", "", wrap(rule.cause, width: 100), ""]
    lines += indented(rule.wrong)
    if let printed = printed(rule) { lines += ["", "lint prints:", "", Self.indent(printed)] }
    lines += ["", wrap(rule.fix, width: 100), ""] + indented(rule.right)
    return lines.joined(separator: "\n")
  }

  private func indented(_ example: LintRule.Example) -> [String] {
    var lines: [String] = []
    for plugin in example.plugins {
      lines += ["the plugin \(plugin.name):", "", Self.indent(plugin.yaml.trimmedEnd), "", "the pipeline:", ""]
    }
    lines.append(Self.indent(Self.visible(example.yaml)))
    return lines + remarks(example).map { "  (\($0))" }
  }

  private static func indent(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
      .joined(separator: "\n")
  }

  /// Characters that terminals act upon are left out.
  private static func visible(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars
    where scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control {
      shown.append(scalar)
    }
    return String(shown)
  }

  /// One line for each.
  static var list: String {
    let width = LintRule.all.map(\.code.name.count).max() ?? 0
    return LintRule.Family.allCases.map { family in
      let lines = LintRule.all(family).map { rule in
        let gap = String(repeating: " ", count: width - rule.code.name.count)
        let severity = rule.severity == .warning ? "warning" : "error  "
        return "  \(rule.code)\(gap)  \(severity)  \(gist(rule.cause))"
      }
      return "\(family.rawValue)\n\(lines.joined(separator: "\n"))"
    }.joined(separator: "\n\n") + "\n\nMore on one: hitmon lint --explain unknown-key"
  }

  /// The first sentence, without what it lists behind a colon.
  private static func gist(_ text: String) -> String {
    var isCode = false
    var end = text.startIndex
    while end < text.endIndex {
      let rest = text[end...]
      if text[end] == "`" { isCode.toggle() }
      if !isCode, rest.hasPrefix(". ") || rest.hasPrefix(": ") || rest == "." { break }
      end = text.index(after: end)
    }
    return String(text[..<end])
  }

  private func wrap(_ text: String, width: Int) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.count + word.count + 1 > width, !line.isEmpty {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmedEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}
