import JSON

/// Why bytes are no result message, or one that cannot be used: one sentence for the user, no full stop.
package struct ResultError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }

  package init(_ error: JSONError) {
    self.init("not a result message: \(error)")
  }
}
