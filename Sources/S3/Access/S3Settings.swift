/// What a user says of a store; what is left out is found in the environment and in the files of AWS' tools.
package struct S3Settings: Sendable {
  /// Where the bucket's name stands in addresses.
  package enum Style: String, CaseIterable, Sendable {
    /// In the host's name at AWS, in the path elsewhere.
    case auto, path, host
  }

  /// `https://HOST:PORT`.
  package var endpoint: String?
  package var region: String?
  package var profile: String?
  package var style = Style.auto
  /// Requests are not signed, whatever keys there are.
  package var isAnonymous = false
  /// A file of certificates that a server's must come from.
  package var certificates: String?
  /// Requests under way at once.
  package var requests = 4
  /// How long a server that fails is asked again, in seconds.
  package var patience = 60.0

  package init() {}
}

/// Where settings that the user did not give are looked for.
package struct S3Environment: Sendable {
  /// A variable of the environment.
  package var variable: @Sendable (String) -> String?
  /// The text of a file; nil where it cannot be read.
  package var file: @Sendable (String) -> String?

  package init(
    variable: @escaping @Sendable (String) -> String?, file: @escaping @Sendable (String) -> String?
  ) {
    self.variable = variable
    self.file = file
  }

  /// An empty variable is as good as none.
  func text(_ names: String...) -> String? {
    for name in names { if let value = variable(name), !value.isEmpty { return value } }
    return nil
  }
}
