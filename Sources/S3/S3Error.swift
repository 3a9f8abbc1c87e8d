/// Why a store does not give what was asked for, in a sentence for the user.
package struct S3Error: Error, Hashable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// The settings, the environment or a profile are not as they must be.
    case settings
    /// Nobody answers, or not as a store does.
    case unreachable
    /// The store says no.
    case refused
    /// No object is under the prefix.
    case nothingThere
    /// An object is no longer the one that was listed.
    case changed
    /// The caller wants to stop.
    case interrupted
  }

  package let kind: Kind
  /// No full stop; what was tried, what the store said, and what to do. No secret is in it.
  package let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  static func settings(_ description: String) -> S3Error { S3Error(.settings, description) }
}

/// What was being done when something went wrong.
struct S3Attempt {
  enum Action { case list, read }

  let action: Action
  /// `s3://bucket/prefix` or `s3://bucket/key`.
  let name: String
  let bucket: String
  let access: S3Access

  /// `cannot list s3://bucket/data_ at https://store`.
  var words: String { "cannot \(action == .list ? "list" : "read") \(name) at \(access.endpoint.name)" }

  func error(_ kind: S3Error.Kind, _ reason: String) -> S3Error { S3Error(kind, "\(words): \(reason)") }
}
