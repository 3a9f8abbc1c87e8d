import ArgumentParser
import Configuration
import Diagnostics
import Runtime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Options of every command that reads a pipeline.
struct PipelineOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Replace a value of the pipeline, such as emulate.seed=2. May be given several times.",
      valueName: "path=value"))
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp(
      "Cut the stream otherwise than the pipeline says: \"every: 2 s\", \"rows: 50000\", \"span: 22448 of ORBIT_CNT, late: 100\", or all.",
      valueName: "spec"))
  var window: String?

  func request(_ path: String) -> Pipeline.Request {
    var request = Self.plainRequest(path)
    request.overrides = overrides
    request.window = window
    return request
  }

  func load(_ path: String) throws -> Pipeline { try Self.load(request(path)) }

  /// A pipeline as its file has it.
  static func plainRequest(_ path: String) -> Pipeline.Request {
    var request = Pipeline.Request(path: path)
    request.executable = executablePath()
    return request
  }

  /// Loads a pipeline and prints what is wrong with it. Exits with 1 where there are errors, 2 where it cannot be read.
  static func load(_ request: Pipeline.Request, findings: Findings = Findings()) throws -> Pipeline {
    let pipeline: Pipeline?
    do {
      pipeline = try Pipeline.load(request, environment: environmentValue, findings: findings)
    } catch {
      printError(error.message)
      throw ExitCode(2)
    }
    let printer = FindingPrinter(colour: Terminal.hasColour)
    printFindings(findings)
    guard let pipeline else {
      printToError(printer.summary(findings))
      throw ExitCode(1)
    }
    return pipeline
  }
}

/// An environment variable; nil where it is not set.
func environmentValue(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

/// The program's own file, however it was started.
func executablePath() -> String? {
  var buffer = [CChar](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
  return count > 0 ? String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
}
