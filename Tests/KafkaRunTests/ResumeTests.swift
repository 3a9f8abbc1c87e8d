import ChainExecution
import Kafka
import Runtime
import Simulation
import TestSupport
import Testing

/// Runs that are stopped, and others that go on: what is published is what one run would have published.
@Suite(.waiting) struct ResumeTests {
  /// Runs until the feeder is done, two at least, each stopped at a point of its own, and then to the end.
  private func runs(_ lab: Lab, _ feeder: Feeder, dice: inout Dice, _ job: (_ isLast: Bool) -> Job) throws -> [Ended] {
    var runs: [Ended] = []
    while !feeder.hasEnded || runs.count < 2 {
      let windows = dice.int(0...3)
      let calls = Countdown(dice.int(5...60))
      runs.append(
        try job(false).watch { $0.windows.count > windows || ($0.rows > 0 || feeder.hasEnded) && calls.isOver() })
    }
    try feeder.end()
    runs.append(try job(true).watch())
    return runs
  }

  @Test(arguments: [(1, 1, UInt64(1)), (4, 1, 2), (4, 40, 3), (12, 1, 4)])
  func `Event windows: every product once`(partitions: Int, rowsPerMessage: Int, seed: UInt64) throws {
    // The counter wraps in the middle.
    let telescope = Telescope(seed: seed, rows: 12_000) { $0.firstOrbit = .max - 15_000 }
    let lab = try Lab(partitions: partitions)
    var dice = Dice(seed)
    let feeder = try Feeder(lab, telescope.rows, perSecond: 4_000, rowsPerMessage: rowsPerMessage)
    let runs = try runs(lab, feeder, dice: &dice) { isLast in
      lab.job(window: EventWindowTests.window, source: isLast ? "until: end" : "until: forever")
    }
    #expect(runs.allSatisfy { $0.error == nil })
    let messages = try lab.results()
    let products = Products(messages)
    #expect(telescope.expected.differences(from: products) == [])
    for count in ["late", "stray", "disordered", "gaps", "malformed"] {
      #expect(products.counts[count] == 0, "\(count)")
    }
    #expect(EventWindowTests.faults(in: messages, partitions: partitions) == [])
    #expect(runs.dropLast().contains { $0.totals.openWindows > 0 })
  }

  /// Malformed, late and dropped rows belong to stretches that are read twice like all others.
  @Test(arguments: [(1, UInt64(5)), (3, 6)])
  func `Rows that are no hits, late rows and messages without rows count once`(
    partitions: Int, seed: UInt64
  ) throws {
    let telescope = Telescope(seed: seed, rows: 10_000)
    let lab = try Lab(partitions: partitions)
    var dice = Dice(seed)
    var messages: [Feeder.Message] = []
    var (malformed, late) = (0, 0)
    for (number, row) in telescope.rows.enumerated() {
      messages.append(Feeder.Message(row))
      if dice.chance(0.02) {
        let mess = dice.pick(Mess.text)
        malformed += mess.malformed
        messages.append(
          Feeder.Message(value: mess.value, key: dice.chance(0.5) ? "1" : nil, partition: dice.int(0...partitions - 1)))
      }
      // A hit of a window that was published long ago.
      if number > 8_000, dice.chance(0.02) {
        var row = telescope.rows.first { $0.isHit }!
        row.orbit -= UInt32(dice.int(0...100))
        late += 1
        messages.append(Feeder.Message(row))
      }
    }
    let feeder = try Feeder(lab, messages, perSecond: 4_000)
    let runs = try runs(lab, feeder, dice: &dice) { isLast in
      lab.job(window: EventWindowTests.window, source: isLast ? "until: end" : "until: forever")
    }
    #expect(runs.allSatisfy { $0.error == nil })
    let results = try lab.results()
    let products = Products(results)
    #expect(telescope.expected.with { $0.malformed = malformed }.differences(from: products) == [])
    #expect(products.counts["late"] == late)
    #expect(products.counts["stray"] == 0)
    #expect(products.counts["disordered"] == 0)
    #expect(EventWindowTests.faults(in: results, partitions: partitions) == [])
  }

  @Test(arguments: [1, 4], ["every: 100 ms", "rows: 700"])
  func `Windows that cut the input: every offset once`(partitions: Int, window: String) throws {
    let telescope = Telescope(seed: 11, rows: 8_000)
    let lab = try Lab(partitions: partitions)
    var dice = Dice(11)
    let feeder = try Feeder(lab, telescope.rows, perSecond: 4_000)
    let runs = try runs(lab, feeder, dice: &dice) { isLast in
      lab.job(window: window, source: isLast ? "until: end" : "until: forever")
    }
    #expect(runs.allSatisfy { $0.error == nil })
    let messages = try lab.results()
    #expect(InputWindowTests.faults(in: messages, telescope, partitions: partitions) == [])
    #expect(InputWindowTests.differences(Products(messages), telescope) == [])
  }

  /// Someone counts a file into the topic of the results, or misspells the topic for a while.
  @Test(arguments: ["file", "topic"])
  func `Results of other input in between say nothing of the topic`(between: String) throws {
    let telescope = Telescope(seed: 8, rows: 600)
    let lab = try Lab(partitions: 2)
    try lab.broker.createTopic("hist", partitions: 2)
    try lab.produce(telescope.rows[..<400])
    let job = lab.job(window: "rows: 100")
    #expect(try job.watch().totals.counts.records == 400)
    let scratch = Scratch()
    let text = telescope.rows[..<40].flatMap { row in
      var bytes: [UInt8] = []
      row.appendCSV(to: &bytes)
      return bytes
    }
    // More windows than are looked at first.
    var other = job.with { $0.window = "rows: 1" }
    if between == "file" {
      other = other.reading(scratch.write(text, "rows.txt"))
    } else {
      try lab.produce(telescope.rows[..<40], topic: "hist")
      other.overrides[0] = "sources={telescope: \(lab.source(topic: "hist"))}"
    }
    #expect(try other.watch().totals.windows == 40)
    try lab.produce(telescope.rows[400...])
    #expect(try job.watch().totals.counts.records == 200)
  }
}

/// Says that it is over when it was asked so many times.
final class Countdown: @unchecked Sendable {
  // One thread asks.
  private var left: Int

  init(_ count: Int) { left = count }

  func isOver() -> Bool {
    left -= 1
    return left < 0
  }
}
