/// One mistake that is looked for: what a finding of its code means, and what to do about it. The documentation and
/// `hitmon lint --explain` are made from these, and tests lint every example.
package struct LintRule: Sendable {
  /// What checks are about: the sections of the documentation.
  package enum Family: String, CaseIterable, Sendable {
    case yaml = "YAML"
    case keys = "Keys and values"
    case connections = "Sources, sinks and records"
    case plugins = "Plugins"
    case expressions = "Expressions"
    case chain = "Groups, windows and histograms"
    case chambers = "Chambers"
    case bins = "Bins"
    case unused = "What nothing uses"
    case dashboard = "The dashboard"
    case sample = "Against a sample"
    case probe = "The world outside"
    case comments = "Comments"
  }

  /// What a check looks at beside the pipeline and its plugins.
  package enum Needs: Sendable {
    /// Rows of the input: `hitmon lint --sample FILE`.
    case sample
    /// Brokers, topics, files and ports: `hitmon lint --probe`.
    case world
  }

  /// A pipeline with the mistake, or without it.
  package struct Example: Sendable, ExpressibleByStringLiteral {
    /// A whole pipeline, or a part of one that uses `detectors/minidt`.
    package var yaml: String
    /// Plugins beside it, by their names.
    package var plugins: [(name: String, yaml: String)] = []
    /// Values of `--set`.
    package var overrides: [String] = []
    /// Rows of a sample.
    package var sample: String?
    /// Whether `yaml` is the whole file as it stands, although it names no pipeline.
    package var isWhole = false
    /// Whether the file is saved in Latin-1 instead of UTF-8.
    package var isLatin1 = false
    /// How to make what cannot be shown.
    package var remark: String?

    package init(
      _ yaml: String, plugins: [(name: String, yaml: String)] = [], overrides: [String] = [], sample: String? = nil,
      isWhole: Bool = false, isLatin1: Bool = false, remark: String? = nil
    ) {
      self.yaml = yaml
      self.plugins = plugins
      self.overrides = overrides
      self.sample = sample
      self.isWhole = isWhole
      self.isLatin1 = isLatin1
      self.remark = remark
    }

    package init(stringLiteral yaml: String) { self.init(yaml) }
  }

  package let code: FindingCode
  package let severity: Severity
  /// What causes it.
  package let cause: String
  /// YAML that has the mistake.
  package let wrong: Example
  /// What to do.
  package let fix: String
  /// The same without the mistake.
  package let right: Example
  package var needs: Needs?

  init(
    _ code: FindingCode, _ severity: Severity, _ cause: String, wrong: Example, fix: String, right: Example,
    needs: Needs? = nil
  ) {
    self.code = code
    self.severity = severity
    self.cause = cause
    self.wrong = wrong
    self.fix = fix
    self.right = right
    self.needs = needs
  }

  init(_ code: FindingCode, _ cause: String, wrong: Example, fix: String, right: Example, needs: Needs? = nil) {
    self.init(code, .error, cause, wrong: wrong, fix: fix, right: right, needs: needs)
  }

  /// All checks of a family, in the order of the documentation.
  package static func all(_ family: Family) -> [LintRule] {
    switch family {
    case .yaml: yaml
    case .keys: keys
    case .connections: connections
    case .plugins: plugins
    case .expressions: expressions
    case .chain: chain
    case .chambers: chambers
    case .bins: bins
    case .unused: unused
    case .dashboard: dashboard
    case .sample: sample
    case .probe: probe
    case .comments: comments
    }
  }

  package static let all: [LintRule] = Family.allCases.flatMap { all($0) }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.code.name, $0) })

  package static func named(_ code: String) -> LintRule? { byName[code] }
}
