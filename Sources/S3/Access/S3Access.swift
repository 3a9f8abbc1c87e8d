/// A store as it is reached: its address, the keys, the file of certificates.
package struct S3Access: Sendable {
  package let endpoint: Endpoint
  package let region: String
  /// Nil: requests are not signed.
  package let credentials: S3Credentials?
  /// Whether keys were looked for and there are none.
  let hasFoundNoKeys: Bool
  let hasBucketInHost: Bool
  let certificates: String?
  let requests: Int
  let patience: Double

  /// Takes what the user says, then what the environment says, then what the profile says, as AWS' tools do. Keys of a
  /// profile that is named in the settings go before those of the environment.
  ///
  /// Throws a sentence for the user where the profile or an address is not as it must be.
  package init(_ settings: S3Settings, bucket: String, environment: S3Environment) throws(S3Error) {
    let profile = try Profile(settings, environment)
    region =
      settings.region ?? environment.text("AWS_REGION", "AWS_DEFAULT_REGION") ?? profile["region"] ?? "us-east-1"
    let address =
      settings.endpoint ?? environment.text("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") ?? profile["endpoint_url"]
    guard let endpoint = address.map({ Endpoint($0) }) ?? .amazon(region: region) else {
      // It may hold a password.
      throw .settings(
        "the address of the store is not of the form https://HOST:PORT: correct "
          + (settings.endpoint != nil
            ? "`endpoint`"
            : address == nil ? "the region" : "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or the profile's endpoint_url"))
    }
    self.endpoint = endpoint
    guard region.utf8.allSatisfy({ isUnreserved($0) }), !region.isEmpty else {
      throw .settings("the region is not a name such as eu-south-1: correct `region` or AWS_REGION")
    }
    credentials = settings.isAnonymous ? nil : try profile.credentials(settings, environment)
    hasFoundNoKeys = !settings.isAnonymous && credentials == nil
    switch settings.style {
    case .path: hasBucketInHost = false
    case .host: hasBucketInHost = true
    // A certificate for *.s3.amazonaws.com does not cover a name with dots.
    case .auto: hasBucketInHost = endpoint.isAmazon && !bucket.contains(".")
    }
    certificates = settings.certificates ?? environment.text("AWS_CA_BUNDLE") ?? profile["ca_bundle"]
    requests = settings.requests
    patience = settings.patience
  }
}

/// One profile of the files of AWS' tools.
private struct Profile {
  let name: String
  private var values: [String: String] = [:]
  /// The file that the keys are in, for people.
  private var file = ""

  init(_ settings: S3Settings, _ environment: S3Environment) throws(S3Error) {
    let named = settings.profile ?? environment.text("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
    name = named ?? "default"
    let home = environment.text("HOME")
    let paths = [
      environment.text("AWS_CONFIG_FILE") ?? home.map { $0 + "/.aws/config" },
      environment.text("AWS_SHARED_CREDENTIALS_FILE") ?? home.map { $0 + "/.aws/credentials" },
    ].compactMap { $0 }
    var isThere = false
    for path in paths {
      guard let found = environment.file(path).flatMap({ ProfileFile($0)[name] }) else { continue }
      isThere = true
      // The file of credentials comes last, and wins.
      values.merge(found) { $1 }
      if found["aws_access_key_id"] != nil { file = path }
    }
    if let named, !isThere {
      throw .settings("there is no profile `\(named)` in \(paths.joined(separator: " or "))")
    }
  }

  subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

  func credentials(_ settings: S3Settings, _ environment: S3Environment) throws(S3Error) -> S3Credentials? {
    if settings.profile == nil, let key = environment.text("AWS_ACCESS_KEY_ID") {
      guard let secret = environment.text("AWS_SECRET_ACCESS_KEY") else {
        throw .settings("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not: set both")
      }
      return try checked(
        S3Credentials(
          key: key, secret: secret, token: environment.text("AWS_SESSION_TOKEN"), origin: "AWS_ACCESS_KEY_ID"))
    }
    if let key = self["aws_access_key_id"] {
      guard let secret = self["aws_secret_access_key"] else {
        throw .settings("profile `\(name)` of \(file) has aws_access_key_id and no aws_secret_access_key")
      }
      return try checked(
        S3Credentials(
          key: key, secret: secret, token: self["aws_session_token"], origin: "profile `\(name)` of \(file)"))
    }
    for way in ["credential_process", "role_arn", "sso_session", "sso_start_url", "login_session"]
    where self[way] != nil {
      throw .settings(
        "profile `\(name)` gets its keys by \(way), which hitmon does not do: "
          + "eval \"$(aws configure export-credentials --profile \(name) --format env)\" puts them into the environment"
      )
    }
    if settings.profile != nil { throw .settings("profile `\(name)` has no aws_access_key_id") }
    return nil
  }

  /// What would break out of a header field is no key.
  private func checked(_ credentials: S3Credentials) throws(S3Error) -> S3Credentials {
    for text in [credentials.key, credentials.secret, credentials.token ?? ""]
    where !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
      throw .settings("the keys of \(credentials.origin) have blanks or other signs that no key has")
    }
    return credentials
  }
}
