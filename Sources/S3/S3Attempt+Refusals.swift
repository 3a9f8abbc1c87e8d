/// What a server says when it does not do what it is asked.
struct Refusal {
  let status: Int
  /// Such as `NoSuchBucket`; nil where the answer is not that of a store.
  let code: String?
  let message: String?
  /// The region that the bucket is in, where the answer says so.
  let region: String?
  /// The clocks of this request and of the server, where the answer says so.
  let requestTime: String?
  let serverTime: String?

  init(status: Int, fields: [String: String], body: [UInt8]) {
    self.status = status
    let root = XMLElement.parse(body)
    let error = root?.name == "Error" ? root : root?.children.first { $0.name == "Error" }
    code = error?["Code"].map(trimmed).flatMap { $0.isEmpty ? nil : $0 }
    message = error?["Message"].map(trimmed).flatMap { $0.isEmpty ? nil : $0 }
    region = error?["Region"] ?? fields["x-amz-bucket-region"]
    requestTime = error?["RequestTime"]
    serverTime = error?["ServerTime"] ?? fields["date"]
  }

  /// Whether the same request may go well a little later.
  var isPassing: Bool {
    switch code {
    case "SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "Throttling", "ThrottlingException",
      "RequestThrottled", "OperationAborted":
      true
    default: [408, 429, 500, 502, 503, 504].contains(status)
    }
  }
}

extension S3Attempt {
  /// What the server said, and what to do about it.
  func error(_ refusal: Refusal) -> S3Error {
    error(kind(refusal), "\(said(refusal)): \(advice(refusal))")
  }

  private func kind(_ refusal: Refusal) -> S3Error.Kind {
    if action == .read, refusal.status == 404 || refusal.status == 412 || refusal.status == 416 { return .changed }
    return .refused
  }

  /// `the store says NoSuchBucket (The specified bucket does not exist)`.
  func said(_ refusal: Refusal) -> String {
    guard let code = refusal.code else { return "the server says HTTP \(refusal.status)" }
    return "the store says \(shown(code))\(refusal.message.map { " (\(shown($0)))" } ?? "")"
  }

  private func advice(_ refusal: Refusal) -> String {
    switch refusal.code {
    case "InvalidAccessKeyId": return "it does not know the access key from \(origin): correct the key or `endpoint`"
    case "SignatureDoesNotMatch":
      return "the secret key does not go with the access key from \(origin): correct it"
        + (refusal.message?.lowercased().contains("region") == true ? ", or `region` (\(access.region))" : "")
    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidSecurity":
      return "the keys from \(origin) were for a while only: get new ones"
    case "RequestTimeTooSkewed", "RequestExpired":
      return "the clocks differ\(clocks(refusal)): set this machine's by NTP"
    case "NoSuchBucket", "InvalidBucketName":
      return "there is no bucket `\(bucket)`: correct the name, or `endpoint` if that is another store's"
    case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
      "TemporaryRedirect", "InvalidRegion", "IncorrectEndpoint", "AuthorizationQueryParametersError":
      return refusal.region.map { "the bucket is in another region: give `region: \(shown($0))` or AWS_REGION" }
        ?? "give the bucket's `region` (now \(access.region)) and its `endpoint`"
    case "InvalidObjectState": return "it is in an archive: restore it first"
    case "KeyTooLongError": return "no object has so long a name"
    default: break
    }
    if action == .read {
      if refusal.status == 412 || refusal.status == 416 { return Self.changedAdvice }
      if refusal.status == 404 { return "it was removed after it was listed: run again for what there is now" }
    }
    // Some stores say to requests without a signature that it is of a wrong kind.
    if access.credentials == nil, [400, 401, 403].contains(refusal.status) { return permission }
    if refusal.isPassing { return "it has said so for \(Int(access.patience)) s: try again later" }
    switch refusal.status {
    case 401, 403: return permission
    case 301, 307, 308:
      return refusal.region.map { "the bucket is in another region: give `region: \(shown($0))` or AWS_REGION" }
        ?? "it is somewhere else: correct `endpoint`"
    case 404 where refusal.code == nil: return "that is no answer of an S3 store: correct `endpoint`"
    default: return refusal.code == nil ? "that is no answer of an S3 store: correct `endpoint`" : "ask who runs it"
    }
  }

  static let changedAdvice = "it was replaced after it was listed, and parts of both would be read: run again"

  private var permission: String {
    guard access.credentials == nil else {
      return
        "the keys from \(origin) may not \(action == .list ? "list the bucket (s3:ListBucket)" : "read it (s3:GetObject)")"
    }
    return access.hasFoundNoKeys
      ? "the bucket is not open to everybody, and there are no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a `profile`"
      : "the bucket is not open to everybody: leave out `anonymous`"
  }

  private var origin: String { access.credentials?.origin ?? "nowhere" }

  private func clocks(_ refusal: Refusal) -> String {
    guard let server = refusal.serverTime else { return "" }
    let own = refusal.requestTime.map { ", this machine's \(shown($0))" } ?? ""
    return " (the store's says \(shown(server))\(own))"
  }

  /// A server's words for a terminal: one line, not too long, no secret.
  func shown(_ text: String) -> String {
    var text = text
    for secret in [access.credentials?.secret, access.credentials?.token].compactMap({ $0 }) {
      text = text.replacing(secret, with: "***")
    }
    let line = text.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }
      .filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && !(0x2028...0x202E).contains($0.value) }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: line.prefix(300))
    return trimmed(String(view))
  }
}
