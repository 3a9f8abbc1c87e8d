import Support

/// Signs requests without a body by AWS Signature Version 4.
///
/// libcurl can sign too, and is not asked to: 7.88 leaves out the header `x-amz-content-sha256`, which S3 wants, and
/// later versions refuse to sign paths as they are, such as `a/../b`, which is a good name of an object.
struct Signature {
  let credentials: S3Credentials
  let region: String

  /// SHA-256 of nothing, the body of every request.
  private static let emptyDigest = hexadecimal(SHA256.digest([]))

  /// The header fields that make a GET request a signed one, `host` included.
  ///
  /// - Parameters:
  ///   - host: as it is sent: with the port unless that is the scheme's own.
  ///   - path: percent-encoded, as it is sent.
  ///   - query: percent-encoded pairs, in the order of their names, as they are sent.
  ///   - time: when, in seconds since 1970.
  func fields(host: String, path: String, query: String, time: Int) -> [(name: String, value: String)] {
    let stamp = Self.stamp(time)
    var fields = [("host", host), ("x-amz-content-sha256", Self.emptyDigest), ("x-amz-date", stamp)]
    if let token = credentials.token { fields.append(("x-amz-security-token", token)) }
    let names = fields.map(\.0).joined(separator: ";")
    let canonical =
      (["GET", path, query] + fields.map { "\($0.0):\($0.1)" } + ["", names, Self.emptyDigest])
      .joined(separator: "\n")
    let day = String(stamp.prefix(8))
    let scope = "\(day)/\(region)/s3/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(hexadecimal(SHA256.digest(Array(canonical.utf8))))"
    var key = Array("AWS4\(credentials.secret)".utf8)
    for part in [day, region, "s3", "aws4_request"] { key = SHA256.authenticate(Array(part.utf8), key: key) }
    let signature = hexadecimal(SHA256.authenticate(Array(text.utf8), key: key))
    fields.append(
      (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=\(credentials.key)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
      ))
    return fields
  }

  /// `20261122T140034Z`.
  static func stamp(_ time: Int) -> String {
    let days = floored(Int64(time), 86_400)
    let seconds = Int64(time) - days * 86_400
    return "\(CalendarDate(days: days).text(separator: ""))T\(timeOfDay(seconds, separator: ""))Z"
  }
}
