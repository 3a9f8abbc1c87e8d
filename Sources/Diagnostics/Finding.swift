package enum Severity: String, Sendable {
  case error
  case warning
}

/// One thing that is wrong with what the user wrote: where, what, and what to type instead.
package struct Finding: Sendable {
  package struct Note: Sendable {
    package let message: String
    package let span: Span?

    package init(message: String, span: Span? = nil) {
      self.message = message
      self.span = span
    }
  }

  package let severity: Severity
  package let code: FindingCode
  /// One sentence, no full stop: what is wrong.
  package let message: String
  package let span: Span?
  /// What to type instead.
  package let hint: String?
  /// Other places that belong to it, such as the `uses` line that led to a plugin.
  package var notes: [Note]

  package init(
    _ severity: Severity = .error, _ code: FindingCode, _ message: String, at span: Span?, hint: String? = nil,
    notes: [Note] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.span = span
    self.hint = hint
    self.notes = notes
  }
}

/// Collects findings while a pipeline is checked, so that all of them are shown at once.
package final class Findings {
  package private(set) var all: [Finding] = []

  /// Places that hold secrets, of which no printed line shows anything.
  private(set) var hidden: [Span] = []

  /// The texts that were searched for secrets, and where there are some.
  var scanned: [(source: SourceText, secrets: [Span])] = []

  /// Notes for every finding inside a source, such as the line that a plugin is used from.
  package private(set) var origins: [(source: SourceText, note: Finding.Note)] = []

  /// The texts that were read, in order.
  package private(set) var sources: [SourceText] = []

  /// Notes that a text was read.
  package func noteRead(_ source: SourceText) { sources.append(source) }

  /// Comments that silence findings, with the texts that they stand in.
  private(set) var allowances: [(source: SourceText, allowance: Allowance)] = []

  package init() {}

  /// Notes that a comment silences findings.
  package func allow(_ allowance: Allowance, in source: SourceText) { allowances.append((source, allowance)) }

  /// Takes findings back. Those that were not kept stay counted: nobody knows whether they would go.
  func removeAll(where shouldRemove: (Finding) -> Bool) {
    let errors = all.count { $0.severity == .error }
    let warnings = all.count - errors
    all.removeAll(where: shouldRemove)
    let errorsLeft = all.count { $0.severity == .error }
    errorCount -= errors - errorsLeft
    warningCount -= warnings - (all.count - errorsLeft)
  }

  /// Notes for every finding inside a stretch of a text, such as the argument of a plugin.
  private var places: [(span: Span, note: Finding.Note)] = []

  /// From now on every finding in `source` carries `note`, and those of the place that the note shows.
  package func noteOrigin(of source: SourceText, _ note: Finding.Note) {
    let before = origins.filter { $0.source === note.span?.source }.map { (source: source, note: $0.note) }
    origins.append((source, note))
    origins += before
  }

  /// From now on every finding inside `span` carries `note`.
  package func note(at span: Span, _ note: Finding.Note) {
    if places.contains(where: { $0.span.isSame(as: span) && note.span?.isSame(as: $0.note.span) == true }) { return }
    places.append((span, note))
  }

  /// Notes that a secret stands there: lines are printed without it.
  package func hide(_ span: Span) { hidden.append(span) }

  package var hasErrors: Bool { errorCount > 0 }
  /// All errors, those that are not kept included.
  package private(set) var errorCount = 0
  private var warningCount = 0

  /// How many findings of each severity are kept. What is wrong in more places than that has few causes, and nobody
  /// reads a thousand findings; the time to find the next one, and a hint for it, grows with the text and with those
  /// that there are.
  package static let mostErrors = 100
  package static let mostWarnings = 1000

  /// How many findings were not kept.
  package var omitted: Int {
    max(0, errorCount - Self.mostErrors) + max(0, warningCount - Self.mostWarnings)
  }

  private func keepsNext(_ severity: Severity) -> Bool {
    severity == .error ? errorCount < Self.mostErrors : warningCount < Self.mostWarnings
  }

  private func count(_ severity: Severity) {
    if severity == .error { errorCount += 1 } else { warningCount += 1 }
  }

  package func add(_ finding: Finding) {
    let isKept = keepsNext(finding.severity)
    count(finding.severity)
    guard isKept else { return }
    var finding = finding
    if let span = finding.span {
      // Where a parameter stands in several places, one shows what it is for.
      if let place = places.first(where: { $0.span.contains(span) }) { finding.notes.append(place.note) }
      finding.notes += origins.filter { $0.source === span.source }.map(\.note)
    }
    all.append(finding.hiding(secrets))
  }

  /// Message and hint are made only for a finding that is kept.
  package func error(
    _ code: FindingCode, _ message: @autoclosure () -> String, at span: Span?, hint: @autoclosure () -> String? = nil,
    notes: [Finding.Note] = []
  ) {
    guard keepsNext(.error) else { return count(.error) }
    add(Finding(.error, code, message(), at: span, hint: hint(), notes: notes))
  }

  package func warning(
    _ code: FindingCode, _ message: @autoclosure () -> String, at span: Span?, hint: @autoclosure () -> String? = nil,
    notes: [Finding.Note] = []
  ) {
    guard keepsNext(.warning) else { return count(.warning) }
    add(Finding(.warning, code, message(), at: span, hint: hint(), notes: notes))
  }
}
