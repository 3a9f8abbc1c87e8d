import ChainExecution
import Foundation
import Kafka
import Results
import Runtime
import Simulation
import TestSupport
import Testing

/// What runs claim on their log of results, and what becomes of messages that come twice, late or from others.
@Suite(.waiting) struct ClaimTests {
  private static let impatient = "until: forever, \(Lab.impatient)"

  /// The broker takes a result and goes before it says so: it is written again. A broker that checks no sequence numbers
  /// then has it twice.
  @Test func `Acknowledgements are lost: what is written twice counts once`() throws {
    let telescope = Telescope(seed: 101, rows: 30_000)
    let (lab, results) = (try Lab(partitions: 4), try Lab(partitions: 1))
    let job = { (until: String) in
      lab.job(
        window: EventWindowTests.window, source: "until: \(until), \(Lab.impatient)", idle: "2 s", results: results)
    }
    let feeder = try Feeder(lab, telescope.rows, perSecond: 3_000)
    let running = job("forever").start { $0.rows >= 30_000 }
    var isTwice = false
    while !isTwice, !feeder.hasEnded {
      let before = running.told.windows.count
      results.broker.delay(milliseconds: 400)
      try wait("no window is on its way") { running.told.windows.count > before || feeder.hasEnded }
      usleep(100_000)
      results.broker.takeDown()
      results.broker.delay(milliseconds: 0)
      usleep(200_000)
      results.broker.bringUp()
      isTwice = try !results.accepted().void.isEmpty
    }
    try feeder.end()
    #expect(try running.end().error == nil)
    #expect(try job("end").watch().error == nil)
    let accepted = try results.accepted()
    #expect(!accepted.void.isEmpty, "nothing was written twice")
    let messages = try results.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(EventWindowTests.faults(in: messages, partitions: 4) == [])
  }

