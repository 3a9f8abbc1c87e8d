import CScan
import Glibc

/// The engine's kernels one by one, on data that are always the same. Python scripts beside this folder run it and say
/// what its figures mean.
@main
enum EngineBenchmark {
  static let usage = """
    usage: EngineBenchmark count [FORM:PIPELINE.yaml ...]   for callgrind: see Benchmarks/instructions.py
           EngineBenchmark time ROUNDS EXPRESSION ...       nanoseconds a row: see Benchmarks/expressions.py
    FORM is text or words.
    """

  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "count":
      count(words.dropFirst())
    case "time":
      guard words.count > 2, let rounds = Int(words[1]), rounds > 0 else { fail(usage) }
      for text in words.dropFirst(2) {
        let run = ExpressionRun(text)
        let nanoseconds = run.nanosecondsPerRow(rounds: rounds)
        print("\(text)\t\(nanoseconds)\t\(run.sum)")
      }
    default: fail(usage)
    }
  }

  /// Runs everything once, with a mark at its begin and at its end; prints what was between each two marks.
  private static func count(_ pipelines: some Sequence<String>) {
    print("level\t\(scan_current_level().rawValue)")
    var parts: [(name: String, rows: Int)] = []
    func measured(_ name: String, _ run: () -> Int) {
      Mark.pass()
      let rows = run()
      Mark.pass()
      parts.append((name, rows))
    }
    let rows = Rows.telescope(Rows.count)
    for scan in ScanRun.all(rows) { measured(scan.name, scan.run) }
    for text in ExpressionRun.counted {
      let run = ExpressionRun(text)
      measured("expression \(text)", run.run)
    }
    for argument in pipelines {
      guard let colon = argument.firstIndex(of: ":") else { fail(usage) }
      let chain = ChainRun(
        path: String(argument[argument.index(after: colon)...]),
        bytes: argument.hasPrefix("words") ? rows.words : rows.text)
      measured("pipeline \(argument)", chain.run)
    }
    for part in parts { print("\(part.name)\t\(part.rows)") }
  }

  static func fail(_ message: String) -> Never {
    var line = message + "\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(2)
  }
}

/// Where callgrind writes down what it has counted and starts again (`--dump-before`).
enum Mark {
  nonisolated(unsafe) static var passed = 0

  @inline(never)
  static func pass() { passed += 1 }
}
