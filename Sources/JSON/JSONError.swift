/// Why text is not the JSON that was asked for.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The place of the first byte that is wrong, counted from 0.
  package let offset: Int
  /// What was expected there and what was found: ``expected `,` or `}`, found `x` ``.
  package let problem: String

  package init(offset: Int, _ problem: String) {
    self.offset = offset
    self.problem = problem
  }

  /// ``byte 17: expected `,` or `}`, found `x` ``.
  package var description: String { "byte \(offset): \(problem)" }
}
