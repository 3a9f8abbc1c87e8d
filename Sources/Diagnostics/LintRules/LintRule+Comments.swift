extension FindingCode {
  package static let unusedAllow = FindingCode("unused-allow")
}

extension LintRule {
  /// `# hitmon: allow(code)`.
  static let comments: [LintRule] = [
    LintRule(
      .unusedAllow, .warning,
      "A comment `# hitmon: allow(code)` silences nothing: there is no such finding on its line, no such code, or the code is that of an error, and errors cannot be silenced.",
      wrong: "cleansing: [{drop: HEAD == 3}]   # hitmon: allow(constant-condition)",
      fix:
        "Delete it. An allow stands on the line of the finding, behind the value, or on a line of its own above it; several codes have commas between.",
      right: "cleansing: [{drop: HEAD == 300}]   # hitmon: allow(constant-condition)")
  ]
}
