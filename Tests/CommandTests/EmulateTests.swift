import Foundation
import Kafka
import Testing

/// `hitmon emulate` as a user types it.
@Suite(.serialized) struct EmulateTests {
  private static let record = """
    record: {format: csv, fields: {orbit: u32, wire: u8}}
    groups: {orbit: {by: orbit, n: count}}
    histograms: {wires: {of: wire, bins: 'integers 0..63'}}

    """

  private func pipeline(_ program: Program, _ sections: String) -> String {
    program.folder.write("pipeline: hits\n" + Self.record + sections + "\n", "hits.yaml")
  }

  private func sources(_ brokers: String) -> String {
    "sources: {daq: {kafka: {brokers: '\(brokers)', topic: hits, partitions: 2}}}"
  }

  private func rows(_ program: Program, _ count: Int) -> String {
    program.folder.write((0..<count).map { "\($0 / 3),\($0 % 64)\n" }.joined(), "rows.txt")
  }

  /// Messages of all partitions of a topic.
  private func messages(_ broker: EmbeddedBroker, _ topic: String = "hits") throws -> Int64 {
    let consumer = try KafkaConsumer(["bootstrap.servers": broker.bootstrap])
    defer { consumer.close() }
    let partitions = try consumer.partitionCount(of: topic) ?? 0
    return try (0..<partitions).reduce(0) { sum, partition in
      let range = try consumer.queryWatermarks(of: topic, Int32(partition))
      return sum + Int64(range.upperBound - range.lowerBound)
    }
  }

