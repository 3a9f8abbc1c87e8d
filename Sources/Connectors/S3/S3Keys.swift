import Columns
import Diagnostics
import S3
import Specifications

/// The keys of a bucket's source, checked and read.
enum S3Keys {
  static let bucket = TypedKey.text(
    "bucket", required: true,
    "The bucket's name.")
  static let prefix = TypedKey.text(
    "prefix",
    """
    How the names of the objects begin, letter by letter; there are no patterns. Left out, all objects are read. Where \
    one object has this very name, it alone is.
    """)
  static let endpoint = TypedKey.text(
    "endpoint",
    """
    The store's address, `https://HOST:PORT`. Left out, it is AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, then the \
    profile's `endpoint_url`, then AWS.
    """)
  static let region = TypedKey.text(
    "region",
    "Left out, it is AWS_REGION or AWS_DEFAULT_REGION, then the profile's `region`, then `us-east-1`.")
  static let profile = TypedKey.text(
    "profile",
    """
    Whose keys to take from `~/.aws/credentials` and `~/.aws/config`. Left out, they are AWS_ACCESS_KEY_ID, \
    AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, then those of the profile AWS_PROFILE, or `default`. Without keys, \
    requests are not signed.
    """)
  static let anonymous = DefaultKey.boolean(
    "anonymous", default: false,
    "Does not sign requests, whatever keys there are.")
  static let style = DefaultKey<S3Settings.Style>.choice(
    "style", default: .auto,
    """
    Where the bucket stands in addresses: in the `host`'s name, or in the `path`. `auto` is `host` at AWS and `path` \
    elsewhere.
    """)
  static let certificates = TypedKey.path(
    "ca",
    "A file of certificates (PEM) that the server's must come from. Left out, it is AWS_CA_BUNDLE, then the system's.")
  static let order = DefaultKey<S3Order>.choice(
    "order", default: .name,
    "In which order objects are read: by `name`, byte for byte, or as they were `modified`, the oldest first.")
  static let requests = DefaultKey.integer(
    "requests", 1...64, default: 4,
    "How many requests are under way at once at most, each for up to 8 MiB, which is kept in memory until it is read.")
  static let patience = DefaultKey.quantity(
    "patience", .time, default: Quantity(60, .second),
    "How long a server that fails or cannot be reached is asked again before the run ends.")

  static let all: [any KeyDeclaration] = [
    bucket, prefix, endpoint, region, profile, anonymous, style, certificates, order, requests, patience,
  ]

  /// The place and the settings that checked keys say; nil for other sources.
  static func read(_ settings: Settings) -> (place: S3Place, settings: S3Settings, order: S3Order)? {
    guard settings.specification.name == "s3", let name = settings[bucket]?.text else { return nil }
    var result = S3Settings()
    result.endpoint = settings[endpoint]?.text
    result.region = settings[region]?.text
    result.profile = settings[profile]?.text
    result.isAnonymous = settings[anonymous]
    result.style = settings[style]
    result.certificates = settings[certificates]?.text
    result.requests = Int(settings[requests])
    result.patience = settings[patience].value(in: .second) ?? result.patience
    return (S3Place(bucket: name, prefix: settings[prefix]?.text ?? ""), result, settings[order])
  }

  static func check(_ settings: Settings, _ findings: Findings) {
    if let text = settings[bucket], !S3Place.isBucket(text.text) {
      findings.error(
        .wrongType, "`\(text.written)` cannot be a bucket's name", at: text.span,
        hint: text.text.hasPrefix(S3Place.scheme)
          ? "write the bucket alone, and how the objects' names begin as `prefix`"
          : "a bucket has letters, digits, `.`, `-` and `_`; how the objects' names begin is `prefix`")
    }
    if let text = settings[endpoint], Endpoint(text.text) == nil {
      // A name and a password may stand before the host.
      if text.text.contains("@") { findings.hide(text.span) }
      findings.error(
        .wrongType, "`endpoint` takes the address of a store", at: text.span,
        hint: text.text.contains("@")
          ? "keys do not stand in the address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
          : "write `endpoint: https://HOST:PORT`")
    }
    let quantity = settings[patience]
    if quantity.value < 0 {
      findings.error(
        .wrongType, "`patience` is a time, and `\(quantity.text)` is less than none", at: settings.span(of: patience),
        hint: "write `patience: 60 s`")
    }
    if settings[anonymous], let profile = settings.setting(profile) {
      findings.error(
        .wrongType, "a source that is `anonymous` uses no keys, and `profile` names some", at: profile.span,
        hint: "leave one of the two out")
    }
  }
}

/// The place that a source `s3` reads, for people; nil for other sources.
package func s3PlaceName(_ settings: Settings) -> String? { S3Keys.read(settings)?.place.name }
