import ArgumentParser
import ChainExecution
import Connectors
import Diagnostics
import Emulation
import Kafka
import Runtime
import Specifications

struct EmulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulate",
    abstract: "Play the DAQ: send rows to the topic that the pipeline reads its hits from.",
    discussion: """
      Files are replayed row by row as they stand, malformed rows too; without files the rows are those of the simulated \
      telescope. Each message is keyed by the pipeline's first group, so that an orbit stays in one partition. The topic \
      is created if it is not there. Defaults stand in the section `emulate:` of the pipeline.

        hitmon emulate pipelines/dt-chambers.yaml --rate 5000
        hitmon emulate pipelines/dt-chambers.yaml --input data/*.txt.gz --rate max --rows-per-message 100

      While it runs, a line on standard input changes the rate: `5000`, `5 kHz`, `max`. A pause is made up for by up to a \
      fifth of a second of rows at once, then by going a quarter faster.

      Ctrl-C stops sending and waits until the brokers have what was sent; a second Ctrl-C does not wait.

      Exit codes: 0 every row arrived, 1 the pipeline has errors, 2 rows failed or something could not be read or reached, \
      130 Ctrl-C, 143 SIGTERM.
      """)

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Option(
    name: .shortAndLong, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Replay these: files, directories, patterns, s3://BUCKET/PREFIX, or - for standard input. gzip and zstd are read as they are.",
      valueName: "file"))
  var input: [String] = []

  @Option(
    name: .shortAndLong,
    help: "Rows a second: 1000, \"1000 /s\", \"5 kHz\", or max for as fast as the brokers take them; 1000 if not given."
  )
  var rate: String?

  @Option(help: ArgumentHelp("The most rows of a message; 1 if not given.", valueName: "n"))
  var rowsPerMessage: Int?

  @Flag(help: "Start again at the end of the files, until Ctrl-C or --rows.")
  var loop = false

  @Option(help: ArgumentHelp("How many rows to send; all there are if not given.", valueName: "n"))
  var rows: Int64?

  @Option(
    help: ArgumentHelp("Partitions of the topic if it is not there; as the source says if not given.", valueName: "n"))
  var partitions: Int?

  @Option(help: ArgumentHelp("Which Kafka source's topic, where the pipeline has several.", valueName: "name"))
  var source: String?

  @Option(
    help: ArgumentHelp(
      "Other brokers than the source's: HOST:PORT with commas between, or embedded for a broker in this process.",
      valueName: "addresses"))
  var brokers: String?

  @Option(help: ArgumentHelp("Another topic than the source's.", valueName: "name"))
  var topic: String?

  @Option(help: ArgumentHelp("Which of the simulated telescope's streams.", valueName: "n"))
  var seed: UInt64?

  @OptionGroup var options: PipelineOptions

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  func validate() throws {
    if let rate, RowRate(rate) == nil {
      throw ValidationError("--rate takes rows a second such as 1000 or \"5 kHz\", or max, not \(rate)")
    }
    for (name, value, range) in [
      ("--rows-per-message", rowsPerMessage.map { Int64($0) }, 1...1_000_000),
      ("--partitions", partitions.map { Int64($0) }, 1...10_000), ("--rows", rows, 1...Int64.max),
    ] {
      if let value, !range.contains(value) {
        let most = range.upperBound == .max ? "at least 1" : "1 to \(range.upperBound)"
        throw ValidationError("\(name) takes \(most), not \(value)")
      }
    }
    if seed != nil, !input.isEmpty {
      throw ValidationError("--seed is of the simulated telescope, and --input replays files: give one of them")
    }
    if loop, input.contains("-") { throw ValidationError("--loop cannot start standard input again") }
  }

  func run() throws {
    let loaded = try options.load(pipeline)
    StopSignal.install()
    do {
      try emulate(loaded)
    } catch let exit as ExitCode {
      throw exit
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }

  private func emulate(_ loaded: Pipeline) throws {
    var (target, number) = try target(loaded)
    let broker = target.isEmbedded ? try embeddedBroker(target) : nil
    // The broker goes after its clients.
    defer { withExtendedLifetime(broker) {} }
    if let broker { target.brokers = broker.bootstrap }
    let reporter = EmulationReporter(quiet: quiet)
    let format = number.map { loaded.plan.formats[loaded.plan.sourceFormats[$0]] } ?? loaded.plan.format
    let input = inputs(loaded)
    guard
      let emulation = try HitsEmulation(
        loaded.declaration, format: format, input: input, target: target, stop: { StopSignal.number != 0 },
        tell: { reporter.note($0) })
    else { throw ExitCode(128 + StopSignal.number) }
    defer { emulation.close() }
    if let partitions, partitions != emulation.partitions {
      let reason = emulation.madeTopic ? "the brokers made it so" : "it was there before"
      reporter.note("topic \(target.topic) has \(emulation.partitions) partitions, not \(partitions): \(reason)")
    }
    let orders = RateOrders(readsData: input.readsStandardInput)
    reporter.begin(
      loaded.declaration.name.text, input: input, target: target, partitions: emulation.partitions,
      takesOrders: orders.isOpen)
    if broker != nil { reporter.invite(invitation(loaded, number, target)) }
    emulation.emulator.start()
    while !emulation.emulator.hasFinished {
      if StopSignal.number != 0 { emulation.emulator.stop() }
      orders.wait(milliseconds: 100) { line in
        guard let rate = RowRate(line) else {
          reporter.note("`\(line)` is no rate: type rows a second such as 5000 or 5 kHz, or max")
          return
        }
        emulation.emulator.rate = rate
        reporter.changed(rate)
      }
      reporter.progress(emulation.emulator.counts)
    }
    var failure: (any Error)?
    do { try emulation.emulator.wait() } catch { failure = error }
    reporter.end(emulation.emulator.counts, why: emulation.firstFailure)
    if let failure, !isInterruption(failure) { throw failure }
    if emulation.emulator.counts.failed > 0 { throw ExitCode(2) }
    if broker != nil, StopSignal.number == 0 {
      reporter.keepsBroker()
      while StopSignal.number == 0 { orders.wait(milliseconds: 200) { _ in } }
    }
    if StopSignal.number != 0 { throw ExitCode(128 + StopSignal.number) }
  }

  /// The user's wish to stop, met inside a blocking read.
  private func isInterruption(_ error: any Error) -> Bool { (error as? InputError)?.kind == .interrupted }

  private func inputs(_ loaded: Pipeline) -> EmulationInput {
    var result = EmulationInput(loaded.declaration.emulate)
    if !input.isEmpty { result.files = input }
    if seed != nil { result.files = [] }
    if let rate = rate.flatMap({ RowRate($0) }) { result.rate = rate }
    result.rowsPerMessage = rowsPerMessage ?? result.rowsPerMessage
    result.loops = loop || result.loops
    result.rows = rows ?? result.rows
    result.seed = seed
    return result
  }

  /// The topic of the source that is meant, and the source's number, if there is one.
  private func target(_ loaded: Pipeline) throws -> (KafkaTarget, source: Int?) {
    let sources = loaded.declaration.sources.enumerated().compactMap { number, source in
      source.setting.settings.flatMap { KafkaTarget($0) }.map { (number, source.name.text, $0) }
    }
    let chosen = source.map { name in sources.filter { $0.1 == name } } ?? sources
    guard chosen.count <= 1 else {
      throw ConnectorError(
        "the pipeline reads several topics: choose one with --source: \(chosen.map(\.1).joined(separator: ", "))")
    }
    if chosen.isEmpty, let source {
      throw ConnectorError(
        "the pipeline has no Kafka source `\(source)`"
          + (sources.isEmpty ? "" : "; it has \(sources.map(\.1).joined(separator: ", "))"))
    }
    var target = chosen.first?.2
    if target == nil, let brokers, let topic { target = KafkaTarget(brokers: brokers, topic: topic, partitions: 4) }
    guard var target else {
      throw ConnectorError(
        "the pipeline has no Kafka source: declare one, `sources: {telescope: {kafka: {brokers: localhost:9092, topic: hits}}}`, or give --brokers and --topic"
      )
    }
    target.brokers = brokers ?? target.brokers
    target.topic = topic ?? target.topic
    target.partitions = partitions ?? target.partitions
    return (target, chosen.first?.0)
  }

  /// A broker in this process that has the topic, since nobody can create one there by asking.
  private func embeddedBroker(_ target: KafkaTarget) throws -> EmbeddedBroker {
    do throws(KafkaError) {
      let broker = try EmbeddedBroker()
      try broker.createTopic(target.topic, partitions: target.partitions)
      return broker
    } catch {
      throw ConnectorError("the embedded broker did not start: \(error.message)")
    }
  }

  /// What to type in another terminal to read from the broker in this process.
  private func invitation(_ loaded: Pipeline, _ number: Int?, _ target: KafkaTarget) -> String {
    guard let number, let source = loaded.declaration.sources[number].setting.settings?[KafkaKeys.brokers] else {
      return "kcat -C -b \(target.brokers) -t \(target.topic)"
    }
    if source.written.contains("${HITMON_BROKERS") {
      return "HITMON_BROKERS=\(target.brokers) hitmon run \(pipeline)"
    }
    let name = loaded.declaration.sources[number].name.text
    return "hitmon run \(pipeline) --set sources.\(name).kafka.brokers=\(target.brokers)"
  }
}
