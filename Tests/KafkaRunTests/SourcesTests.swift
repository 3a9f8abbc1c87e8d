import ChainExecution
import Kafka
import Runtime
import Simulation
import TestSupport
import Testing

/// Two topics in one pipeline, of text and of words: their rows count as those of one stream.
@Suite(.waiting) struct SourcesTests {
  private static let words =
    "{format: words, fields: {TDC_MEAS: 5, BX_COUNTER: 12, ORBIT_CNT: 32, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}"

  private func job(_ lab: Lab, window: String, until: String) -> Job {
    lab.job(window: window).with {
      let more = "until: \(until)"
      $0.overrides[0] = """
        sources={text: \(lab.source(more)), words: {kafka: {\(lab.connection), topic: words, idle: 300 s, \(more)}, \
        record: \(Self.words)}}
        """
    }
  }

  @Test(arguments: ["all", EventWindowTests.window], [true, false])
  func `Text and words, in runs that are stopped`(window: String, isKeyed: Bool) throws {
    let telescope = Telescope(seed: 95, rows: 12_000)
    let lab = try Lab(partitions: 3)
    try lab.broker.createTopic("words", partitions: 3)
    var dice = Dice(95)
    let isText = telescope.rows.map { $0.word == nil || dice.chance(0.5) }
    func produce(_ range: Range<Int>) throws {
      let text = range.filter { isText[$0] }.map { telescope.rows[$0] }
      let words = range.filter { !isText[$0] }.map { telescope.rows[$0] }
      try lab.produce(text, rowsPerMessage: 3, isKeyed: isKeyed)
      try lab.produce(words, rowsPerMessage: 3, isKeyed: isKeyed, topic: "words") { $0.appendWord(to: &$1) }
    }
    if window != "all" {
      for start in stride(from: 0, to: 9_000, by: 1_000) {
        try produce(start..<start + 1_000)
        let calls = Countdown(dice.int(5...40))
        let ended = try job(lab, window: window, until: "forever").watch { $0.rows > 0 && calls.isOver() }
        #expect(ended.error == nil)
      }
      try produce(9_000..<12_000)
    } else {
      try produce(0..<12_000)
    }
    #expect(try job(lab, window: window, until: "end").watch().error == nil)
    let messages = try lab.results()
    let products = Products(messages)
    #expect(telescope.expected.differences(from: products) == [])
    for count in ["late", "stray", "disordered", "gaps", "malformed"] {
      #expect(products.counts[count] == 0, "\(count)")
    }
    let indices = messages.map(\.window.index)
    #expect(Set(indices).count == indices.count)
    let last = try #require(messages.last?.source)
    #expect(Set(last.resume.keys) == ["text/0", "text/1", "text/2", "words/0", "words/1", "words/2"])
    #expect(last.topic == "hits,words")
  }

  /// The group hands out the partitions of one topic after the other: what is read of the first one begins again then.
  @Test(arguments: ["every: 300 ms", EventWindowTests.window])
  func `In a group both topics are read to their ends`(window: String) throws {
    let telescope = Telescope(seed: 96, rows: 2_000)
    let lab = try Lab(partitions: 2)
    try lab.broker.createTopic("words", partitions: 2)
    try lab.produce(telescope.rows[..<1_000])
    try lab.produce(telescope.rows[1_000...], topic: "words")
    let settings = "settings: {session.timeout.ms: 2000, heartbeat.interval.ms: 100, reconnect.backoff.max.ms: 100}"
    let job = lab.job(window: window).with {
      let more = "until: end, group: shift, \(settings)"
      $0.overrides[0] = "sources={a: \(lab.source(more)), b: \(lab.source(more, topic: "words"))}"
    }
    let first = try job.watch()
    #expect(first.error == nil)
    let messages = try lab.results()
    #expect(Products(messages).counts["records"] == 2_000)
    #expect(messages.last?.partial != true)
    // Nothing is left for the next one.
    #expect(try job.watch().totals.counts.records == 0)
  }
}
