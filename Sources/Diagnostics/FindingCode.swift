/// What kind of mistake a finding is: a stable name such as `unknown-key`, under which the documentation explains it. Each is
/// a constant beside the lint rule that explains it; those of tests of pipelines have none.
package struct FindingCode: Hashable, Sendable, CustomStringConvertible {
  package let name: String

  package init(_ name: String) { self.name = name }

  package var description: String { name }
}
