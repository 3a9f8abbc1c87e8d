import TestSupport
import Testing

/// Emulator, topic, hitmon, results topic, kcat: all six products.
@Suite(.serialized) struct ReplayTests {
  @Test(arguments: BrokerKind.there, ["20000", "max"])
  func `All products of a simulated telescope`(kind: BrokerKind, rate: String) throws {
    let telescope = Telescope(seed: 5, rows: 40_000)
    let chain = try Chain(kind)
    let file = chain.scratch.write(telescope.text(), "telescope.txt")
    try Self.replay(file, at: rate, chain, telescope.expected, window: Chain.eventWindow)
  }

  @Test(.needs(SharedData.telescope), arguments: BrokerKind.there, ["20000", "max"])
  func `All products of 200,000 rows`(kind: BrokerKind, rate: String) throws {
    try Self.replay(
      SharedData.path(SharedData.telescope), at: rate, try Chain(kind), try SharedData.expected("telescope_200k"),
      window: "span: 5000 of ORBIT_CNT, late: 200")
  }

  /// hitmon reads while the emulator writes, is stopped when all is there, and a second run takes the rest.
  private static func replay(
    _ file: String, at rate: String, _ chain: Chain, _ expected: ExpectedProducts, window: String
  ) throws {
    let reading = try chain.run(window: window, source: "until: forever")
    let emulator = try chain.emulate("--input", file, "--rate", rate).end()
    #expect(emulator.exit == 0, "\(emulator.log)")
    #expect(emulator.log.contains(" acknowledged, 0 failed in "))
    let stopped = try reading.stop()
    #expect(stopped.exit == 130, "\(stopped.log)")
    try chain.runToEnd(window: window)
    let messages = try chain.results()
    #expect(expected.differences(from: Products(messages)) == [])
    #expect(Series.faultsOfEventWindows(messages, partitions: chain.partitions) == [])
    #expect(messages.count > 10)
  }

  /// The broker is in the emulator's process, and the address is the one that it prints.
  @Test func `All products through the emulator's own broker`() throws {
    let telescope = Telescope(seed: 6, rows: 40_000)
    let scratch = Scratch()
    let file = scratch.write(telescope.text(), "telescope.txt")
    let emulator = try Instance(
      ["emulate", Chain.pipeline, "--input", file, "--rate", "max"], in: scratch)
    try wait("the emulator did not end") { emulator.log.contains("the broker stays up until Ctrl-C\n") }
    let address = try #require(emulator.log.firstMatch(of: /HITMON_BROKERS=(\S+) hitmon run/)?.output.1)
    let run = try Instance(
      [
        "run", Chain.pipeline, "--window", Chain.eventWindow, "--set",
        "sources.telescope.kafka={brokers: '${HITMON_BROKERS:-embedded}', topic: dt-hits, until: end, idle: 300 s}",
      ], in: scratch, environment: ["HITMON_BROKERS": String(address)]
    ).end()
    #expect(run.exit == 0, "\(run.log)")
    let messages = try Kcat.messages(on: "dt-results", of: String(address))
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(Series.faultsOfEventWindows(messages, partitions: 4) == [])
    #expect(try emulator.stop().exit == 130)
  }
}
