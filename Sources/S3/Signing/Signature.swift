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
    let days = time / 86_400
    let seconds = time % 86_400
    // Days to a date by Howard Hinnant's algorithm: years begin in March, so that the leap day is their last.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func digits(_ number: Int, _ count: Int = 2) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let date = digits(year, 4) + digits(month) + digits(day)
    return "\(date)T\(digits(seconds / 3600))\(digits(seconds / 60 % 60))\(digits(seconds % 60))Z"
  }
}
