import Columns
import Diagnostics
import S3
import Specifications

/// The keys of a bucket's source, checked and read.
enum S3Keys {
  static let all: [Key] = [
    Key("bucket", .text, required: true, "The bucket's name."),
    Key(
      "prefix", .text,
      """
      How the names of the objects begin, letter by letter; there are no patterns. Left out, all objects are read. Where \
      one object has this very name, it alone is.
      """),
    Key(
      "endpoint", .text,
      """
      The store's address, `https://HOST:PORT`. Left out, it is AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, then the \
      profile's `endpoint_url`, then AWS.
      """),
    Key(
      "region", .text,
      "Left out, it is AWS_REGION or AWS_DEFAULT_REGION, then the profile's `region`, then `us-east-1`."),
    Key(
      "profile", .text,
      """
      Whose keys to take from `~/.aws/credentials` and `~/.aws/config`. Left out, they are AWS_ACCESS_KEY_ID, \
      AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, then those of the profile AWS_PROFILE, or `default`. Without keys, \
      requests are not signed.
      """),
    Key("anonymous", .boolean, default: "false", "Does not sign requests, whatever keys there are."),
    Key(
      "style", .choice(S3Settings.Style.allCases.map(\.rawValue)), default: "auto",
      """
      Where the bucket stands in addresses: in the `host`'s name, or in the `path`. `auto` is `host` at AWS and `path` \
      elsewhere.
      """),
    Key(
      "ca", .path,
      "A file of certificates (PEM) that the server's must come from. Left out, it is AWS_CA_BUNDLE, then the system's."
    ),
    Key(
      "order", .choice(S3Order.allCases.map(\.rawValue)), default: "name",
      "In which order objects are read: by `name`, byte for byte, or as they were `modified`, the oldest first."),
    Key(
      "requests", .integer(1...64), default: "4",
      "How many requests are under way at once at most, each for up to 8 MiB, which is kept in memory until it is read."
    ),
    Key(
      "patience", .quantity(Dimension(time: 1)), default: "60 s",
      "How long a server that fails or cannot be reached is asked again before the run ends."),
  ]

  /// The place and the settings that checked keys say; nil for other sources.
  static func read(_ settings: Settings) -> (place: S3Place, settings: S3Settings, order: S3Order)? {
    guard settings.specification.name == "s3", let bucket = settings["bucket"]?.text?.text else { return nil }
    var result = S3Settings()
    result.endpoint = settings["endpoint"]?.text?.text
    result.region = settings["region"]?.text?.text
    result.profile = settings["profile"]?.text?.text
    result.isAnonymous = settings["anonymous"]?.boolean ?? false
    result.style = settings["style"]?.text.flatMap { S3Settings.Style(rawValue: $0.text) } ?? .auto
    result.certificates = settings["ca"]?.text?.text
    result.requests = settings["requests"]?.integer.map { Int($0) } ?? result.requests
    result.patience = settings["patience"]?.quantity?.value(in: .second) ?? result.patience
    let order = settings["order"]?.text.flatMap { S3Order(rawValue: $0.text) } ?? .name
    return (S3Place(bucket: bucket, prefix: settings["prefix"]?.text?.text ?? ""), result, order)
  }

  static func check(_ settings: Settings, _ findings: Findings) {
    if let text = settings["bucket"]?.text, !S3Place.isBucket(text.text) {
      findings.error(
        .wrongType, "`\(text.written)` cannot be a bucket's name", at: text.span,
        hint: text.text.hasPrefix(S3Place.scheme)
          ? "write the bucket alone, and how the objects' names begin as `prefix`"
          : "a bucket has letters, digits, `.`, `-` and `_`; how the objects' names begin is `prefix`")
    }
    if let text = settings["endpoint"]?.text, Endpoint(text.text) == nil {
      // A name and a password may stand before the host.
      if text.text.contains("@") { findings.hide(text.span) }
      findings.error(
        .wrongType, "`endpoint` takes the address of a store", at: text.span,
        hint: text.text.contains("@")
          ? "keys do not stand in the address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
          : "write `endpoint: https://HOST:PORT`")
    }
    if let patience = settings["patience"], let quantity = patience.quantity, quantity.value < 0 {
      findings.error(
        .wrongType, "`patience` is a time, and `\(quantity.text)` is less than none", at: patience.span,
        hint: "write `patience: 60 s`")
    }
    if settings["anonymous"]?.boolean == true, let profile = settings["profile"] {
      findings.error(
        .wrongType, "a source that is `anonymous` uses no keys, and `profile` names some", at: profile.span,
        hint: "leave one of the two out")
    }
  }
}

/// The place that a source `s3` reads, for people; nil for other sources.
package func s3PlaceName(_ settings: Settings) -> String? { S3Keys.read(settings)?.place.name }
