import ArgumentParser
import Connectors
import Dashboard
import Histograms
import Results
import Runtime
import Specifications
import WebServer

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard",
    abstract: "Show results in the browser: those of a topic as they come, or those of a file.",
    discussion: """
      The page is the one that `hitmon run` serves, with the plots that the pipeline declared: results carry that with \
      them.

        hitmon dashboard --brokers localhost:9092 --topic dt-results
        hitmon dashboard pipelines/dt-chambers.yaml
        hitmon dashboard results.jsonl

      A topic is read without a group: any number of dashboards can show it, and none disturbs other readers. A \
      pipeline stands for the topic of its sink `kafka`, with that sink's settings. Where several instances publish \
      parts of a window, the parts are added up.

      A file is shown as a finished run, with a slider over its windows. --follow shows what is written to it as well.

      Viewers can only look. The page is open to this machine alone, unless --host says otherwise; see docs/dashboard.md.

      Exit codes: 1 a pipeline has errors, 2 something could not be read or reached, 130 Ctrl-C, 143 SIGTERM.
      """)

  @OptionGroup var place: ResultPlace

  @Option(
    help: ArgumentHelp(
      "Only results of this pipeline; those of the first that is met if not given.", valueName: "name"))
  var pipeline: String?

  @Option(help: ArgumentHelp("The port; 0 takes any that is free.", valueName: "n"))
  var port = Int(DashboardKeys.port.standard)

  @Option(
    help: ArgumentHelp(
      "The address to listen at; 0.0.0.0 is open to everyone who can reach this machine.", valueName: "address"))
  var host = DashboardKeys.host.standard

  @Option(
    help: ArgumentHelp(
      "How many windows of a topic are kept, and read from it at the start; as far as they fit into 64 MB.",
      valueName: "n"))
  var windows = Int(DashboardKeys.keep.standard)

  @Flag(help: "Go on with what is written to the file.")
  var follow = false

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  private var files: [String] { place.files }

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535, not \(port)") }
    guard (1...1_000_000).contains(windows) else {
      throw ValidationError("--windows takes 1 to 1000000, not \(windows)")
    }
    guard follow else { return }
    if place.isTopic { throw ValidationError("--follow is for a file; a topic is followed in any case") }
    if files.count > 1 || files[0] == "-" { throw ValidationError("--follow takes one file") }
  }

  func run() throws {
    StopSignal.install()
    do {
      if place.isTopic { try showTopic(try place.target()) } else { try showFiles() }
    } catch let exit as ExitCode {
      throw exit
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    if StopSignal.number != 0 { throw ExitCode(128 + StopSignal.number) }
  }

  private func open(_ options: DashboardStore.Options, of what: String) throws -> (DashboardStore, WebServer) {
    var options = options
    options.version = programVersion
    let store = DashboardStore(options)
    let server = try serve(
      store, host: host, port: port, otherwise: "give another one with --port, 0 for any that is free")
    if !quiet { printToError("\(what) at \(server.address); Ctrl-C ends it") }
    return (store, server)
  }

  // MARK: Topics

  private func showTopic(_ target: KafkaTarget) throws {
    var options = DashboardStore.Options(origin: .topic)
    options.windows = windows
    options.pipeline = pipeline ?? ""
    let (store, server) = try open(options, of: "topic \(target.topic) on \(target.brokers)")
    defer { server.close() }
    let name = "topic \(target.topic) on \(target.brokers)"
    let watch = BrokerWatch(name, tell: { if !quiet { printToError($0) } })
    let whole = WholeWindows(pipeline: pipeline)
    let reader = ResultTopic(target, depth: windows, watch: watch, stop: { StopSignal.number != 0 })
    var problem: String?
    try reader.read { message in
      do {
        for window in try whole.add(message) { try store.take(window) }
        problem = nil
      } catch {
        // Once: a topic of something else would fill the screen.
        if problem == nil, !quiet { printToError("\(name): \(error)") }
        problem = "\(error)"
      }
      store.note(problem.map { "A message of the topic cannot be shown: \($0)." })
    } idle: { areAway in
      store.set(areAway ? .lost("No broker of the topic answers.") : .running)
    }
  }

  // MARK: Files

  private func showFiles() throws {
    let name = files.count == 1 ? files[0] : "\(files.count) files"
    var options = DashboardStore.Options(origin: .file)
    if files.count == 1, let file = try ResultFile.open(files[0]) {
      options.readFile = { file.read(from: $0, count: $1) }
      options.windows = windows
      let (store, server) = try open(options, of: name)
      defer { server.close() }
      try show(file, in: store)
    } else {
      if follow { throw ConnectorError("\(files[0]) cannot be followed: it is packed, or no file of results") }
      options.windows = 1_000_000
      options.bytes = 1 << 30
      let readers = try expandInputs(files).map { try LineReader(path: $0) }
      let (store, server) = try open(options, of: name)
      defer { server.close() }
      for reader in readers {
        var filter = LogFilter()
        while StopSignal.number == 0, try reader.advance() {
          let line = reader.withLine { Array($0) }
          take(line, nil, &filter, in: store, place: "\(reader.name):\(reader.number)")
        }
      }
      finish(store)
    }
  }

  private func show(_ file: ResultFile, in store: DashboardStore) throws {
    var file = file
    var offset: Int64 = 0
    var number = 0
    var isFirst = true
    var filter = LogFilter()
    while StopSignal.number == 0 {
      let size = file.size ?? 0
      offset = try file.lines(from: offset, takesRest: !follow) { line in
        number += 1
        if isFirst, number.isMultiple(of: 100), size > 0 {
          store.note("Reading \(file.name): \(line.offset * 100 / size) %")
        }
        // What is written to may be written again.
        take(line.bytes, follow ? nil : line.offset, &filter, in: store, place: "\(file.name):\(number)")
        return StopSignal.number == 0
      }
      if isFirst { store.note(nil) }
      isFirst = false
      guard follow else { return finish(store) }
      StopSignal.pause(milliseconds: 100)
      // A run replaces what the file held before, and the name leads to another file then.
      if file.isReplaced, let next = try? ResultFile.open(file.name) {
        file = next
        (offset, number, filter) = (0, 0, LogFilter())
      } else if let size = file.size, size < offset {
        (offset, number, filter) = (0, 0, LogFilter())
      }
    }
  }

  private func finish(_ store: DashboardStore) {
    store.set(.finished)
    if !store.isReady { printError("there are no results in \(files.joined(separator: ", "))") }
    StopSignal.wait()
  }

  private func take(
    _ line: [UInt8], _ offset: Int64?, _ filter: inout LogFilter, in store: DashboardStore, place: String
  ) {
    // A blank line is nobody's message.
    guard line.contains(where: { $0 != 0x20 && $0 != 0x0D }) else { return }
    do throws(ResultError) {
      let isWanted = try line.withUnsafeBytes { bytes in
        Result { () throws(ResultError) in try filter.admits(bytes) }
      }
      .get()
      guard isWanted else { return }
      if let pipeline {
        let head = try line.withUnsafeBytes { bytes in
          Result { () throws(ResultError) in try ResultHead(reading: bytes) }
        }
        .get()
        guard head.pipeline == pipeline else { return }
      }
      try store.take(line, at: offset.map { ($0, line.count) })
    } catch {
      printError("\(place): \(error)")
    }
  }
}
