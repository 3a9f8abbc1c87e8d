import Specifications

extension SourceComponent {
  static let s3 = SourceComponent(
    specification: Specification(
      kind: .source, name: "s3", summary: "Objects of an S3 bucket, read to their end without a copy on disk.",
      details: """
        The objects whose names begin with the prefix are listed once and read one after the other, as files are: text,
        gzip and zstd. Several requests are under way at a time. A transfer that breaks goes on where it stopped; an object
        that is replaced in the meantime ends the run. `--input s3://BUCKET/PREFIX` is the same, with what the environment
        says of the store.
        """,
      keys: S3Keys.all,
      example: "sources: {archive: {s3: {endpoint: \"https://store.example.org\", bucket: hits, prefix: data_}}}"),
    check: { settings, _, findings in S3Keys.check(settings, findings) },
    open: { settings, context in
      let inputs = try findInputs([], of: settings, stop: context.stop, tell: context.tell)
      return FileSource(inputs: inputs, format: context.format, stop: context.stop)
    })
}
