import ChainExecution
import Kafka
import Results
import Runtime
import Simulation
import TestSupport
import Testing

/// Logs of results with messages that no run of hitmon writes, and inputs that are others than before.
@Suite(.waiting) struct StrangeLogTests {
  private static func claim(_ epoch: Int64, after: [String: Int64], input: String = "hits") -> [UInt8] {
    ClaimMessage(pipeline: "dt-chambers", run: "other", .claim(input: input, epoch: epoch, after: after)).json
  }

  /// Readers without keys must come to the same result.
  @Test func `A claim with another key counts like any other`() throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 121, rows: 1_000).rows)
    try lab.write([Self.claim(1, after: ["0": 0])], key: "something else")
    #expect(try lab.job(window: "rows: 500").watch().totals.counts.records == 1_000)
    #expect(try lab.results().map(\.counts["records"]).reduce(0) { $0 + ($1 ?? 0) } == 1_000)
    #expect(try lab.accepted().void == [])
  }

  @Test func `A claim with the largest epoch ends the run with a sentence`() throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 122, rows: 100).rows)
    try lab.write([Self.claim(1 << 62, after: ["0": 0])])
    let words = try #require(try lab.job(window: "rows: 500").watch().error)
    #expect(
      words
        == "topic results: a claim has the largest epoch that there is, so no other can follow: publish to another results topic"
    )
  }

  /// The log of parts was deleted; the whole windows are on another topic, and know how far they cover it.
  @Test(arguments: [1_000, 3_000, 5_000])
  func `Parts that were made again are not passed over`(rows: Int) throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 123, rows: 3_000).rows)
    let job = { lab.job(window: EventWindowTests.window, sink: "merge: true, \(Lab.impatient)") }
    #expect(try job().watch().error == nil)
    let other = try Lab(partitions: 1)
    try other.produce(Telescope(seed: 123, rows: rows).rows)
    try other.write(lab.values())
    let before = try other.results().count
    let again = try other.job(window: EventWindowTests.window, sink: "merge: true, \(Lab.impatient)").watch()
    let words = try #require(again.error)
    #expect(
      words.hasPrefix("topic results-partials \(rows < 3_000 ? "ends before" : "has another message at") offset ")
        && words.hasSuffix("it must have been made again. Publish to another results topic"), "\(words)")
    #expect(try other.results().count == before)
  }

  /// Nobody would merge parts of files.
  @Test func `A run of a file publishes whole windows where topics would be merged`() throws {
    let telescope = Telescope(seed: 124, rows: 2_000)
    let lab = try Lab(partitions: 1)
    var bytes: [UInt8] = []
    for row in telescope.rows { row.appendCSV(to: &bytes) }
    let scratch = Scratch()
    let path = scratch.write(String(decoding: bytes, as: UTF8.self), "hits.csv")
    let job = lab.job(window: EventWindowTests.window, sink: "merge: true, \(Lab.impatient)").reading(path)
    #expect(try job.watch().error == nil)
    #expect(telescope.expected.differences(from: Products(try lab.results())) == [])
  }

  @Test func `Other names of the topics are told, since all rows count again`() throws {
    let telescope = Telescope(seed: 125, rows: 1_000)
    let lab = try Lab(partitions: 1)
    try lab.broker.createTopic("words", partitions: 1)
    try lab.produce(telescope.rows)
    #expect(try lab.job(window: "rows: 500").watch().error == nil)
    let two = lab.job(window: "rows: 500").with {
      $0.overrides[0] = "sources={a: \(lab.source()), b: \(lab.source(topic: "words"))}"
    }
    let ended = try two.watch()
    #expect(
      ended.told.warnings.contains(
        "topic results has results of `hits` and none of `hits,words`, so all rows count again: keep the sources and their order"
      ), "\(ended.told.warnings)")
  }
}
