import Columns
import Diagnostics
import ChainExecution
import Results
import Specifications

/// The keys of the source `file`.
package enum FileSourceKeys {
  package static let path = TypedKey.oneOrMore(
    "path", of: .path, required: true,
    "A file, a directory, a pattern such as `data/*.txt.gz`, `-`, or `s3://BUCKET/PREFIX`; or a list of them.")
}

/// A source of the registry: what it declares of itself, and how it is made from checked settings.
package struct SourceComponent: Sendable {
  /// What a source needs beside its own settings.
  package struct Context: Sendable {
    package let format: any RecordFormat
    package let stop: StopCheck
    /// Claims partitions of the source, and gives how far published results cover them. `isOwner` asks whether they are
    /// this instance's.
    package var claim: @Sendable (_ partitions: [Int], _ isOwner: @escaping () -> Bool) throws -> ClaimAnswer = {
      _, _ in
      .nothingKept
    }
    /// Called, on any thread, with a sentence for the user.
    package var tell: @Sendable (String) -> Void = { _ in }
    /// Called, on any thread, with what those who watch the page should know while it lasts; nil when it is over.
    package var show: @Sendable (String?) -> Void = { _ in }
    /// Others are about to go on with the input: waits until what is published is safe.
    package var handOver: @Sendable () -> Void = {}
    /// Others go on with the input already: takes back what is published and not safe.
    package var withdraw: @Sendable () -> Void = {}
    /// Where the source says whether what it reads is this instance's.
    package var ownership = Ownership()
    /// The files of the run.
    package var uses = FileUses()
    /// The addresses of a topic's brokers; those of the embedded one for `embedded`, which then has the topic.
    package var brokers: @Sendable (KafkaTarget) throws -> String = { $0.brokers }

    package init(format: any RecordFormat, stop: @escaping StopCheck) {
      self.format = format
      self.stop = stop
    }
  }

  package let specification: Specification
  /// Findings that need no look at the world outside; what lint and run both say.
  let check: @Sendable (Settings, any RecordFormat, Findings) -> Void
  let open: @Sendable (Settings, Context) throws -> any RowSource

  /// Every source. A new one is a file beside these and its line here.
  package static let all: [SourceComponent] = [file, s3, kafka, simulate]

  private static func named(_ settings: Settings) -> SourceComponent? {
    all.first { $0.specification.name == settings.specification.name }
  }

  package static func check(_ settings: Settings, format: any RecordFormat, findings: Findings) {
    named(settings)?.check(settings, format, findings)
  }

  /// Refuses a topic beside a source of another kind.
  package static func checkTogether(_ declared: [Declaration.Named], findings: Findings) {
    let named = declared.compactMap { entry in entry.setting.settings.map { (entry.name, $0, KafkaTarget($0) != nil) } }
    guard let topic = named.first(where: \.2), let other = named.first(where: { !$0.2 }) else { return }
    findings.error(
      .sourceMix,
      "`\(other.0.written)` is read once, and the topic of `\(topic.0.written)` again where its results end: they cannot be read together",
      at: other.0.span, hint: "give each a pipeline of its own",
      notes: [.init(message: "the topic is here", span: topic.0.span)])
  }

  package static func open(_ settings: Settings, _ context: Context) throws -> any RowSource {
    guard let component = named(settings) else {
      throw ConnectorError("there is no source `\(settings.specification.name)`")
    }
    return try component.open(settings, context)
  }

  static let file = SourceComponent(
    specification: Specification(
      kind: .source, name: "file", summary: "Files, directories, patterns, or standard input, read to their end.",
      details: """
        A directory stands for the files in it, in the order of their names. gzip and zstd files are read as they are. `-` is
        standard input, and `s3://BUCKET/PREFIX` stands for objects of a store that the environment describes.
        """,
      keys: [FileSourceKeys.path],
      example: "sources: {archive: {file: {path: data/run333}}}"),
    check: { _, _, _ in },
    open: { settings, context in
      let paths = (settings[FileSourceKeys.path] ?? []).compactMap { $0.text?.text }
      let inputs = try findInputs(paths, stop: context.stop, tell: context.tell)
      try context.uses.check(inputs)
      return FileSource(inputs: inputs, format: context.format, stop: context.stop)
    })
}
