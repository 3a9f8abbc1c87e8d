import ChainExecution
import Runtime
import Simulation
import TestSupport
import Testing

/// Windows that cut the input: the offsets of one end where those of the next begin.
@Suite(.waiting) struct InputWindowTests {
  /// What is wrong with the offsets of a series of windows over all that is there.
  static func faults(in messages: [Message], _ telescope: Telescope, partitions: Int) -> [String] {
    var faults: [String] = []
    var next = Array(repeating: Int64(0), count: partitions)
    for message in messages {
      for (name, range) in message.source.offsets {
        let partition = Int(name)!
        if range[0] != next[partition] || range[1] <= range[0] {
          faults.append("partition \(name): \(range) follows \(next[partition])")
        }
        next[partition] = range[1]
      }
      for (name, resume) in message.source.resume where resume != next[Int(name)!] {
        faults.append("partition \(name): resume \(resume) where \(next[Int(name)!]) is next")
      }
      let counted = message.source.offsets.values.reduce(0) { $0 + $1[1] - $1[0] }
      let records = message.counts["records"]! + message.counts["malformed"]!
      if Int(counted) != records { faults.append("\(counted) offsets of \(records) rows") }
    }
    if next.reduce(0, +) != Int64(telescope.rows.count) { faults.append("offsets end at \(next)") }
    return faults
  }

  /// What does not depend on whole orbits.
  static func differences(_ products: Products, _ telescope: Telescope) -> [String] {
    let truth = telescope.truth
    var lines: [String] = []
    if products.counts["records"] != truth.records { lines.append("records \(products.counts["records"] ?? -1)") }
    if products.counts["hits"] != truth.hits { lines.append("hits \(products.counts["hits"] ?? -1)") }
    if products.counts["unmapped"] != truth.unmapped { lines.append("unmapped \(products.counts["unmapped"] ?? -1)") }
    for (number, chamber) in truth.chambers().enumerated() {
      let bins = products.histograms["occupancy/\(number)"]?.bins
      if bins != chamber.occupancy.map(Double.init) { lines.append("occupancy/\(number)") }
    }
    return lines
  }

  @Test(arguments: [1, 4, 12])
  func `Rows windows of one-row messages`(partitions: Int) throws {
    let telescope = Telescope(seed: 31, rows: 6_500)
    let lab = try Lab(partitions: partitions)
    try lab.produce(telescope.rows)
    let ended = try lab.job(window: "rows: 1000").watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(messages.map(\.window.index) == Array(0..<7))
    #expect(messages.map { $0.counts["records"]! } == [1000, 1000, 1000, 1000, 1000, 1000, 500])
    #expect(Self.faults(in: messages, telescope, partitions: partitions) == [])
    #expect(Self.differences(Products(messages), telescope) == [])
  }

  /// A message is not cut: a window has as many whole messages as it takes to have the rows asked for.
  @Test func `Rows windows of messages with many rows`() throws {
    let telescope = Telescope(seed: 32, rows: 6_000)
    let lab = try Lab(partitions: 1)
    try lab.produce(telescope.rows, rowsPerMessage: 300)
    let ended = try lab.job(window: "rows: 1000").watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(messages.map { $0.counts["records"]! } == [1200, 1200, 1200, 1200, 1200])
    #expect(messages.map { $0.source.offsets["0"]! } == [[0, 4], [4, 8], [8, 12], [12, 16], [16, 20]])
    #expect(Self.differences(Products(messages), telescope) == [])
  }

  @Test func `One window of everything`() throws {
    let telescope = Telescope(seed: 33, rows: 6_000)
    let lab = try Lab(partitions: 4)
    try lab.produce(telescope.rows, isKeyed: false)
    let ended = try lab.job(window: "all").watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(messages.count == 1)
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(Self.faults(in: messages, telescope, partitions: 4) == [])
  }

  @Test func `An empty topic`() throws {
    let lab = try Lab(partitions: 4)
    for window in ["all", "rows: 1000", EventWindowTests.window] {
      let ended = try lab.job(window: window).watch()
      #expect(ended.error == nil, "\(window)")
      #expect(ended.totals.counts.records == 0)
    }
    let messages = try lab.results()
    #expect(messages.map(\.window.kind) == ["all", "rows"])
    #expect(messages.allSatisfy { $0.source.resume == ["0": 0, "1": 0, "2": 0, "3": 0] && $0.source.offsets.isEmpty })
  }
}
