import ArgumentParser
import Configuration
import Diagnostics
import Runtime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Read hits, count them, and publish every window.",
    discussion: """
      Without --input the pipeline's own sources are read. With it, those files are read to their end instead.

      A Kafka source goes on where the published results end, so that no row is lost and none counts twice; \
      `brokers: embedded` needs no broker, and reads what the emulator inside this program writes.

      A sink `dashboard` is a page that shows the results as they come; its address is printed. With --input it is served \
      only if --port or --keep-open is given.

      --watch reads the pipeline again whenever one of its files changes, and SIGHUP once. If it is good, it takes over \
      at the edge of a window and no hit is lost; if it has errors, they are shown and the old one goes on. Sources, \
      record, window and sinks stay as they are until the next start.

      Ctrl-C closes the open window, hands every result on, prints the totals and exits with 130; a second one does not \
      wait. Windows of the record's own clock that are not complete are left to the next run, if that reads their rows \
      again.

      What --results and file sinks name is replaced by the first window, in one step: a run that cannot begin, or that \
      decodes no row, leaves it as it was. No file is written that is an input or a file of the pipeline, or that another \
      run writes.

      Exit codes: 0 the input ended, 1 the pipeline has errors, 2 something could not be read or written, 3 the input \
      ended and none of its rows could be decoded, 130 Ctrl-C, 143 SIGTERM.
      """)

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Option(
    name: .shortAndLong, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Read these instead of the declared sources: files, directories, patterns, s3://BUCKET/PREFIX, or - for standard input. gzip and zstd are read as they are.",
      valueName: "file"))
  var input: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write results to this file too, one JSON message a line; - is standard output.", valueName: "file"))
  var results: [String] = []

  @OptionGroup var options: PipelineOptions

  @Option(
    help: ArgumentHelp(
      "Serve the dashboard at this port, also if the pipeline has none; 0 takes any that is free.", valueName: "n"))
  var port: Int?

  @Flag(help: "Serve no dashboard.")
  var noDashboard = false

  @Flag(help: "Go on serving the dashboard after the end of the input, until Ctrl-C.")
  var keepOpen = false

  @Flag(help: "Take over what changes in the pipeline's files while it runs.")
  var watch = false

  @Option(name: .shortAndLong, help: "How many threads count; by default one for each core.")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Count on many machines: spark://HOST:PORT, local-spark, dask://HOST:PORT or local-dask (docs/python.md).",
      valueName: "engine"))
  var engine: String?

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  func validate() throws {
    if let port, !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535, not \(port)") }
    if noDashboard, port != nil || keepOpen {
      throw ValidationError("--no-dashboard leaves nothing to \(port != nil ? "--port" : "--keep-open")")
    }
    if let engine, ExternalEngine.arguments(engine) == nil {
      throw ValidationError(
        "--engine takes spark://HOST:PORT, local-spark, dask://HOST:PORT or local-dask, not `\(engine)`")
    }
    if engine != nil, port != nil || keepOpen || watch || threads != nil {
      throw ValidationError("--engine counts elsewhere: --port, --keep-open, --watch and --threads are of this program")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads takes 1 to 256, not \(threads)")
    }
  }

  /// What the driver of an engine is told.
  private var engineArguments: [String] {
    var words = [pipeline]
    for file in input { words += ["--input", file] }
    for file in results { words += ["--results", file] }
    for value in options.overrides { words += ["--set", value] }
    if let window = options.window { words += ["--window", window] }
    return words + (quiet ? ["--quiet"] : [])
  }

  func run() throws {
    let findings = Findings()
    let request = options.request(pipeline)
    let files = watch ? try watchFiles(of: request) : nil
    let loaded = try PipelineOptions.load(request, findings: findings)
    if let engine {
      printError(ExternalEngine.start(engine, engineArguments))
      throw ExitCode(2)
    }
    StopSignal.install()
    var runOptions = Run.Options()
    runOptions.inputs = input
    runOptions.results = results
    runOptions.threads = threads ?? max(1, min(256, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    runOptions.stop = { StopSignal.number != 0 }
    let dashboards = RunDashboards(
      loaded, port: port, isWanted: !noDashboard && (input.isEmpty || port != nil || keepOpen), keepOpen: keepOpen)
    defer { dashboards.close() }
    runOptions.sinks = { try dashboards.open(acknowledge: $0) }
    let reporter = RunReporter(quiet: quiet, dashboards: dashboards)
    let totals: RunTotals
    let run: Run
    do {
      let changes = ChangeWatch(request, files, read: findings.sources.map(\.name)) {
        reporter.rejected($0, sentence: $1)
      }
      defer { changes.close() }
      runOptions.changed = { changes.take() }
      run = try Run(loaded, options: runOptions, observer: reporter)
      reporter.begin(loaded, sources: run.sourceNames, sinks: run.sinkNames)
      totals = try run.execute()
    } catch let failure as RunFailure {
      reporter.end(failure.totals)
      printError("\(failure.error)")
      throw ExitCode(2)
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    reporter.end(totals)
    let isAtEnd = StopSignal.number == 0
    if isAtEnd { reporter.review(totals, readsTopic: run.readsTopic) }
    if keepOpen { dashboards.stayOpen(tell: reporter.note) }
    if StopSignal.number != 0 { throw ExitCode(128 + StopSignal.number) }
    if totals.isNothingDecoded { throw ExitCode(3) }
  }

  private func watchFiles(of request: Pipeline.Request) throws -> FileWatch {
    do {
      return try ChangeWatch.files(of: request)
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }
}
