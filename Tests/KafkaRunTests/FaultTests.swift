import Foundation
import Kafka
import Runtime
import Simulation
import TestSupport
import Testing

/// Brokers that fail in every way that passes: nothing is lost, nothing counts twice, and the user is told.
@Suite(.waiting) struct FaultTests {
  /// Runs that must have all products, each once.
  private func check(
    _ lab: Lab, _ telescope: Telescope, results: Lab? = nil, sourceLocation: SourceLocation = #_sourceLocation
  )
    throws
  {
    let messages = try (results ?? lab).results()
    let products = Products(messages)
    #expect(telescope.expected.differences(from: products) == [], sourceLocation: sourceLocation)
    for count in ["late", "stray", "disordered", "gaps", "malformed"] {
      #expect(products.counts[count] == 0, "\(count)", sourceLocation: sourceLocation)
    }
    #expect(EventWindowTests.faults(in: messages, partitions: lab.partitions) == [], sourceLocation: sourceLocation)
    let indices = messages.map(\.window.index)
    #expect(indices == indices.sorted(), sourceLocation: sourceLocation)
  }

  /// Reads while rows are written and `happen` happens, and then what is left.
  ///
  /// A silent partition is waited for as long as by default: a writer that has lost its brokers looks for them once a
  /// second, and is silent until then.
  private func run(
    _ lab: Lab, _ telescope: Telescope, sink: String = Lab.impatient, results: Lab? = nil, idle: String = "2 s",
    perSecond: Int = 4_000, _ happen: () throws -> Void
  ) throws -> Ended {
    let rows = Int64(telescope.rows.count)
    let job = { (until: String) in
      lab.job(
        window: EventWindowTests.window, source: "until: \(until), \(Lab.impatient)", sink: sink, idle: idle,
        results: results)
    }
    let feeder = try Feeder(lab, telescope.rows, perSecond: perSecond)
    let running = job("forever").start { $0.rows >= rows }
    try wait("no window was published") { running.told.windows.count >= 2 }
    try happen()
    try feeder.end()
    let ended = try running.end()
    #expect(try job("end").watch().error == nil)
    return ended
  }

  /// How often the user was told that the brokers of a topic went and came.
  private func told(_ ended: Ended, _ topic: String) -> (away: Int, back: Int) {
    let notes = ended.told.notes.filter { $0.hasPrefix("topic \(topic) ") }
    return (notes.count { $0.contains("no broker answers") }, notes.count { $0.contains("are back") })
  }

  @Test func `The broker is down in the middle, longer than a silent partition is waited for`() throws {
    let telescope = Telescope(seed: 51, rows: 12_000)
    let lab = try Lab(partitions: 4)
    let ended = try run(lab, telescope) {
      lab.broker.takeDown()
      usleep(4_000_000)
      lab.broker.bringUp()
    }
    #expect(ended.error == nil)
    try check(lab, telescope)
    #expect(told(ended, "hits") == (1, 1), "\(ended.told.notes)")
    #expect(told(ended, "results") == (1, 1), "\(ended.told.notes)")
  }

  @Test func `One of three brokers is down, and its partitions with it`() throws {
    let telescope = Telescope(seed: 52, rows: 12_000)
    let lab = try Lab(partitions: 4, brokers: 3)
    for partition in 0..<4 {
      lab.broker.setLeader(of: "hits", partition: Int32(partition), broker: Int32(partition % 3 + 1))
    }
    lab.broker.setLeader(of: "results", partition: 0, broker: 1)
    let ended = try run(lab, telescope) {
      lab.broker.takeDown(2)
      usleep(4_000_000)
      lab.broker.bringUp(2)
    }
    #expect(ended.error == nil)
    try check(lab, telescope)
  }

  @Test func `Leaders change again and again`() throws {
    let telescope = Telescope(seed: 53, rows: 12_000)
    let lab = try Lab(partitions: 4, brokers: 3)
    var dice = Dice(53)
    let ended = try run(lab, telescope, idle: "300 s") {
      for _ in 0..<12 {
        lab.broker.setLeader(of: "hits", partition: Int32(dice.int(0...3)), broker: Int32(dice.int(1...3)))
        lab.broker.setLeader(of: "results", partition: 0, broker: Int32(dice.int(1...3)))
        usleep(150_000)
      }
    }
    #expect(ended.error == nil)
    try check(lab, telescope)
  }

  @Test(arguments: [[6], [7, 7], [-195, -195, 6, 7, -195]] as [[Int32]])
  func `Results are refused for a while`(codes: [Int32]) throws {
    let telescope = Telescope(seed: 54, rows: 10_000)
    let lab = try Lab(partitions: 2)
    try lab.produce(telescope.rows)
    lab.broker.fail(.produce, codes: codes)
    let ended = try lab.job(window: EventWindowTests.window).watch()
    #expect(ended.error == nil)
    try check(lab, telescope)
  }

