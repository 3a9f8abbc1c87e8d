import Diagnostics
import Specifications

/// YAML with the place in the file of every character.
///
/// What is read is YAML 1.1's syntax without its guesses: every scalar stays text (`on`, `12:30` and `010` are what was
/// typed), tags are refused, keys are scalars and unique, a file is one document. Anchors, aliases and `<<` work
/// everywhere. `${NAME}` and `${NAME:-default}` in values take variables of the environment, `$${` is a plain `${`.
package enum YAML {
  /// How much aliases may add to a document, and how deep it may be: a few lines of aliases of aliases stand for
  /// billions of nodes.
  enum Limit {
    static let nodes = 100_000
    static let characters = 4_000_000
    static let depth = 100
  }

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - environment: the value of a variable, nil if it is not set.
  ///   - findings: takes what is wrong. Codes: `yaml-syntax`, `yaml-tab`, `yaml-character`, `yaml-empty`,
  ///     `yaml-documents`, `yaml-tag`, `yaml-key`, `yaml-alias`, `yaml-merge`, `yaml-too-large`, `yaml-too-deep`,
  ///     `duplicate-key`, `undefined-variable`, `variable-syntax`.
  /// - Returns: the document, also if there are findings that leave its shape whole (a duplicate key: the first stays;
  ///   a variable without a value: its text stays `${NAME}`); nil if it cannot be read.
  package static func compose(
    _ source: SourceText, environment: (String) -> String?, findings: Findings
  ) -> Node? {
    let text = YAMLSource(source)
    guard text.checkCharacters(findings) else { return nil }
    return withoutActuallyEscaping(environment) { environment in
      var composer = YAMLComposer(text, environment: environment, findings: findings)
      let document = composer.document()
      for allowance in YAMLComments(source: text, scalars: composer.scalarRanges).allowances() {
        findings.allow(allowance, in: source)
      }
      return document
    }
  }
}
