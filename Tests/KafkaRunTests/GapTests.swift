import Kafka
import Simulation
import TestSupport
import Testing

/// Messages that a broker has dropped before they were read.
@Suite(.waiting) struct GapTests {
  /// The range that a warning tells, as results write it.
  private static func range(_ warning: String) -> [Int64]? {
    let words = warning.split(separator: " ")
    guard warning.hasSuffix("are not there any more"), let place = words.firstIndex(of: "offsets") else { return nil }
    return [Int64(words[place + 1])!, Int64(words[place + 3])! + 1]
  }

  @Test(arguments: ["rows: 20000", EventWindowTests.window])
  func `Between two runs`(window: String) throws {
    let telescope = Telescope(seed: 61, rows: 140_000)
    let lab = try Lab(partitions: 1)
    // The broker keeps some 100,000 messages.
    try lab.produce(telescope.rows[..<10_000])
    let first = try lab.job(window: window, source: "until: forever").watch { $0.rows >= 10_000 }
    #expect(first.error == nil)
    let published = try #require(try lab.results().last)
    let (resume, read) = (published.source.resume["0"]!, published.source.read!["0"]!)
    try lab.produce(telescope.rows[10_000...])
    let ended = try lab.job(window: window).watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    let gaps = messages.flatMap { $0.source.gaps?["0"] ?? [] }
    #expect(gaps.count == 1)
    #expect(gaps.first?[0] == resume)
    let low = try #require(gaps.first?[1])
    #expect(low > read && low < 50_000)
    #expect(Products(messages).counts["gaps"] == Int(low - resume))
    #expect(ended.told.warnings == ["hits partition 0: offsets \(resume) to \(low - 1) are not there any more"])
    // All rows that are left, and those published before, are in the products.
    var left = telescope
    left.rows = Array(telescope.rows[..<Int(resume)] + telescope.rows[Int(low)...])
    if window.hasPrefix("rows") {
      #expect(InputWindowTests.differences(Products(messages), left) == [])
      for (message, next) in zip(messages, messages.dropFirst()) {
        #expect(message.source.offsets["0"]?[1] == next.source.offsets["0"]?[0])
      }
    } else {
      // Rows of the open windows were read by the first run, and are gone.
      let first = published.window.index
      left.rows = telescope.rows.enumerated().filter { offset, row in
        offset >= low || offset < read && Int64(row.orbit) / 3000 <= first
      }.map(\.element)
      let hits = left.rows.count { $0.isHit }
      #expect(Products(messages).counts["hits"] == hits)
      #expect(Products(messages).counts["late"] == 0)
    }
  }

  @Test func `At the beginning, and nothing is published yet`() throws {
    let telescope = Telescope(seed: 62, rows: 150_000)
    let lab = try Lab(partitions: 1)
    try lab.produce(telescope.rows)
    // Nobody has missed what was dropped before anybody read.
    let ended = try lab.job(window: "all").watch()
    #expect(ended.error == nil)
    #expect(ended.told.warnings == [])
    let message = try #require(try lab.results().first)
    #expect(message.counts["gaps"] == 0)
    let range = try #require(message.source.offsets["0"])
    #expect(range[0] > 10_000)
    #expect(range[1] == 150_000)
    var left = telescope
    left.rows = Array(telescope.rows[Int(range[0])...])
    #expect(left.expected.differences(from: Products([message])) == [])
  }

  @Test func `While the run is held back`() throws {
    let telescope = Telescope(seed: 63, rows: 260_000)
    let (lab, results) = (try Lab(partitions: 1), try Lab(partitions: 1))
    try lab.produce(telescope.rows[..<2_000])
    let running = lab.job(
      window: "rows: 500",
      source: "until: forever, settings: {queued.max.messages.kbytes: 64, fetch.message.max.bytes: 20000}",
      sink: "settings: {queue.buffering.max.messages: 3, reconnect.backoff.max.ms: 100}", results: results
    ).start { $0.rows > 60_000 && $0.warnings.count > 0 }
    try wait("nothing was published") { running.told.windows.count >= 4 }
    results.broker.takeDown()
    try lab.produce(telescope.rows[2_000...])
    results.broker.bringUp()
    try wait("the gap was not told") { !running.told.warnings.isEmpty }
    running.stop()
    let ended = try running.end()
    #expect(ended.error == nil)
    #expect(try lab.job(window: "rows: 500", results: results).watch().error == nil)
    let messages = try results.results()
    var (next, missing) = (Int64(0), 0)
    var left = telescope
    left.rows = []
    for message in messages {
      let range = try #require(message.source.offsets["0"])
      #expect(range[0] == next)
      next = range[1]
      var offsets = Set(range[0]..<range[1])
      for gap in message.source.gaps?["0"] ?? [] {
        offsets.subtract(gap[0]..<gap[1])
        missing += Int(gap[1] - gap[0])
      }
      #expect(offsets.count == message.counts["records"])
      left.rows += offsets.sorted().map { telescope.rows[Int($0)] }
    }
    #expect(next == 260_000)
    #expect(missing > 0)
    #expect(Products(messages).counts["gaps"] == missing)
    #expect(InputWindowTests.differences(Products(messages), left) == [])
    let told = ended.told.warnings.compactMap(Self.range)
    let written = messages.flatMap { $0.source.gaps?["0"] ?? [] }
    #expect(!told.isEmpty && told.allSatisfy(written.contains))
  }

  /// The results cover offsets that the topic does not have: nobody can say what was read.
  @Test func `A topic that was made again`() throws {
    let telescope = Telescope(seed: 64, rows: 5_000)
    let (lab, results) = (try Lab(partitions: 1), try Lab(partitions: 1))
    try lab.produce(telescope.rows)
    #expect(try lab.job(window: EventWindowTests.window, results: results).watch().error == nil)
    let again = try Lab(partitions: 1)
    try again.produce(telescope.rows[..<100])
    let ended = try again.job(window: EventWindowTests.window, source: "until: forever", results: results).watch()
    #expect(
      ended.error
        == "topic hits partition 0 ends at 100, and results cover it up to 5000: it must have been made again. Publish to another results topic, or read with `start: earliest`"
    )
  }
}
