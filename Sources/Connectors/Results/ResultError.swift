import Diagnostics

/// Why bytes are no result message, or one that cannot be used: one sentence for the user, no full stop.
public struct ResultError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }

  init(_ error: JSONError) {
    self.init("not a result message: \(error)")
  }
}
