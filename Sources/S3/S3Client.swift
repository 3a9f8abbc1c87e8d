import Support

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is asked of a store.
package struct S3Client: Sendable {
  package let access: S3Access
  package let bucket: String

  package init(_ access: S3Access, bucket: String) {
    self.access = access
    self.bucket = bucket
  }

  /// How many requests are to be under way at once.
  package var requests: Int { access.requests }

  /// A GET request, signed where there are keys.
  ///
  /// - Parameters:
  ///   - key: the object's name; nil for the bucket itself.
  ///   - query: in the order of the names.
  func request(
    key: String?, query: [(name: String, value: String)] = [], fields: [(name: String, value: String)] = []
  ) -> Request {
    let endpoint = access.endpoint
    let host = access.hasBucketInHost ? "\(bucket).\(endpoint.host)" : endpoint.host
    var path = endpoint.path
    if !access.hasBucketInHost { path += "/" + percentEncoded(bucket, keeping: "") }
    if let key { path += "/" + percentEncoded(key, keeping: "/") }
    if path.isEmpty { path = "/" }
    let query = query.map { "\(percentEncoded($0.name, keeping: ""))=\(percentEncoded($0.value, keeping: ""))" }
      .joined(separator: "&")
    var all = fields
    if let credentials = access.credentials {
      all += Signature(credentials: credentials, region: access.region)
        .fields(host: host, path: path, query: query, time: time(nil))
    }
    return Request(
      address: "\(endpoint.scheme)://\(host)\(path)\(query.isEmpty ? "" : "?\(query)")", fields: all,
      certificates: access.certificates)
  }

  func attempt(_ action: S3Attempt.Action, _ name: String) -> S3Attempt {
    S3Attempt(action: action, name: name, bucket: bucket, access: access)
  }
}

/// Seconds of the monotonic clock.
func monotonicSeconds() -> Double { Double(monotonicNanoseconds()) * 1e-9 }
