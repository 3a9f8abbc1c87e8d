import CCurl

/// How a transfer ended that did not end well.
enum Failure {
  /// The same may go well a little later; not before so many seconds, where the server says so. `reason` is for those who
  /// watch, the error for when it goes on for too long.
  case passing(S3Error, reason: String, after: Double?)
  case final(S3Error)
}

extension S3Attempt {
  /// What ended a transfer; nil where it came to its end with a good answer.
  ///
  /// - Parameter hasWorked: whether the store has answered before: an address that never worked is more likely wrong than
  ///   its server away for a moment.
  func failure(of transfer: Transfer, _ code: CURLcode, hasWorked: Bool) -> Failure? {
    if code == CURLE_OK || (transfer.status >= 300 && code == CURLE_PARTIAL_FILE) {
      if transfer.isGood { return nil }
      let refusal = Refusal(status: transfer.status, fields: transfer.fields, body: transfer.refusal)
      let seconds = transfer.fields["retry-after"].flatMap { Double($0) }
      return refusal.isPassing
        ? .passing(error(refusal), reason: said(refusal), after: seconds) : .final(error(refusal))
    }
    let reason = shown(transfer.words(code))
    let error = error(.unreachable, "\(reason)\(advice(code))")
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
      CURLE_OPERATION_TIMEDOUT:
      return hasWorked ? .passing(error, reason: reason, after: nil) : .final(error)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      return .passing(error, reason: reason, after: nil)
    default: return .final(error)
    }
  }

  private func advice(_ code: CURLcode) -> String {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: ": correct `endpoint`\(hostAdvice)"
    case CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT: ": is the store there, and `endpoint` right?"
    case CURLE_SSL_CONNECT_ERROR:
      ": if the store speaks plain HTTP, write `http://`; otherwise its version of TLS may be too old"
    case CURLE_PEER_FAILED_VERIFICATION:
      access.certificates.map { ": the server's certificate does not come from those in \($0)" }
        ?? ": give the file of the authority that signed the server's certificate as `ca`, or in AWS_CA_BUNDLE"
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
      access.endpoint.scheme == "http" ? ": if the store speaks TLS, write `https://`" : ""
    case CURLE_SSL_CACERT_BADFILE: ": `ca` or AWS_CA_BUNDLE takes a file of certificates (PEM) that can be read"
    default: ""
    }
  }

  private var hostAdvice: String {
    access.hasBucketInHost ? ", or `style: path` if the store does not have buckets in its host names" : ""
  }
}

/// How long to go on trying.
struct Patience {
  /// In seconds.
  let limit: Double
  private var failures = 0
  /// When the first failure of a row was, in seconds of the monotonic clock.
  private var since = 0.0

  private static let first = 0.2
  private static let longest = 5.0

  init(limit: Double) { self.limit = limit }

  /// How many seconds to wait before the next try; nil to give up.
  mutating func wait(now: Double, atLeast: Double?) -> Double? {
    if failures == 0 { since = now }
    let left = since + limit - now
    guard left > 0 else { return nil }
    failures += 1
    // Not all at the same moment: several instances may have lost the same server.
    let pause = min(Self.longest, Self.first * Double(1 << min(failures - 1, 6))) * Double.random(in: 0.5...1)
    return min(max(pause, atLeast ?? 0), left)
  }

  /// How many tries in a row have failed.
  var failed: Int { failures }

  mutating func worked() { failures = 0 }
}
