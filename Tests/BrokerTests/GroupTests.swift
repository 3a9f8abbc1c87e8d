import Foundation
import Kafka
import TestSupport
import Testing

/// Several instances share the partitions of the hits: they join, leave, are killed and come back from the dead. Their parts
/// and what is merged of them have every row once.
@Suite(.serialized) struct GroupTests {
  private static let partials = "results-partials"
  /// Members that are gone are soon missed.
  private static let quick = "settings: {session.timeout.ms: 2000, heartbeat.interval.ms: 200}"

  /// The hits of a telescope on their way to a topic, and who watches what members publish of them.
  private struct Shift {
    let chain: Chain
    let emulator: Instance
    let feed: RowFeed
    let watch: ResultsWatch
  }

  private func begin(_ kind: BrokerKind, seed: UInt64, perSecond: Int) throws -> Shift {
    let chain = try Chain(kind, topics: ["results", Self.partials])
    let emulator = try chain.emulate("--input", "-", "--rate", "max")
    let feed = RowFeed(Telescope(seed: seed, rows: 250_000), to: emulator, perSecond: perSecond)
    return Shift(
      chain: chain, emulator: emulator, feed: feed, watch: try ResultsWatch(chain.broker, topic: Self.partials))
  }

  private func member(_ chain: Chain, window: String) throws -> Instance {
    try chain.run(
      window: window, source: "group: shift" + (chain.broker.kind == .embedded ? ", \(Self.quick)" : ""),
      sink: "merge: true")
  }

  /// Ends the feed, lets one instance read what is left, and looks whether every row is there once.
  private func finish(_ shift: Shift, window: String) throws {
    try shift.watch.end()
    let fed = try shift.feed.end()
    let ended = try shift.emulator.end()
    #expect(ended.exit == 0, "\(ended.log)")
    try shift.chain.runToEnd(window: window, sink: "merge: true")
    try check(shift.chain, fed, window: window)
  }

  private func check(_ chain: Chain, _ fed: Fed, window: String) throws {
    let parts = try chain.results(on: Self.partials)
    let whole = try chain.results()
    #expect(parts.contains { $0.partial == true })
    if window.hasPrefix("span") {
      #expect(Series.faultsOfEventParts(parts) == [])
      #expect(fed.differences(from: parts) == [])
      #expect(fed.differences(from: whole) == [])
      #expect(Series.faultsOfEventWindows(whole, partitions: chain.partitions) == [])
    } else {
      #expect(Series.faultsOfInputWindows(parts, offsets: fed.messages) == [])
      #expect(fed.differencesInHits(from: parts) == [])
      #expect(Series.faultsOfInputWindows(whole, offsets: fed.messages) == [])
      #expect(fed.differencesInHits(from: whole) == [])
    }
  }

  @Test(arguments: [Chain.eventWindow, "every: 400 ms"])
  func `One is killed, one joins late, one leaves`(window: String) throws {
    let shift = try begin(.embedded, seed: 21, perSecond: 3_000)
    let (chain, watch) = (shift.chain, shift.watch)
    let first = try member(chain, window: window)
    let firstRun = try watch.follow(2, partitions: 4) { first.log }
    let second = try member(chain, window: window)
    let secondRun = try watch.follow(2, partitions: 2, notOf: [firstRun]) { second.log }
    first.killNow()
    try watch.follow(2, partitions: 4) { second.log }
    let third = try member(chain, window: window)
    try watch.follow(2, partitions: 2, notOf: [secondRun]) { third.log }
    #expect(try second.stop().exit == 130)
    try watch.follow(2, partitions: 4) { third.log }
    #expect(try third.stop().exit == 130)
    try finish(shift, window: window)
  }

  /// Its partitions were given to another meanwhile, which has read again what it had not published.
  @Test(arguments: [Chain.eventWindow, "every: 400 ms"])
  func `One stands still for so long that it is taken for dead`(window: String) throws {
    let shift = try begin(.embedded, seed: 22, perSecond: 3_000)
    let (chain, watch) = (shift.chain, shift.watch)
    let first = try member(chain, window: window)
    let firstRun = try watch.follow(2, partitions: 4) { first.log }
    let second = try member(chain, window: window)
    try watch.follow(2, partitions: 2, notOf: [firstRun]) { second.log }
    for _ in 0..<3 {
      first.send(SIGSTOP)
      try watch.follow(2, partitions: 4) { second.log }
      first.send(SIGCONT)
      try watch.follow(2, partitions: 2) { first.log }
    }
    #expect(first.log.contains("this instance was silent for too long, so the group has ended its membership"))
    #expect(try first.stop().exit == 130)
    #expect(try second.stop().exit == 130)
    try finish(shift, window: window)
  }

  /// The brokers are away for longer than members may be silent.
  @Test(arguments: [Chain.eventWindow, "every: 400 ms"])
  func `The brokers are away`(window: String) throws {
    let shift = try begin(.embedded, seed: 23, perSecond: 3_000)
    let (chain, watch) = (shift.chain, shift.watch)
    let first = try member(chain, window: window)
    let firstRun = try watch.follow(2, partitions: 4) { first.log }
    let second = try member(chain, window: window)
    try watch.follow(2, partitions: 2, notOf: [firstRun]) { second.log }
    for _ in 0..<2 {
      chain.broker.embedded!.takeDown()
      usleep(4_000_000)
      chain.broker.embedded!.bringUp()
      try watch.follow(4, partitions: 2) { first.log + second.log }
    }
    #expect(try first.stop().exit == 130)
    #expect(try second.stop().exit == 130)
    try finish(shift, window: window)
  }

  @Test(.enabled(if: Tansu.isThere))
  func `One of two is killed, on the broker of others`() throws {
    let window = Chain.eventWindow
    let shift = try begin(.tansu, seed: 24, perSecond: 1_500)
    let (chain, watch) = (shift.chain, shift.watch)
    let first = try member(chain, window: window)
    let second = try member(chain, window: window)
    try watch.follow(4, partitions: 2) { second.log }
    first.killNow()
    try watch.follow(2, partitions: 4) { second.log }
    #expect(try second.stop().exit == 130)
    try finish(shift, window: window)
  }
}
