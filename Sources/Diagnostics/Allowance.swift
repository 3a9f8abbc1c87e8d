/// A comment `# hitmon: allow(code, code)`: findings of these codes on one line are not shown.
package struct Allowance: Sendable {
  /// A code with its place inside the brackets.
  package struct Code: Sendable {
    package let code: String
    package let span: Span

    package init(code: String, span: Span) {
      self.code = code
      self.span = span
    }
  }

  package let codes: [Code]
  /// The line whose findings it silences.
  package let line: Int

  package init(codes: [Code], line: Int) {
    self.codes = codes
    self.line = line
  }
}

extension Findings {
  /// Takes away the warnings that comments allow, and reports the allowances that silence nothing: the last step of every
  /// check.
  ///
  /// - Parameters:
  ///   - main: the text of the pipeline. An allowance in a plugin may be for another pipeline that uses it.
  ///   - looked: what was looked at beside the pipeline; allowances of other checks may be needed another time.
  package func settle(main: SourceText?, looked: Set<LintRule.Needs> = []) {
    // A text may have been read more than once: an allowance in it counts wherever it silences something.
    var used: Set<Place> = []
    removeAll { finding in
      guard finding.severity == .warning, let span = finding.span else { return false }
      var isAllowed = false
      for (source, allowance) in allowances where source.name == span.source.name && allowance.line == span.start.line {
        for code in allowance.codes where code.code == finding.code.name {
          used.insert(Place(code))
          isAllowed = true
        }
      }
      return isAllowed
    }
    let codes = LintRule.all.map(\.code.name)
    for (source, allowance) in allowances {
      for code in allowance.codes where !used.contains(Place(code)) {
        guard let check = LintRule.named(code.code) else {
          warning(
            .unusedAllow, "there is no finding `\(code.code)`", at: code.span,
            hint: suggestion(for: code.code, from: codes).map { "did you mean `\($0)`?" }
              ?? "`hitmon lint --list` shows all codes")
          continue
        }
        guard check.severity == .warning else {
          warning(
            .unusedAllow, "`\(code.code)` is an error, and errors cannot be silenced", at: code.span,
            hint: "mend what it is about, and delete the comment")
          continue
        }
        // Where there are errors, what comes after them was not looked at.
        let wasLookedAt = check.needs.map(looked.contains) ?? true
        if source === main, !hasErrors, wasLookedAt {
          warning(
            .unusedAllow, "there is no `\(code.code)` on line \(allowance.line) to silence", at: code.span,
            hint: "delete it")
        }
      }
    }
  }

  private struct Place: Hashable {
    let source: String
    let start: Position

    init(_ code: Allowance.Code) {
      source = code.span.source.name
      start = code.span.start
    }
  }
}
