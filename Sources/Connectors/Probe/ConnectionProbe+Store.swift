import Diagnostics
import S3
import Specifications

extension ConnectionProbe {
  /// Asks the store of a source `s3` for the first names under its prefix.
  func probeStore(_ settings: Settings) {
    guard let (place, store, _) = S3Keys.read(settings) else { return }
    probe(place, store, at: settings.span(of: S3Keys.prefix), settings.span(of: S3Keys.bucket))
  }

  /// Asks the store of `s3://BUCKET/PREFIX`; false where the text is no such address.
  func probeStore(_ text: LocatedText) -> Bool {
    guard text.text.hasPrefix(S3Place.scheme) else { return false }
    if let place = S3Place(text.text) {
      probe(place, S3Settings(), at: text.span, text.span)
    } else {
      findings.error(
        .noStore, "`\(text.written)` names no bucket", at: text.span, hint: "write `s3://BUCKET/PREFIX`")
    }
    return true
  }

  private func probe(_ place: S3Place, _ settings: S3Settings, at prefix: Span, _ bucket: Span) {
    var settings = settings
    // The question is how it is now.
    settings.patience = 0
    do throws(S3Error) {
      let access = try S3Access(settings, bucket: place.bucket, environment: .process)
      _ = try S3Client(access, bucket: place.bucket)
        .list(prefix: place.prefix, onlyFirst: true, stop: { false }, tell: { _ in })
    } catch {
      // Where the key was left out, the source's own place stands for it.
      if error.kind == .nothingThere {
        findings.error(
          .noObjects, "\(error)", at: prefix, hint: "correct `prefix`, or `bucket` if it is another one")
      } else {
        findings.error(
          .noStore, "\(error)", at: bucket,
          hint: "docs/s3.md says what each answer of a store means, and what to do")
      }
    }
  }
}
