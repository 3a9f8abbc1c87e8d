/// A bucket, and how the names of objects in it begin.
package struct S3Place: Sendable, Equatable {
  package var bucket: String
  package var prefix: String

  package init(bucket: String, prefix: String) {
    self.bucket = bucket
    self.prefix = prefix
  }

  package static let scheme = "s3://"

  /// Reads `s3://bucket/prefix`; nil where that is no address of a bucket.
  package init?(_ text: String) {
    guard text.hasPrefix(Self.scheme) else { return nil }
    let rest = text.dropFirst(Self.scheme.count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    bucket = String(rest[..<slash])
    prefix = slash == rest.endIndex ? "" : String(rest[rest.index(after: slash)...])
    guard Self.isBucket(bucket) else { return nil }
  }

  /// Whether it can be a bucket's name: what older buckets and other stores allow, too.
  package static func isBucket(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
      && name.utf8.allSatisfy { isUnreserved($0) && $0 != UInt8(ascii: "~") }
  }

  /// For people, and what partitions are called.
  package var name: String { Self.name(bucket, prefix) }

  /// `s3://bucket/key`, with control characters written out: a terminal would obey them.
  package static func name(_ bucket: String, _ key: String) -> String {
    var text = ""
    for scalar in key.unicodeScalars {
      if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value) {
        text += percentEncoded(String(scalar), keeping: "")
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return "\(scheme)\(bucket)/\(text)"
  }
}
