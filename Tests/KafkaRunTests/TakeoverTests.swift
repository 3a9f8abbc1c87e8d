import Runtime
import Simulation
import Synchronization
import TestSupport
import Testing

/// A changed pipeline takes over a run that reads a topic.
@Suite(.waiting) struct TakeoverTests {
  /// Gives one pipeline after the other, each when it is asked for the n-th time again.
  private final class Changes: Sendable {
    private let pipelines: [Pipeline]
    private let asked = Atomic(0)
    private let every: Int

    init(_ pipelines: [Pipeline], every: Int) { (self.pipelines, self.every) = (pipelines, every) }

    func next() -> Pipeline? {
      let number = asked.add(1, ordering: .relaxed).newValue
      return number % every == 0 ? pipelines[number / every % pipelines.count] : nil
    }
  }

  private static let extra = "histograms.crossings={of: BX_COUNTER, bins: 36 from 0 to 3600}"

  /// Event windows overlap: what is open is read again, and counts once.
  @Test func `Event windows, changed again and again while rows come`() throws {
    let telescope = Telescope(seed: 31, rows: 60_000)
    let lab = try Lab(partitions: 4)
    let job = lab.job(window: EventWindowTests.window, source: "until: forever")
    let changes = Changes(
      try [job.with { $0.overrides.append(Self.extra) }, job].map { try $0.load(Scratch()) }, every: 20)
    let feeder = try Feeder(lab, telescope.rows, perSecond: 20_000, rowsPerMessage: 20)
    let running = job.start { _ in
      false
    } change: { _ in
      changes.next()
    }
    try feeder.end()
    try wait("too few changes") { running.told.takeovers >= 10 }
    running.stop()
    let ended = try running.end()
    #expect(ended.error == nil)
    #expect(ended.told.refusals == [])
    #expect(try lab.job(window: EventWindowTests.window).watch().error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(EventWindowTests.faults(in: messages, partitions: 4) == [])
    #expect(Products(messages).counts["late"] == 0)
    // A histogram is in a window with all of its hits, or not at all.
    for message in messages {
      guard let crossings = message.histograms["crossings"] else { continue }
      #expect(crossings.bins?.reduce(0, +) == message.counts["hits"].map(Double.init))
    }
  }

  @Test func `Windows by rows: none has rows of two pipelines, none is missing`() throws {
    let telescope = Telescope(seed: 32, rows: 30_000)
    let lab = try Lab(partitions: 3)
    try lab.produce(telescope.rows, rowsPerMessage: 50)
    let job = lab.job(window: "rows: 700")
    let changes = Changes(
      try [job.with { $0.overrides.append(Self.extra) }, job].map { try $0.load(Scratch()) }, every: 3)
    let ended = try job.watch(change: { _ in changes.next() })
    #expect(ended.error == nil)
    #expect(ended.told.takeovers > 5)
    let messages = try lab.results()
    #expect(messages.map(\.window.index) == messages.indices.map(Int64.init))
    #expect(Products(messages).counts["records"] == telescope.truth.records)
    let occupancy = Products(messages).histograms["occupancy/0"]
    #expect((0..<64).map { occupancy?.count(at: Double($0)) } == telescope.expected.chambers["0"]?.occupancy)
    var read: [String: Int64] = [:]
    for message in messages {
      for (partition, range) in message.source.offsets {
        #expect(range[0] == read[partition, default: 0])
        read[partition] = range[1]
      }
      if let crossings = message.histograms["crossings"] {
        #expect(crossings.bins?.reduce(0, +) == message.counts["hits"].map(Double.init))
      }
    }
    #expect(messages.contains { $0.histograms["crossings"] != nil })
    #expect(messages.contains { $0.histograms["crossings"] == nil })
  }

  @Test func `One window over everything stays as it began`() throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 33, rows: 500).rows, rowsPerMessage: 10)
    let job = lab.job(window: "all")
    let changed = try job.with { $0.overrides.append(Self.extra) }.load(Scratch())
    let ended = try job.watch(change: { $0.refusals.isEmpty ? changed : nil })
    #expect(ended.told.refusals == ["the whole input is one window, which began with the pipeline as it was"])
    #expect(try lab.results().allSatisfy { $0.histograms["crossings"] == nil })
  }
}
