import ArgumentParser
import Connectors
import Results
import Specifications
import Support
import Synchronization

struct ResultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Print the results that count of a topic, or of a file of its messages: one JSON message a line.",
    discussion: """
      After a crash, an outage or a takeover a topic can hold results that do not count: messages that were written twice, \
      and those of an instance that had lost its partitions. All programs of hitmon skip them; kcat shows them. See \
      docs/delivery.md.

        hitmon results pipelines/dt-chambers.yaml | jq -c '[.window.index, .counts.records]'
        hitmon results --brokers localhost:9092 --topic dt-results --last 10
        hitmon results --brokers localhost:9092 --topic dt-results --follow
        kcat -C -b localhost:9092 -t dt-results -e -q | hitmon results -

      Exit codes: 1 a pipeline has errors, 2 something could not be read or reached, 130 Ctrl-C, 143 SIGTERM.
      """)

  @OptionGroup var place: ResultPlace

  @Option(help: ArgumentHelp("Only results of this pipeline.", valueName: "name"))
  var pipeline: String?

  @Option(help: ArgumentHelp("Only the last results that are there.", valueName: "n"))
  var last: Int?

  @Flag(help: "Go on with what is written to the topic.")
  var follow = false

  @Flag(name: .shortAndLong, help: "Print no line about messages that do not count.")
  var quiet = false

  func validate() throws {
    if let last, !(1...1_000_000).contains(last) { throw ValidationError("--last takes 1 to 1000000, not \(last)") }
    if follow, !place.isTopic { throw ValidationError("--follow is for a topic") }
  }

  func run() throws {
    StopSignal.install()
    let voidCount: Int
    do {
      voidCount = try place.isTopic ? printTopic(try place.target()) : printFiles()
    } catch let exit as ExitCode {
      throw exit
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    if voidCount > 0, !quiet {
      let words = voidCount == 1 ? "message does not count and is" : "messages do not count and are"
      printToError("\(grouped(voidCount)) \(words) left out: see docs/delivery.md")
    }
    if StopSignal.number != 0 { throw ExitCode(128 + StopSignal.number) }
  }

  /// Since when the brokers are away. Without `--follow`, as in a script, nobody waits for them for ever.
  private final class Away: Sendable {
    private static let patience: Int64 = 10_000_000_000
    private let since = Mutex<Int64?>(nil)

    func note(_ areAway: Bool) { since.withLock { $0 = areAway ? $0 ?? monotonicNanoseconds() : nil } }

    var isTooLong: Bool { since.withLock { $0.map { monotonicNanoseconds() - $0 > Self.patience } ?? false } }
  }

  /// Prints results, or keeps them while only the last are wanted.
  private struct Printer {
    let pipeline: String?
    let last: Int?
    private var kept: [String] = []

    init(pipeline: String?, last: Int?) { (self.pipeline, self.last) = (pipeline, last) }

    /// How many results were taken.
    private(set) var count = 0

    mutating func take(_ message: UnsafeRawBufferPointer, isOld: Bool) {
      if let pipeline, (try? ResultHead(reading: message))?.pipeline != pipeline { return }
      count += 1
      let line = String(decoding: message, as: UTF8.self) + "\n"
      guard isOld, let last else { return writeToOut(line) }
      kept.append(line)
      if kept.count > last { kept.removeFirst() }
    }

    mutating func printKept() {
      kept.forEach { writeToOut($0) }
      kept = []
    }
  }

  private func printTopic(_ target: KafkaTarget) throws -> Int {
    let name = "topic \(target.topic) on \(target.brokers)"
    let watch = BrokerWatch(name, tell: { if !quiet { printToError($0) } })
    let away = Away()
    let follow = follow
    let reader = ResultTopic(
      target, depth: .max, watch: watch, stop: { StopSignal.number != 0 || !follow && away.isTooLong })
    var printer = Printer(pipeline: pipeline, last: last)
    var isOld = true
    var hasTold = false
    try reader.read(follows: follow) { message in
      do {
        _ = try ResultHead(reading: message)
        printer.take(message, isOld: isOld)
      } catch {
        // Once: a topic of something else would fill the screen.
        if !hasTold { printToError("\(name): \(error)") }
        hasTold = true
      }
    } isAtEnd: {
      printer.printKept()
      isOld = false
    } idle: { areAway in
      away.note(areAway)
    }
    if !follow, away.isTooLong { throw ConnectorError("\(name): no broker answers") }
    // A topic of something else.
    if hasTold, printer.count == 0 { throw ExitCode(2) }
    tellWhereEmpty(printer, name)
    return reader.voidCount
  }

  private func printFiles() throws -> Int {
    var printer = Printer(pipeline: pipeline, last: last)
    var voidCount = 0
    var hasFailed = false
    for reader in try expandInputs(place.files).map({ try LineReader(path: $0) }) {
      var filter = LogFilter()
      while StopSignal.number == 0, try reader.advance() {
        guard !reader.isBlank else { continue }
        do {
          if try reader.withLine({ try filter.admits($0) }) { reader.withLine { printer.take($0, isOld: true) } }
        } catch {
          hasFailed = true
          printError("\(reader.name):\(reader.number): \(error)")
        }
      }
      voidCount += filter.voidCount
    }
    printer.printKept()
    if hasFailed { throw ExitCode(2) }
    tellWhereEmpty(printer, place.files.joined(separator: ", "))
    return voidCount
  }

  private func tellWhereEmpty(_ printer: Printer, _ name: String) {
    guard printer.count == 0, !quiet, StopSignal.number == 0 else { return }
    printToError("\(name): there are no results\(pipeline.map { " of `\($0)`" } ?? "")")
  }
}
