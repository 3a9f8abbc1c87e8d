/// Why text is not the JSON that was asked for.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The place of the first byte that is wrong, counted from 0.
  public let offset: Int
  /// What was expected there and what was found: ``expected `,` or `}`, found `x` ``.
  public let problem: String

  public init(offset: Int, _ problem: String) {
    self.offset = offset
    self.problem = problem
  }

  /// ``byte 17: expected `,` or `}`, found `x` ``.
  public var description: String { "byte \(offset): \(problem)" }
}