  @Test func `Files go to the topic of the pipeline's source`() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("hits", partitions: 2)
    let program = Program()
    let result = try program(
      "emulate", pipeline(program, sources(broker.bootstrap)), "--input", rows(program, 1000), "--rate", "max")
    #expect(result.exit == 0, "\(result.error)")
    let lines = result.error.split(separator: "\n")
    #expect(
      lines.first
        == "hits: \(program.folder("rows.txt")) to topic hits on \(broker.bootstrap) (2 partitions), as fast as the brokers take them; Ctrl-C ends it"
    )
    #expect(try #require(lines.last).hasPrefix("1,000 rows sent, 1,000 acknowledged, 0 failed in "))
    #expect(try messages(broker) == 1000)
  }

  @Test func `The section emulate gives the defaults, and options win`() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("hits", partitions: 2)
    try broker.createTopic("more", partitions: 3)
    let program = Program()
    let file = rows(program, 1000)
    let pipeline = pipeline(
      program,
      sources(broker.bootstrap)
        + "\nemulate: {input: '\(file)', rate: max, rows_per_message: 10, rows: 500, loop: true}")
    let first = try program("emulate", pipeline, "--quiet")
    #expect(first.exit == 0, "\(first.error)")
    #expect(first.error == "")
    // Ten rows a message, but for the last of each partition.
    #expect((50...52).contains(try messages(broker)))
    let second = try program(
      "emulate", pipeline, "--rows-per-message", "1", "--rows", "2500", "--topic", "more", "--partitions", "5")
    #expect(second.exit == 0, "\(second.error)")
    #expect(second.error.hasPrefix("warning: topic more has 3 partitions, not 5: it was there before\nhits: "))
    #expect(second.error.contains("(3 partitions)"))
    #expect(try messages(broker, "more") == 2500)
  }

  @Test func `Rows of standard input`() throws {
    let broker = try EmbeddedBroker()
    let program = Program()
    let result = try program(
      "emulate", pipeline(program, sources(broker.bootstrap)), "--input", "-", "--rate", "max", input: "1,2\nbad\n3,4\n"
    )
    #expect(result.exit == 0, "\(result.error)")
    #expect(result.error.contains("\n3 rows sent, 3 acknowledged, 0 failed in "))
  }

  @Test func `A line on standard input changes the rate`() throws {
    let broker = try EmbeddedBroker()
    let program = Program()
    let pipeline = pipeline(program, sources(broker.bootstrap))
    let file = rows(program, 1000)
    // At one row a second it would take a quarter of an hour.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "printf 'nonsense\\n rate max \\n' | '\(Program.path)' emulate '\(pipeline)' --input '\(file)' --rate 1",
    ]
    let output = Pipe()
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("warning: `nonsense` is no rate: type rows a second such as 5000 or 5 kHz, or max\n"))
    #expect(text.contains("now as fast as the brokers take them\n"))
    #expect(text.contains("1,000 rows sent, 1,000 acknowledged, 0 failed"))
  }

  @Test func `Ctrl-C waits for what was sent and tells the totals`() throws {
    let broker = try EmbeddedBroker()
    let program = Program()
    let result = try program(
      "emulate", pipeline(program, sources(broker.bootstrap)), "--input", rows(program, 1000), "--loop", "--rate",
      "2000", signal: SIGINT, ready: { ((try? messages(broker)) ?? 0) > 100 })
    #expect(result.exit == 130)
    let last = try #require(result.error.split(separator: "\n").last)
    let sent = try messages(broker)
    let number = NumberFormatter.localizedString(from: NSNumber(value: sent), number: .decimal)
    #expect(last.hasPrefix("\(number) rows sent, \(number) acknowledged, 0 failed"), "\(last) for \(sent)")
  }

  @Test func `An embedded broker stays up until Ctrl-C, and the way to it is told`() throws {
    let program = Program()
    let pipeline = pipeline(program, "sources: {daq: {kafka: {brokers: '${HITMON_BROKERS:-embedded}', topic: hits}}}")
    let result = try program(
      "emulate", pipeline, "--input", rows(program, 10), "--rate", "max", signal: SIGINT,
      ready: { program.folder.contains("the broker stays up until Ctrl-C\n") })
    #expect(result.exit == 130)
    #expect(result.error.contains("in another terminal:\n  HITMON_BROKERS=127.0.0.1:"))
    #expect(result.error.contains(" hitmon run \(pipeline)\n"))
    #expect(result.error.contains("10 rows sent, 10 acknowledged, 0 failed"))
  }

  @Test func `Without a Kafka source it says what to do`() throws {
    let program = Program()
    let plain = pipeline(program, "sources: {files: {file: {path: x}}}")
    let none = try program("emulate", plain)
    #expect(none.exit == 2)
    #expect(none.error.contains("\nerror: the pipeline has no Kafka source: declare one, "))
    let unknown = try program("emulate", plain, "--source", "files")
    #expect(unknown.error.hasSuffix("\nerror: the pipeline has no Kafka source `files`\n"))
    let two = pipeline(
      program, "sources: {a: {kafka: {brokers: embedded, topic: a}}, b: {kafka: {brokers: embedded, topic: b}}}")
    let several = try program("emulate", two)
    #expect(several.exit == 2)
    #expect(several.error == "error: the pipeline reads several topics: choose one with --source: a, b\n")
  }

  @Test func `What cannot be sent is said before a broker is asked`() throws {
    let program = Program()
    let pipeline = pipeline(program, sources("127.0.0.1:1"))
    let telescope = try program("emulate", pipeline)
    #expect(telescope.exit == 2)
    #expect(
      telescope.error
        == "error: the simulated telescope cannot write rows of this record: give files, as `--input FILES` or `emulate: {input: FILES}`\n"
    )
    let missing = try program("emulate", pipeline, "--input", "nothing.txt")
    #expect(missing.exit == 2)
    #expect(missing.error == "error: cannot open nothing.txt: no such file or directory\n")
  }

  @Test(arguments: [
    (["--rate", "fast"], "--rate takes rows a second such as 1000 or \"5 kHz\", or max, not fast"),
    (["--rows-per-message", "0"], "--rows-per-message takes 1 to 1000000, not 0"),
    (["--partitions", "20000"], "--partitions takes 1 to 10000, not 20000"),
    (["--rows", "0"], "--rows takes at least 1, not 0"),
    (
      ["--seed", "3", "--input", "x"],
      "--seed is of the simulated telescope, and --input replays files: give one of them"
    ),
    (["--loop", "--input", "-"], "--loop cannot start standard input again"),
  ])
  func `Wrong options end in a sentence`(options: [String], sentence: String) throws {
    let result = try Program()(arguments: ["emulate", "x.yaml"] + options)
    #expect(result.exit == 64)
    #expect(result.error.hasPrefix("Error: \(sentence)\n"), "\(result.error)")
  }
}
