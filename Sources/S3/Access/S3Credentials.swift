/// The two halves of a key, and whom to blame where they are wrong. Only `origin` may be printed.
package struct S3Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  let key: String
  let secret: String
  /// That of keys that last a while only.
  let token: String?
  /// Where they were found, for people: `AWS_ACCESS_KEY_ID`, or `profile lab of ~/.aws/credentials`.
  package let origin: String

  package init(key: String, secret: String, token: String? = nil, origin: String) {
    self.key = key
    self.secret = secret
    self.token = token
    self.origin = origin
  }

  package var description: String { "keys from \(origin)" }
  package var customMirror: Mirror { Mirror(self, children: ["origin": origin]) }
}
