/// An object as a listing has it.
package struct S3Object: Sendable, Equatable {
  package let bucket: String
  package let key: String
  package let size: Int64
  /// Which contents these are, without quotes; nil where the store does not say.
  let tag: String?
  /// When it was written, so that the texts are in the order of the times.
  let modified: String

  /// `s3://bucket/key`.
  package var name: String { S3Place.name(bucket, key) }
}

/// The order in which objects are read.
package enum S3Order: String, CaseIterable, Sendable {
  /// That of the bytes of their names.
  case name
  /// The oldest first, those of the same moment by their names.
  case modified
}

/// One answer to the question what is in a bucket.
struct ListingPage {
  var objects: [S3Object] = []
  /// What to ask for next; nil at the end.
  var continuation: String?

  /// Nil where the bytes are no such answer, or say something impossible.
  init?(_ bytes: [UInt8], bucket: String) {
    guard let root = XMLElement.parse(bytes), root.name == "ListBucketResult" else { return nil }
    let isEncoded = root["EncodingType"] == "url"
    for entry in root.children where entry.name == "Contents" {
      guard let written = entry["Key"], let key = isEncoded ? percentDecoded(written) : written, !key.isEmpty,
        let size = entry["Size"].flatMap({ Int64(trimmed($0)) }), size >= 0
      else { return nil }
      objects.append(
        S3Object(
          bucket: bucket, key: key, size: size, tag: entityTag(entry["ETag"]),
          modified: Self.sortable(trimmed(entry["LastModified"] ?? ""))))
    }
    let token = root["NextContinuationToken"].flatMap { $0.isEmpty ? nil : $0 }
    if root["IsTruncated"].map(trimmed) == "true" {
      guard let token else { return nil }
      continuation = token
    }
  }

  /// `2026-11-22T14:00:34.5Z` with nine digits of fractions, so that times compare as texts.
  private static func sortable(_ time: String) -> String {
    let whole = time.prefix { $0 != "." && $0 != "Z" }
    let fraction = time.dropFirst(whole.count).filter(\.isNumber).prefix(9)
    return "\(whole).\(fraction)\(String(repeating: "0", count: 9 - fraction.count))"
  }
}

/// What an `ETag` says, without quotes and the mark of those that proxies have changed.
func entityTag(_ text: String?) -> String? {
  guard var text = text.map(trimmed)?[...] else { return nil }
  if text.hasPrefix("W/") { text = text.dropFirst(2) }
  if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
  return text.isEmpty ? nil : String(text)
}
