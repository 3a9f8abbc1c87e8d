import Columns

/// A data file looked at: what it seems to be, and the plugin and the pipeline that read it.
package struct DetectorDraft: Sendable {
  /// A line that says what kind of file it is.
  package let summary: String
  package let fields: [FieldGuess]
  /// What to check, a sentence each.
  package let doubts: [String]
  /// The file `plugins/detectors/NAME.yaml`.
  package let plugin: String
  /// The file `NAME.yaml`.
  package let pipeline: String
  /// Rows of the part that was looked at, usable or not.
  package let rows: Int
  package let unusable: Int

  /// Why nothing can be made of a file, in a sentence.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// What the user says of the file; the rest is guessed.
  package struct Hints: Sendable {
    /// Names of the fields, in order, with units between brackets where they are known: `time [ps]`.
    package var names: [String] = []
    /// Bytes of a binary record.
    package var bytes: Int?
    /// Bytes of a binary file's header.
    package var skip: Int?

    package init() {}
  }

  package init(_ name: String, from sample: DataSample, hints: Hints = Hints()) throws(Failure) {
    guard !sample.bytes.isEmpty else { throw Failure(description: "\(sample.path) is empty") }
    let record: RecordDraftText
    if hints.bytes == nil, hints.skip == nil, sample.isText {
      guard let guess = try TextGuess(sample) else {
        throw Failure(description: "\(sample.path) has no rows: all lines are blank or comments")
      }
      record = try RecordDraftText(guess, hints)
    } else {
      guard let guess = BinaryGuess(sample, width: hints.bytes, skip: hints.skip) else {
        throw Failure(
          description:
            "no records of one length can be seen in \(sample.path): give it with --bytes, and that of the header with --skip"
        )
      }
      record = try RecordDraftText(guess, sample, hints)
    }
    if !hints.names.isEmpty, hints.names.count != record.fields.count {
      throw Failure(
        description:
          "--names has \(hints.names.count) names, and \(sample.path) seems to have \(record.fields.count) fields")
    }
    summary = record.summary
    fields = record.fields
    doubts = record.doubts
    rows = record.rows
    unusable = record.unusable
    let writer = DetectorWriter(name: name, path: sample.path, record: record, isWhole: sample.isWhole)
    plugin = writer.plugin
    pipeline = writer.pipeline
  }
}
