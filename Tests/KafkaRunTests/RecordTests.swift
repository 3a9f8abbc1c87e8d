import ChainExecution
import Connectors
import Foundation
import Runtime
import TestSupport
import Testing

/// Where a run begins, by what is published and by what the user says.
@Suite(.waiting) struct RecordTests {
  @Test func `Results in a file, the last line of which is cut`() throws {
    let telescope = Telescope(seed: 71, rows: 10_000)
    let lab = try Lab(partitions: 3)
    let scratch = Scratch()
    var dice = Dice(71)
    let feeder = try Feeder(lab, telescope.rows, perSecond: 4_000)
    let job = { (until: String) in
      lab.job(window: EventWindowTests.window, source: "until: \(until)").with {
        $0.overrides[1] = "sinks=[{file: {path: \(scratch("results.jsonl")), append: true}}]"
      }
    }
    var cuts = 0
    while !feeder.hasEnded {
      let windows = dice.int(1...3)
      let calls = Countdown(dice.int(20...80))
      #expect(try job("forever").watch { $0.windows.count > windows || $0.rows > 0 && calls.isOver() }.error == nil)
      // As a run leaves it that was killed while it wrote, or while it had yet to write the line end.
      var bytes = scratch.bytes("results.jsonl")
      guard bytes.count > 3_000 else { continue }
      bytes.removeLast(dice.chance(0.3) ? 1 : dice.int(1...2_000))
      scratch.write(bytes, "results.jsonl")
      cuts += 1
    }
    try feeder.end()
    #expect(try job("end").watch().error == nil)
    let lines = scratch.bytes("results.jsonl").split(separator: 0x0A)
    let messages = try lines.map { try JSONDecoder().decode(Message.self, from: Data($0)) }
    #expect(cuts > 1)
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(EventWindowTests.faults(in: messages, partitions: 3) == [])
  }

  @Test func `Several pipelines publish to one topic`() throws {
    let telescope = Telescope(seed: 72, rows: 10_000)
    let lab = try Lab(partitions: 2)
    var dice = Dice(72)
    let feeder = try Feeder(lab, telescope.rows, perSecond: 4_000)
    // One publishes so seldom that its results stand far behind those of the other.
    let windows = ["often": "span: 300 of ORBIT_CNT, late: 500", "seldom": "span: 9000 of ORBIT_CNT, late: 500"]
    let job = { (name: String, until: String) in
      lab.job(window: windows[name]!, source: "until: \(until)").with { $0.overrides.append("pipeline=\(name)") }
    }
    while !feeder.hasEnded {
      let name = dice.pick(["often", "often", "often", "seldom"])
      let calls = Countdown(dice.int(10...80))
      #expect(try job(name, "forever").watch { $0.rows > 0 && calls.isOver() }.error == nil)
    }
    try feeder.end()
    for name in windows.keys { #expect(try job(name, "end").watch().error == nil) }
    let all = try lab.results()
    for name in windows.keys {
      let messages = all.filter { $0.pipeline == name }
      #expect(telescope.expected.differences(from: Products(messages)) == [], "\(name)")
      #expect(Products(messages).counts["late"] == 0, "\(name)")
      #expect(EventWindowTests.faults(in: messages, partitions: 2) == [], "\(name)")
    }
  }

  @Test(arguments: [
    "span: 2000 of ORBIT_CNT, late: 500", "span: 3000 of ORBIT_CNT + 0, late: 500", "all", "rows: 3000",
  ])
  func `Other windows than those published`(window: String) throws {
    let telescope = Telescope(seed: 73, rows: 10_000)
    let lab = try Lab(partitions: 1)
    try lab.produce(telescope.rows[..<6_000])
    let first = try lab.job(window: EventWindowTests.window, source: "until: forever").watch { $0.rows >= 6_000 }
    #expect(first.error == nil && first.totals.windows > 2)
    let published = try lab.results()
    let resume = Int(try #require(published.last?.source.resume["0"]))
    try lab.produce(telescope.rows[6_000...])
    let second = try lab.job(window: window).watch()
    #expect(second.error == nil)
    #expect(
      second.told.notes.contains("the published results have other windows: rows at the edge may count in both"),
      "\(second.told.notes)")
    // No row is lost: all from where the first run's open windows begin are in the second run's.
    var rest = telescope
    rest.rows = Array(telescope.rows[resume...])
    let messages = Array(try lab.results().dropFirst(published.count))
    if window.hasPrefix("rows") {
      #expect(InputWindowTests.differences(Products(messages), rest) == [])
    } else {
      #expect(rest.expected.differences(from: Products(messages)) == [])
    }
    // And the third goes on where the second has ended.
    #expect(try lab.job(window: window).watch().totals.counts.records == 0)
  }

  @Test func `The user says where to begin`() throws {
    let telescope = Telescope(seed: 74, rows: 3_000)
    let lab = try Lab(partitions: 1)
    try lab.produce(telescope.rows)
    for (start, first) in [
      ("earliest", 0), ("earliest", 0), ("{offset: 1000}", 1_000), ("{offset: 99999}", 3_000), ("latest", 3_000),
      // The embedded broker knows no times, and so has no message as late as that.
      ("{time: 2026-11-22T14:00:00Z}", 3_000), ("resume", 3_000),
    ] {
      let ended = try lab.job(window: "all", source: "until: end, start: \(start)").watch()
      #expect(ended.error == nil)
      let message = try #require(try lab.results().last)
      var rest = telescope
      rest.rows = Array(telescope.rows[first...])
      #expect(rest.expected.differences(from: Products([message])) == [], "\(start)")
      #expect(message.source.resume == ["0": 3_000], "\(start)")
    }
  }
}
