import ArgumentParser
import ChainExecution
import Columns
import Connectors
import Diagnostics
import Runtime
import Support

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Count a part of an input, for `merge` to put together with the others.",
    discussion: """
      Reads rows from standard input or from files, and writes a partial result: counts, and what groups cut at the edges \
      hold. `hitmon merge` makes of the parts, in any order, what `hitmon run` would have made of the whole. Any batch \
      system can run the parts.

        hitmon kernel pipelines/dt-chambers.yaml --window all --input data.txt --bytes 0-1000000 > part0
        hitmon kernel pipelines/dt-chambers.yaml --window all --input data.txt --bytes 1000000- > part1
        hitmon merge pipelines/dt-chambers.yaml --window all part0 part1 > results.jsonl

      --bytes takes the rows that begin in a stretch of a file, so that stretches may be cut anywhere. Rows on standard \
      input are whole rows; --partition and --offset say where they stand, so that results have their source and no row \
      counts twice.

      Windows of a span and `all` can be counted in parts; windows by arrival with --arrived, windows of rows with \
      --first-row.

      Exit codes: 0 the partial result is whole, 1 the pipeline has errors, 2 something could not be read or written.
      """)

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Option(
    name: .shortAndLong, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Read these files, directories or patterns instead of standard input.", valueName: "file"))
  var input: [String] = []

  @Option(
    help: ArgumentHelp("Of one file the rows that begin in these bytes: from A to before B.", valueName: "A-B"))
  var bytes: String?

  @Option(help: ArgumentHelp("What results call the file that standard input is of.", valueName: "name"))
  var partition: String?

  @Option(help: ArgumentHelp("Where standard input begins in that file, in bytes.", valueName: "n"))
  var offset: Int64?

  @Option(
    help: ArgumentHelp(
      "The header line of the input's first file, for parts and files that do not begin with one.", valueName: "line"))
  var header: String?

  @Flag(help: "Standard input is blocks of messages of a topic (docs/partials.md).")
  var blocks = false

  @Option(
    help: ArgumentHelp(
      "The pipeline's source whose rows these are; objects are then read with its store and keys.", valueName: "name"))
  var source: String?

  @Option(help: ArgumentHelp("How many partitions the topic of blocks has.", valueName: "n"))
  var partitions: Int?

  @Option(
    help: ArgumentHelp(
      "Where the file stands among those of the input; by default they go by their names.", valueName: "n"))
  var order: Int64?

  @Option(
    help: ArgumentHelp(
      "When the rows arrived, for windows by arrival: a time such as 2026-11-22T14:00:00Z.", valueName: "time"))
  var arrived: String?

  @Option(
    help: ArgumentHelp("How many rows of the input come before, for windows of rows.", valueName: "n"))
  var firstRow: Int64?

  @Option(
    help: ArgumentHelp(
      "About where the windows' clock stands, if its counter has started again before.", valueName: "n"))
  var clockNear: Int64?

  @Flag(
    help:
      "Print what engines must know of the pipeline, as JSON, and count nothing; with --input or --source also the files and objects that these stand for, and their bytes."
  )
  var describe = false

  @Flag(help: "Rows come in no order, as behind a shuffle: all groups stay open until `merge`.")
  var unordered = false

  @OptionGroup var options: PipelineOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the partial result goes; - is standard output.", valueName: "file"))
  var output = "-"

  @Option(name: .shortAndLong, help: "How many threads count.")
  var threads = 1

  func validate() throws {
    if !(1...256).contains(threads) { throw ValidationError("--threads takes 1 to 256, not \(threads)") }
    if bytes != nil {
      if input.count != 1 || input == ["-"] { throw ValidationError("--bytes is of one file: give it with --input") }
      if stretch == nil { throw ValidationError("--bytes takes A-B, such as 0-1000000, or A- to the end of the file") }
    }
    if blocks, !input.isEmpty { throw ValidationError("--blocks come on standard input, without --input") }
    if !input.isEmpty || blocks, partition != nil || offset != nil {
      throw ValidationError("--partition and --offset are of rows on standard input")
    }
    if blocks, header != nil { throw ValidationError("messages have no --header") }
    for (option, value) in [("--offset", offset), ("--first-row", firstRow)] {
      guard let value else { continue }
      if !(0...Int64.farthestPlace).contains(value) {
        throw ValidationError("\(option) takes 0 to \(Int64.farthestPlace), not \(value)")
      }
    }
    for (option, value) in [("--order", order), ("--clock-near", clockNear)] {
      guard let value else { continue }
      if !(-Int64.farthestPlace...Int64.farthestPlace).contains(value) {
        throw ValidationError("\(option) takes \(-Int64.farthestPlace) to \(Int64.farthestPlace), not \(value)")
      }
    }
    if let partitions, !(1...Self.mostPartitions).contains(partitions) {
      throw ValidationError("--partitions takes 1 to \(Self.mostPartitions), not \(partitions)")
    }
    if let arrived {
      guard let time = milliseconds(arrived) else {
        throw ValidationError("--arrived takes a time in UTC such as 2026-11-22T14:00:00Z, not `\(arrived)`")
      }
      if time.multipliedReportingOverflow(by: 1_000_000).overflow {
        throw ValidationError("--arrived takes a time before 2262, not `\(arrived)`")
      }
    }
  }

  /// The most partitions that a block can be of.
  private static let mostPartitions = 1 << 20

  private var stretch: Range<Int64>? {
    guard let bytes, let dash = bytes.firstIndex(of: "-"), let start = Int64(bytes[..<dash]) else { return nil }
    let last = bytes[bytes.index(after: dash)...]
    guard let end = last.isEmpty ? Int64.max : Int64(last), start >= 0, start <= end else { return nil }
    return start..<end
  }

  private func printDescription(_ loaded: Pipeline) throws {
    do {
      // Nothing is asked of a store, and no folder is read, for who wants to know of the pipeline alone.
      let inputs =
        input.isEmpty && source == nil
        ? nil
        : try loaded.inputs(
          input, source: source, stop: { StopSignal.number != 0 }, tell: { printToError($0) })
      let header = try inputs.flatMap { try loaded.header(of: $0, source: source, stop: { StopSignal.number != 0 }) }
      let description = loaded.description(of: inputs, header: header, version: programVersion)
      writeToOut(String(decoding: description, as: UTF8.self) + "\n")
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }

  func run() throws {
    let loaded = try options.load(pipeline)
    StopSignal.install()
    if describe { return try printDescription(loaded) }
    var kernel = PartCounter.Options()
    if blocks {
      kernel.input = .blocks
    } else if let stretch {
      kernel.input = .piece(FilePiece(path: input[0], name: input[0], bytes: stretch, header: header))
    } else if input.isEmpty {
      let start = offset ?? 0
      kernel.input = .piece(
        FilePiece(path: "-", name: partition ?? "standard input", bytes: start..<Int64.max, header: header))
    } else {
      kernel.input = .files(input)
    }
    kernel.source = source
    kernel.header = header
    kernel.partitionCount = partitions
    kernel.order = order
    kernel.firstRow = firstRow
    kernel.clockNear = clockNear
    kernel.threads = threads
    kernel.isOrdered = !unordered
    kernel.stop = { StopSignal.number != 0 }
    if let arrived, let time = milliseconds(arrived), case .every(let length) = loaded.plan.window {
      kernel.arrival = time * 1_000_000 / length
    }
    do {
      let inputs = input.isEmpty ? ["-"] : (try? expandInputs(input)) ?? []
      let uses = FileUses(configuration: loaded.files, inputs: inputs + loaded.declaredFiles)
      let file = try ByteFile(path: output, uses: uses)
      let counts = try PartCounter(loaded, options: kernel, warn: { printToError($0) }).execute(file.write)
      try file.close()
      // A part may have no other rows; `merge` knows of all.
      if counts.isNothingDecoded { printToError("warning: \(nothingDecoded(counts, first: nil))") }
    } catch {
      printError("\(error)")
      throw ExitCode(StopSignal.number != 0 ? 128 + StopSignal.number : 2)
    }
  }
}