  @Test func `Two runs without a group by mistake: the later one goes on, the other ends and says why`() throws {
    let telescope = Telescope(seed: 102, rows: 12_000)
    let lab = try Lab(partitions: 2)
    let job = lab.job(window: EventWindowTests.window, source: "until: forever")
    let feeder = try Feeder(lab, telescope.rows, perSecond: 3_000)
    let first = job.start()
    try wait("the first does not publish") { first.told.windows.count > 1 }
    let second = job.start()
    try wait("the second does not publish") { second.told.windows.count > 1 }
    let words = try #require(try first.end().error)
    #expect(
      words.hasPrefix("topic results: another run of the pipeline, 20") && words.contains(", reads partition 0 too"),
      "\(words)")
    try feeder.end()
    second.stop()
    #expect(try second.end().error == nil)
    #expect(try lab.job(window: EventWindowTests.window).watch().error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(EventWindowTests.faults(in: messages, partitions: 2) == [])
  }

  /// Tests/Vectors/results-without-claims.jsonl: the first 9,000 rows, as two instances of the version before published them.
  /// The second took the first one's partitions over, whose backlog it had yet to publish.
  @Test func `Results of the version before are gone on with`() throws {
    let telescope = Telescope(seed: 91, rows: 12_000)
    let lab = try Lab(partitions: 4)
    try lab.produce(telescope.rows)
    try lab.write(Self.resultsWithoutClaims(), to: "results")
    let before = try lab.results()
    #expect(before.count == 11)
    let ended = try lab.job(window: EventWindowTests.window).watch()
    #expect(ended.error == nil && ended.totals.windows > 2)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    for count in ["late", "stray", "gaps"] { #expect(Products(messages).counts[count] == 0, "\(count)") }
    #expect(try lab.accepted().void == [])
    // And so does the next.
    #expect(try lab.job(window: EventWindowTests.window).watch().totals.counts.records == 0)
  }

  /// Its parts, and whole windows of them but for the last two. Parts that are in whole windows already are not late.
  @Test func `Whole windows that the version before has merged are gone on with`() throws {
    let telescope = Telescope(seed: 91, rows: 12_000)
    let lab = try Lab(partitions: 4)
    try lab.produce(telescope.rows)
    let parts = try Self.resultsWithoutClaims()
    let merger = ResultMerger(pipeline: "dt-chambers", histograms: [])
    let whole = try parts.flatMap { part in
      try part.withUnsafeBytes { bytes in Result { () throws in try merger.add(bytes) } }.get().map(\.message)
    }
    #expect(whole.count > 5)
    try lab.write(parts, to: "results-partials")
    try lab.write(whole.dropLast(2), to: "results")
    let job = lab.job(window: EventWindowTests.window, sink: "merge: true, \(Lab.impatient)")
    // One that ends early, and another that goes on.
    #expect(try job.watch(until: { $0.rows > 0 }).error == nil)
    #expect(try job.watch().error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    for count in ["late", "stray", "gaps"] { #expect(Products(messages).counts[count] == 0, "\(count)") }
    #expect(messages.map(\.window.index) == messages.map(\.window.index).sorted())
    #expect(Set(messages.map(\.window.index)).count == messages.count)
  }

  private static func resultsWithoutClaims() throws -> [[UInt8]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Vectors/results-without-claims.jsonl").standardized
    return try Data(contentsOf: file).split(separator: 0x0A).map { Array($0) }
  }

  /// Long logs are not read from their beginnings.
  @Test func `A snapshot says what there was before it`() throws {
    let telescope = Telescope(seed: 104, rows: 8_000)
    let lab = try Lab(partitions: 2)
    try lab.produce(telescope.rows[..<6_000])
    let job = lab.job(window: "rows: 10")
    #expect(try job.watch().totals.windows == 600)
    let snapshots = try lab.values().filter { String(decoding: $0, as: UTF8.self).contains("\"snapshot\"") }
    #expect(snapshots.count >= 3)
    try lab.produce(telescope.rows[6_000...])
    #expect(try job.watch().totals.windows == 200)
    let messages = try lab.results()
    #expect(Products(messages).counts["records"] == 8_000)
    #expect(try lab.accepted().void == [])
    #expect(InputWindowTests.faults(in: messages, telescope, partitions: 2) == [])
  }

  // MARK: Topics that change

  /// A topic of the same name has other messages at the same offsets.
  @Test(arguments: [2_000, 4_000])
  func `A topic of hits that was made again, shorter or longer`(rows: Int) throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 105, rows: 3_000).rows)
    #expect(try lab.job(window: "rows: 500").watch().totals.counts.records == 3_000)
    // The results know another topic of that name.
    let other = try Lab(partitions: 1)
    try other.produce(Telescope(seed: 106, rows: rows).rows)
    try other.write(lab.values())
    let before = try other.results().count
    let words = try #require(try other.job(window: "rows: 500").watch().error)
    #expect(
      words.hasPrefix("topic hits partition 0 \(rows < 3_000 ? "ends at 2000" : "has another message at offset ")")
        && words.hasSuffix("Publish to another results topic, or read with `start: earliest`"), "\(words)")
    #expect(try other.results().count == before)
    // As the sentence says.
    let again = try other.job(window: "rows: 500", source: "until: end, start: earliest").watch()
    #expect(again.error == nil && Int(again.totals.counts.records) == rows)
    #expect(try other.job(window: "rows: 500").watch().totals.counts.records == 0)
  }

  @Test func `The oldest protocol`() throws {
    let telescope = Telescope(seed: 107, rows: 4_000)
    let lab = try Lab(partitions: 2)
    try lab.produce(telescope.rows)
    let old = "settings: {api.version.request: false, broker.version.fallback: 0.11.0}"
    let ended = try lab.job(window: EventWindowTests.window, source: "until: end, \(old)", sink: old).watch()
    #expect(ended.error == nil)
    #expect(telescope.expected.differences(from: Products(try lab.results())) == [])
  }
}
