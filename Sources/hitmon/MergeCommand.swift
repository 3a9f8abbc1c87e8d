import ArgumentParser
import Connectors
import Histograms
import Results
import Runtime

extension ResultFormat: ExpressibleByArgument {}

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Combine the parts of results into one message a window: of several instances, or of `kernel`.",
    discussion: """
      Several instances of a pipeline that share the partitions of a topic each publish results of the rows that they \
      read. merge adds up those of one window: counts, bins and sums add, points are joined, means are computed again. \
      What comes out is what one instance that had read all partitions would have published.

        hitmon merge pipelines/dt-chambers.yaml a.jsonl b.jsonl --results whole.jsonl
        kcat -C -b $HITMON_BROKERS -t dt-results -e -q | hitmon merge pipelines/dt-chambers.yaml -

      A window is given out as soon as every partition of the topic is done with it: a message of it, or of a later \
      window, names the partition in `resume`. What is left at the end of the input comes out too, with `partial` where \
      partitions are missing. Results of files say nothing of how many there are: their windows come out at the end, so \
      that the parts of a data set can be counted by several processes.

      Windows by arrival belong together by their times, those of a span by their number. Windows of rows of \
      several instances cannot be merged. A message that comes twice, or whose rows another one has, is refused: it is \
      reported with its line, and the others go on.

      Partial results of `kernel` become the messages that `run` over the whole input would have written, whatever their \
      order. --partial makes one partial result of them, so that they can be merged in steps. For streams, --passed and \
      --before give out only windows that are complete, and --rest keeps the others for the next time (docs/partials.md).

        hitmon merge pipelines/dt-chambers.yaml --window all part0 part1 > results.jsonl

      What --results names is replaced by the first window, in one step, and may not be a file that is read; --rest may.

      Exit codes: 0 every message is in the results, 1 the pipeline has errors, 2 a message or a file could not be used, \
      3 no row of partial results could be decoded.
      """)

  @Argument(help: "The pipeline that the results are of, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Argument(
    help: ArgumentHelp(
      "Partial results of `kernel`, or files of results, one JSON message a line; - is standard input. gzip and zstd are read as they are.",
      valueName: "file"))
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the whole results go, one JSON message a line; - is standard output.", valueName: "file"))
  var results = "-"

  @Option(help: "How histograms are written: json is hitmon's own form, uhi is for hist and boost-histogram.")
  var format: ResultFormat = .json

  @Flag(help: "Of partial results: make one partial result of them, where --results says.")
  var partial = false

  @Option(
    help: ArgumentHelp(
      "Of partial results: give out only event windows that these partitions have passed.", valueName: "n,n"))
  var passed: String?

  @Option(help: ArgumentHelp("Of partial results: give out only windows below this number.", valueName: "n"))
  var before: Int64?

  @Option(
    help: ArgumentHelp("Of partial results: what is not given out, as a partial result.", valueName: "file"))
  var rest: String?

  @Option(help: "Of partial results: what is done about rows that `run` may count as late.")
  var late = LateRows.error

  @Option(
    name: .customLong("run"), help: ArgumentHelp("Of partial results: what messages call the run.", valueName: "name"))
  var runName: String?

  @OptionGroup var options: PipelineOptions

  func validate() throws {
    if passed != nil, before != nil { throw ValidationError("--passed and --before do not go together") }
    if partial, passed != nil || before != nil || rest != nil {
      throw ValidationError("--partial gives out no windows: leave out --passed, --before and --rest")
    }
  }

  func run() throws {
    let loaded = try options.load(pipeline)
    let inputs: [String]
    do { inputs = try expandInputs(files) } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    if let empty = inputs.first(where: { PartialMerge.isEmpty($0) }) {
      printError("\(empty) is empty: who was to write it has failed or is not done; leave it out if that is right")
      throw ExitCode(2)
    }
    let partials = inputs.filter { PartialMerge.isPartial($0) }
    if partials.count == inputs.count { return try mergePartials(inputs, of: loaded) }
    guard partials.isEmpty else {
      let other = inputs.first { !partials.contains($0) } ?? ""
      printError("\(partials[0]) is a partial result and \(other) is none: merge them apart")
      throw ExitCode(2)
    }
    if partial || passed != nil || before != nil || rest != nil || runName != nil {
      printError("\(inputs[0]) is no partial result, and only of those can be merged as the options say")
      throw ExitCode(2)
    }
    try mergeMessages(inputs, of: loaded)
  }

  private func mergeMessages(_ inputs: [String], of loaded: Pipeline) throws {
    let merger = ResultMerger(loaded, format: format)
    var (problems, messages) = (0, 0)
    do {
      let sink = try sink(FileUses(configuration: loaded.files, inputs: inputs))
      var parts: [MergePart] = []
      for path in inputs { parts.append(try MergePart(path: path)) }
      while true {
        parts.removeAll { $0.isAtEnd }
        // The parts go forward together: a partition that moved from one instance to another stays in its order.
        guard let next = parts.min(by: { $0.window < $1.window }) else { break }
        messages += 1
        switch next.add(to: merger) {
        case .success(let merged): try write(merged, to: sink)
        case .failure(let error):
          problems += 1
          printError("\(next.place): \(error)")
        }
        try next.advance()
      }
      try write(merger.finish(), to: sink)
      try sink.close()
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    if messages == 0 {
      printError("no message came: there is nothing to merge")
      throw ExitCode(2)
    }
    if problems > 0 {
      printToError("\(grouped(problems)) \(problems == 1 ? "message is" : "messages are") not in the results")
      throw ExitCode(2)
    }
  }

  /// Where the whole results go.
  func sink(_ uses: FileUses) throws -> FileSink {
    try FileSink(
      path: results, format: format, uses: uses, warn: { printToError("warning: \($0)") }, acknowledge: { _ in })
  }

  private func write(_ merged: [ResultMerger.Merged], to sink: FileSink) throws {
    for window in merged { try window.message.withUnsafeBytes { try sink.write($0, number: 0) } }
  }
}

/// A file of messages, and the one that it stands at.
private final class MergePart {
  private let reader: LineReader
  private(set) var isAtEnd = false
  /// What orders the message among those of other files; the least for what is no message, so that it is told at once.
  private(set) var window = Int64.min
  private var filter = LogFilter()

  init(path: String) throws {
    reader = try LineReader(path: path)
    try advance()
  }

  var place: String { "\(reader.name):\(reader.number)" }

  func advance() throws {
    repeat {
      isAtEnd = try !reader.advance()
      // A blank line is nobody's message; and what is no message at all is told by the merger.
    } while !isAtEnd && reader.withLine { $0.isEmpty || (try? filter.admits($0)) == false }
    if !isAtEnd { window = reader.withLine { ResultMerger.order(of: $0) } ?? .min }
  }

  func add(to merger: ResultMerger) -> Result<[ResultMerger.Merged], ResultError> {
    reader.withLine { message in
      do throws(ResultError) { return .success(try merger.add(message)) } catch { return .failure(error) }
    }
  }
}
