/// What a user says of a store; what is left out is found in the environment and in the files of AWS' tools.
public struct S3Settings: Sendable {
  /// Where the bucket's name stands in addresses.
  public enum Style: String, CaseIterable, Sendable {
    /// In the host's name at AWS, in the path elsewhere.
    case auto, path, host
  }

  /// `https://HOST:PORT`.
  public var endpoint: String?
  public var region: String?
  public var profile: String?
  public var style = Style.auto
  /// Requests are not signed, whatever keys there are.
  public var isAnonymous = false
  /// A file of certificates that a server's must come from.
  public var certificates: String?
  /// Requests under way at once.
  public var requests = 4
  /// How long a server that fails is asked again, in seconds.
  public var patience = 60.0

  public init() {}
}

/// Where settings that the user did not give are looked for.
public struct S3Environment: Sendable {
  /// A variable of the environment.
  public var variable: @Sendable (String) -> String?
  /// The text of a file; nil where it cannot be read.
  public var file: @Sendable (String) -> String?

  public init(
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
