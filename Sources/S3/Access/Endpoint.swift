/// The address of a store, in its parts.
package struct Endpoint: Sendable, Equatable {
  /// `http` or `https`.
  let scheme: String
  /// With the port, unless that is the scheme's own.
  let host: String
  /// What addresses begin with behind the host; empty, or with a slash at its front only.
  let path: String

  /// Reads `https://HOST:PORT/PATH`; nil for anything else, also where a name or password stands in it.
  package init?(_ text: String) {
    guard let scheme = ["http", "https"].first(where: { text.lowercased().hasPrefix($0 + "://") }) else { return nil }
    let rest = text.dropFirst(scheme.count + 3)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var host = rest[..<slash].lowercased()
    guard !host.isEmpty, host.utf8.allSatisfy({ isUnreserved($0) || "[]:".utf8.contains($0) }) else { return nil }
    if !host.hasSuffix("]"), let colon = host.lastIndex(of: ":") {
      guard let port = UInt16(host[host.index(after: colon)...]), port > 0, colon != host.startIndex else { return nil }
      if port == (scheme == "http" ? 80 : 443) { host = String(host[..<colon]) }
    }
    var path = String(rest[slash...])
    while path.hasSuffix("/") { path.removeLast() }
    guard path.utf8.allSatisfy({ isUnreserved($0) || $0 == UInt8(ascii: "/") }) else { return nil }
    (self.scheme, self.host, self.path) = (scheme, host, path)
  }

  /// That of AWS in a region.
  static func amazon(region: String) -> Endpoint? {
    Endpoint("https://s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")")
  }

  var isAmazon: Bool { host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn") }

  /// For people.
  package var name: String { "\(scheme)://\(host)\(path)" }
}
