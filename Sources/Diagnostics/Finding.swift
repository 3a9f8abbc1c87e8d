public enum Severity: String, Sendable {
  case error
  case warning
}

/// One thing that is wrong with what the user wrote: where, what, and what to type instead.
public struct Finding: Sendable {
  public struct Note: Sendable {
    public let message: String
    public let span: Span?

    public init(message: String, span: Span? = nil) {
      self.message = message
      self.span = span
    }
  }

  public let severity: Severity
  /// A stable name such as `unknown-key`, under which the documentation explains the finding.
  public let code: String
  /// One sentence, no full stop: what is wrong.
  public let message: String
  public let span: Span?
  /// What to type instead.
  public let hint: String?
  /// Other places that belong to it, such as the `uses` line that led to a plugin.
  public var notes: [Note]

  public init(
    _ severity: Severity = .error, _ code: String, _ message: String, at span: Span?, hint: String? = nil,
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
public final class Findings {
  public private(set) var all: [Finding] = []

  /// Places that hold secrets, of which no printed line shows anything.
  private(set) var hidden: [Span] = []

  /// The texts that were searched for secrets, and where there are some.
  var scanned: [(source: SourceText, secrets: [Span])] = []

  /// Notes for every finding inside a source, such as the line that a plugin is used from.
  public private(set) var origins: [(source: SourceText, note: Finding.Note)] = []

  /// The texts that were read, in order.
  public private(set) var sources: [SourceText] = []

  /// Notes that a text was read.
  public func noteRead(_ source: SourceText) { sources.append(source) }

  /// Comments that silence findings, with the texts that they stand in.
  private(set) var allowances: [(source: SourceText, allowance: Allowance)] = []

  public init() {}

  /// Notes that a comment silences findings.
  public func allow(_ allowance: Allowance, in source: SourceText) { allowances.append((source, allowance)) }

  func removeAll(where shouldRemove: (Finding) -> Bool) { all.removeAll(where: shouldRemove) }

  /// Notes for every finding inside a stretch of a text, such as the argument of a plugin.
  private var places: [(span: Span, note: Finding.Note)] = []

  /// From now on every finding in `source` carries `note`, and those of the place that the note shows.
  public func noteOrigin(of source: SourceText, _ note: Finding.Note) {
    let before = origins.filter { $0.source === note.span?.source }.map { (source: source, note: $0.note) }
    origins.append((source, note))
    origins += before
  }

  /// From now on every finding inside `span` carries `note`.
  public func note(at span: Span, _ note: Finding.Note) {
    if places.contains(where: { $0.span.isSame(as: span) && note.span?.isSame(as: $0.note.span) == true }) { return }
    places.append((span, note))
  }

  /// Notes that a secret stands there: lines are printed without it.
  public func hide(_ span: Span) { hidden.append(span) }

  public var hasErrors: Bool { all.contains { $0.severity == .error } }
  public var errorCount: Int { all.count { $0.severity == .error } }

  public func add(_ finding: Finding) {
    var finding = finding
    if let span = finding.span {
      // Where a parameter stands in several places, one shows what it is for.
      if let place = places.first(where: { $0.span.contains(span) }) { finding.notes.append(place.note) }
      finding.notes += origins.filter { $0.source === span.source }.map(\.note)
    }
    all.append(finding.hiding(secrets))
  }

  public func error(_ code: String, _ message: String, at span: Span?, hint: String? = nil, notes: [Finding.Note] = [])
  {
    add(Finding(.error, code, message, at: span, hint: hint, notes: notes))
  }

  public func warning(
    _ code: String, _ message: String, at span: Span?, hint: String? = nil, notes: [Finding.Note] = []
  ) {
    add(Finding(.warning, code, message, at: span, hint: hint, notes: notes))
  }
}