  /// 1 is an offset out of range that is in range, as a broker may say that has just become the leader.
  @Test(arguments: [[6, 5, 3, 9], [-195, -195], [1], [74, 75, 76], [7, -195, 6, 2]] as [[Int32]])
  func `Fetches fail for a while`(codes: [Int32]) throws {
    let telescope = Telescope(seed: 55, rows: 10_000)
    let lab = try Lab(partitions: 2)
    try lab.produce(telescope.rows)
    lab.broker.fail(.fetch, codes: codes)
    let ended = try lab.job(window: EventWindowTests.window).watch()
    #expect(ended.error == nil)
    try check(lab, telescope)
  }

  @Test func `A slow broker`() throws {
    let telescope = Telescope(seed: 56, rows: 10_000)
    let lab = try Lab(partitions: 4)
    try lab.produce(telescope.rows)
    lab.broker.delay(milliseconds: 60)
    let ended = try lab.job(window: EventWindowTests.window).watch()
    #expect(ended.error == nil)
    try check(lab, telescope)
  }

  @Test func `Results time out, as the user's settings say`() throws {
    let telescope = Telescope(seed: 57, rows: 12_000)
    let (lab, results) = (try Lab(partitions: 2), try Lab(partitions: 1))
    let sink = "settings: {message.timeout.ms: 400, reconnect.backoff.max.ms: 100}"
    let ended = try run(lab, telescope, sink: sink, results: results) {
      results.broker.takeDown()
      usleep(1_500_000)
      results.broker.bringUp()
    }
    #expect(ended.error == nil)
    try check(lab, telescope, results: results)
    // A time that short may be over once more just when the broker is back.
    let told = told(ended, "results")
    #expect(told.away > 0 && told.away == told.back, "\(ended.told.notes)")
  }

  @Test func `The broker of the results is away for long: reading waits, and the next run publishes`() throws {
    let telescope = Telescope(seed: 58, rows: 40_000)
    let (lab, results) = (try Lab(partitions: 2), try Lab(partitions: 1))
    try lab.produce(telescope.rows[..<2_000])
    let job = { (until: String) in
      lab.job(
        window: "span: 500 of ORBIT_CNT, late: 500", source: "until: \(until)",
        sink: "settings: {queue.buffering.max.messages: 5, reconnect.backoff.max.ms: 100}", results: results)
    }
    let running = job("forever").start()
    try wait("no window was published") { running.told.windows.count >= 4 }
    results.broker.takeDown()
    let before = running.told.windows.count
    let writer = try lab.writer()
    for row in telescope.rows[2_000...] {
      try writer.write([row], key: "\(row.orbit)", to: Int(row.orbit) % 2)
      // In many chunks.
      if row.orbit % 1_000 == 0 { try writer.flush() }
    }
    try writer.close()
    // Nothing is counted any more once the queue of results is full.
    try wait("counting did not wait") {
      let windows = running.told.windows.count
      usleep(500_000)
      return running.told.windows.count == windows
    }
    #expect(running.told.windows.count - before <= 8)
    running.stop()
    let ended = try running.end()
    let words = try #require(ended.error)
    #expect(words.hasPrefix("topic results: no broker answers; "), "\(words)")
    #expect(
      words.hasSuffix(" windows are not published. A run with `start: resume` reads their rows again"), "\(words)")
    results.broker.bringUp()
    let published = try results.results().count
    #expect(ended.totals.windows - published > 5)
    #expect(
      words.contains("; \(ended.totals.windows - published) windows"),
      "\(words): \(published) of \(ended.totals.windows)")
    #expect(try job("end").watch().error == nil)
    let messages = try results.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(EventWindowTests.faults(in: messages, partitions: 2) == [])
  }

  @Test func `The broker is not there when the run begins`() throws {
    let telescope = Telescope(seed: 59, rows: 2_000)
    let lab = try Lab(partitions: 2)
    try lab.produce(telescope.rows)
    lab.broker.takeDown()
    let job = lab.job(window: EventWindowTests.window, source: "until: end, \(Lab.impatient)")
    let stopped = job.start()
    try wait("the user was not told") { stopped.told.notes.contains { $0.contains("topic hits ") } }
    stopped.stop()
    #expect(try stopped.end().totals.windows == 0)
    let running = job.start()
    try wait("the user was not told") { running.told.notes.contains { $0.contains("topic hits ") } }
    lab.broker.bringUp()
    let ended = try running.end()
    #expect(ended.error == nil)
    #expect(told(ended, "hits") == (1, 1), "\(ended.told.notes)")
    try check(lab, telescope)
  }
}
