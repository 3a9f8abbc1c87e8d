import Foundation
import Runtime
import Simulation
import TestSupport
import Testing

/// Several instances that share the partitions of a topic, come and go.
@Suite(.waiting) struct SharedGroupTests {
  private static let partitions = 4
  private static let group =
    "group: shift, settings: {session.timeout.ms: 2000, heartbeat.interval.ms: 100, reconnect.backoff.max.ms: 100}"

  /// One instance alone, another joins, one leaves, another joins; the rest is read by one that shares with nobody.
  private func run(_ lab: Lab, _ telescope: Telescope, window: String) throws -> [Ended] {
    let job = lab.job(window: window, source: "until: forever, \(Self.group)")
    let feeder = try Feeder(lab, telescope.rows, perSecond: 2_000)
    let first = job.start()
    // One that has just been assigned partitions when the next one joins may have lost them before it hears of it.
    try wait("the first does not publish") { first.told.rows > 0 && first.told.windows.count > 1 }
    let second = job.start()
    try wait("the second does not publish") { second.told.rows > 0 && second.told.windows.count > 1 }
    first.stop()
    var ended = [try first.end()]
    let before = second.told.windows.count
    try wait("the second does not go on") { second.told.windows.count > before }
    let third = job.start()
    try wait("the third does not publish") { third.told.windows.count > 0 || feeder.hasEnded }
    try feeder.end()
    second.stop()
    third.stop()
    ended += [try second.end(), try third.end()]
    ended.append(try lab.job(window: window).watch())
    return ended
  }

  @Test func `Event windows: each partition of a window once, all products`() throws {
    let telescope = Telescope(seed: 81, rows: 24_000)
    let lab = try Lab(partitions: Self.partitions)
    let runs = try run(lab, telescope, window: EventWindowTests.window)
    #expect(runs.compactMap(\.error) == [])
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    for count in ["late", "stray", "gaps", "malformed"] {
      #expect(Products(messages).counts[count] == 0, "\(count)")
    }
    var seen: Set<[Int64]> = []
    for message in messages {
      for partition in message.source.offsets.keys {
        #expect(seen.insert([message.window.index, Int64(partition)!]).inserted)
      }
    }
    #expect(Self.arePartial(messages) == [])
    #expect(messages.contains { $0.partial == true })
    #expect(Set(messages.map(\.run)).count == 4)
  }

  @Test func `Arrival windows: each offset once`() throws {
    let telescope = Telescope(seed: 82, rows: 24_000)
    let lab = try Lab(partitions: Self.partitions)
    let runs = try run(lab, telescope, window: "every: 200 ms")
    #expect(runs.compactMap(\.error) == [])
    let messages = try lab.results()
    #expect(InputWindowTests.differences(Products(messages), telescope) == [])
    for partition in (0..<Self.partitions).map(String.init) {
      let ranges = messages.compactMap { $0.source.offsets[partition] }.sorted { $0[0] < $1[0] }
      #expect(ranges.first?[0] == 0)
      for (range, next) in zip(ranges, ranges.dropFirst()) { #expect(range[1] == next[0], "partition \(partition)") }
      let rows = telescope.rows.count { "\($0.orbit % UInt32(Self.partitions))" == partition }
      #expect(ranges.last?[1] == Int64(rows))
    }
    #expect(Self.arePartial(messages) == [])
  }

  /// Chambers go silent: what one instance reads. The other goes on, and whole windows are published as they end.
  /// It has nothing to say of any window, and a message without partitions would not count.
  @Test func `An instance without partitions publishes nothing`() throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 83, rows: 500).rows)
    let job = lab.job(window: "every: 100 ms", source: "until: forever, \(Self.group)")
    let first = job.start()
    try wait("the first does not publish") { first.told.rows > 0 && first.told.windows.count > 1 }
    let second = job.start()
    func isSpare(_ run: Running) -> Bool {
      run.told.notes.contains { $0.contains("other instances read the only partition") }
    }
    // The group gives the partition to either of them.
    try wait("none was told that it has no partition") { isSpare(first) || isSpare(second) }
    let (busy, spare) = isSpare(second) ? (first, second) : (second, first)
    let before = (busy: busy.told.windows.count, spare: spare.told.windows.count)
    try wait("the other does not go on") { busy.told.windows.count > before.busy + 3 }
    #expect(spare.told.windows.count <= before.spare + 1)
    for run in [spare, busy] {
      run.stop()
      #expect(try run.end().error == nil)
    }
    for value in try lab.values() {
      let message = try JSONSerialization.jsonObject(with: value) as? [String: Any]
      let source = message?["source"] as? [String: Any]
      #expect(source == nil || (source?["resume"] as? [String: Any])?.isEmpty == false)
    }
  }

  @Test func `An instance whose partitions are silent holds up nobody`() throws {
    let telescope = Telescope(seed: 83, rows: 16_000)
    let lab = try Lab(partitions: Self.partitions)
    let job = lab.job(
      window: EventWindowTests.window, source: "until: forever, \(Self.group)", sink: "merge: true, \(Lab.impatient)",
      idle: "2 s")
    let (first, second) = (job.start(), job.start())
    func whole() throws -> [Message] { try lab.results() }
    var messages = telescope.rows[..<8_000].map { Feeder.Message($0) }
    // From here on one instance has nothing to read.
    messages += telescope.rows[8_000...].map { row in
      var message = Feeder.Message(row)
      message.partition = Int(row.orbit) % 2
      return message
    }
    let feeder = try Feeder(lab, messages, perSecond: 1_500)
    try feeder.end()
    let last = Int64(telescope.rows[15_000].orbit) / 3_000 - 1
    try wait("whole windows stand still") { try whole().last.map { $0.window.index >= last } ?? false }
    let parts = try lab.results(on: "results-partials")
    #expect(parts.contains { $0.source.resume.keys.sorted() == ["0", "1"] })
    first.stop()
    second.stop()
    #expect(try [first.end().error, second.end().error].compactMap(\.self) == [])
    #expect(
      try lab.job(window: EventWindowTests.window, sink: "merge: true, \(Lab.impatient)").watch().error == nil)
    let products = Products(try whole())
    #expect(telescope.expected.differences(from: products) == [])
    for count in ["late", "stray", "gaps", "malformed"] { #expect(products.counts[count] == 0, "\(count)") }
    #expect(EventWindowTests.faults(in: try whole(), partitions: Self.partitions) == [])
  }

  /// Messages that say that they are of a part of the partitions and are not, or the reverse.
  private static func arePartial(_ messages: [Message]) -> [String] {
    // Before an instance knows of the topic it has nothing to say of its partitions.
    messages.filter { $0.source.partitions != nil }.compactMap { message in
      let isPartial = message.source.resume.count < partitions
      return isPartial == (message.partial == true)
        ? nil : "window \(message.window.index) of \(message.run): \(message.partial ?? false) \(message.source.resume)"
    }
  }
}
