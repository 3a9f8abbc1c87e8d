import ChainExecution
import Connectors
import Foundation
import Runtime
import Synchronization
import Testing

@testable import Emulation

/// How fast rows go, by a clock that goes on only when someone sleeps.
@Suite struct PaceTests {
  private let folder = Folder()
  private let clock = TestClock()

  private func emulator(
    _ publisher: KeptMessages, rows: Int64? = nil, _ change: (inout Emulator.Options) -> Void = { _ in }
  ) throws -> Emulator {
    let pipeline = try folder.pipeline(telescopeRecord)
    var options = Emulator.Options()
    options.rows = rows
    options.clock = clock.clock
    change(&options)
    publisher.time = { [clock] in clock.now }
    return Emulator(
      format: pipeline.plan.format, key: RecordKey(pipeline.declaration, format: pipeline.plan.format),
      publisher: publisher, counts: publisher.counts, options: options,
      open: try EmulationInput(nil).opener(pipeline.plan.format, stop: { false }))
  }

  /// Rows of messages that came in a stretch of seconds from the start.
  private func rows(_ publisher: KeptMessages, _ seconds: Range<Double>) -> Int {
    publisher.messages.filter { seconds.contains(Double($0.time - 1_000_000_000) * 1e-9) }.reduce(0) { $0 + $1.rows }
  }

  @Test(arguments: [10.0, 1000, 20_000])
  func `Rows go at their times`(rate: Double) throws {
    let publisher = KeptMessages()
    try emulator(publisher, rows: Int64(3 * rate)) { $0.rate = .perSecond(rate) }.run()
    let times = publisher.messages.map { Double($0.time - 1_000_000_000) * 1e-9 }
    for (row, time) in times.enumerated() {
      let due = Double(row + 1) / rate
      #expect(time >= due - 1e-9)
      // No later than the clock is looked at.
      #expect(time < due + 0.0011)
    }
    #expect(times.count == Int(3 * rate))
  }

  @Test func `A new rate holds from when it is given`() throws {
    let publisher = KeptMessages()
    let emulator = try emulator(publisher) { $0.rate = .perSecond(1000) }
    publisher.beforePoll = { [clock] in
      let seconds = Double(clock.now - 1_000_000_000) * 1e-9
      emulator.rate = seconds < 2 ? .perSecond(1000) : .perSecond(5000)
      if seconds >= 4 { emulator.stop() }
    }
    try emulator.run()
    #expect((1995...2005).contains(rows(publisher, 0..<2)))
    #expect((9950...10_050).contains(rows(publisher, 2..<4)))
    #expect(publisher.counts.waiting == 0)
  }

  @Test func `A message that does not fill up goes after 50 ms`() throws {
    let publisher = KeptMessages(partitions: 1)
    try emulator(publisher, rows: 20) {
      $0.rate = .perSecond(100)
      $0.rowsPerMessage = 1000
    }.run()
    // Rows come every 10 ms: the first waits for those of the 50 ms behind it.
    #expect(publisher.messages.dropLast().allSatisfy { (5...7).contains($0.rows) })
    #expect(publisher.messages.reduce(0) { $0 + $1.rows } == 20)
  }

  @Test func `Nothing goes while it is held back, and afterwards no burst`() throws {
    let publisher = KeptMessages()
    let clock = clock
    try emulator(publisher, rows: 3000) {
      $0.rate = .perSecond(1000)
      $0.holdBack = { (1.0..<2.0).contains(Double(clock.now - 1_000_000_000) * 1e-9) }
    }.run()
    #expect(rows(publisher, 1.001..<2) == 0)
    #expect((195...215).contains(rows(publisher, 2..<2.01)))
    #expect(publisher.counts.acknowledged == 3000)
  }

  @Test func `Who leaves at once does not wait for acknowledgements`() throws {
    let publisher = KeptMessages()
    publisher.refusals = .max
    let emulator = try emulator(publisher) { $0.rate = .unlimited }
    var polls = 0
    publisher.beforePoll = {
      polls += 1
      if polls == 10 { emulator.stop() }
      if polls == 20 { emulator.abandon() }
    }
    try emulator.run()
    #expect(publisher.messages.isEmpty)
    #expect(publisher.counts.failed == publisher.counts.sent)
  }

  @Test func `It runs on a thread of its own and can be stopped`() throws {
    let publisher = KeptMessages()
    let emulator = try emulator(publisher) {
      $0.rate = .unlimited
      $0.clock = .system
    }
    emulator.start()
    while emulator.counts.acknowledged < 1000 { usleep(1000) }
    emulator.stop()
    try emulator.wait()
    #expect(emulator.hasFinished)
    #expect(emulator.counts.acknowledged == emulator.counts.sent)
    #expect(emulator.counts.sent == Int64(publisher.messages.count))
  }

  @Test func `An error of the publisher comes out of wait`() throws {
    struct Broken: Error {}
    let publisher = KeptMessages()
    publisher.beforePoll = { throw Broken() }
    let emulator = try emulator(publisher)
    emulator.start()
    #expect(throws: Broken.self) { try emulator.wait() }
  }

  @Test(
    arguments: [
      ("1000", 1000), ("1000 /s", 1000), ("5 kHz", 5000), ("0.5", 0.5), ("max", nil),
    ] as [(String, Double?)])
  func `Rates as they are typed`(text: String, rate: Double?) throws {
    #expect(try #require(RowRate(text)).perSecond == rate)
  }

  @Test(arguments: ["", "fast", "-5", "0", "5 s", "1e13", "nan"])
  func `What is no rate`(text: String) { #expect(RowRate(text) == nil) }
}
