/// Names of settings whose values nobody should read over a shoulder.
package enum SecretName {
  private static let words = [
    "passw", "passphrase", "secret", "token", "credential", "jaas", "key.pem", "access_key", "accesskey", "access.key",
    "api_key", "apikey", "api.key", "private_key", "private.key",
  ]

  /// What such a name ends in where it only says where the secret is kept.
  private static let places = [".location", ".file", "_file", ".url", "_url"]

  /// Whether a value under that name may be a secret, also where no component has such a key: a key that nobody knows
  /// is often a known one of another program.
  package static func isSecret(_ name: String) -> Bool {
    let name = name.lowercased().replacing("-", with: "_")
    return words.contains { name.contains($0) } && !places.contains { name.hasSuffix($0) }
  }
}
