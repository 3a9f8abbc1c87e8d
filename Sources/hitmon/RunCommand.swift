import ArgumentParser
import Diagnostics
import Operators
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

      Ctrl-C closes the open window, hands every result on, prints the totals and exits with 130; a second one does not \
      wait. Windows of the record's own clock that are not complete are left to the next run, if that reads their rows \
      again.

      Exit codes: 0 the input ended, 1 the pipeline has errors, 2 something could not be read or written, \
      130 Ctrl-C, 143 SIGTERM.
      """)

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Option(
    name: .shortAndLong, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Read these instead of the declared sources: files, directories, patterns, or - for standard input. gzip and zstd are read as they are.",
      valueName: "file"))
  var input: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write results to this file too, one JSON message a line; - is standard output.", valueName: "file"))
  var results: [String] = []

  @OptionGroup var options: PipelineOptions

  @Option(name: .shortAndLong, help: "How many threads count; by default one for each core.")
  var threads: Int?

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads takes 1 to 256, not \(threads)")
    }
  }

  func run() throws {
    let loaded = try options.load(pipeline)
    StopSignal.install()
    var runOptions = Run.Options()
    runOptions.inputs = input
    runOptions.results = results
    runOptions.threads = threads ?? max(1, min(256, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    runOptions.stop = { StopSignal.number != 0 }
    let reporter = RunReporter(quiet: quiet)
    let totals: RunTotals
    do {
      let run = try Run(loaded, options: runOptions, observer: reporter)
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
    if StopSignal.number != 0 { throw ExitCode(128 + StopSignal.number) }
  }
}
