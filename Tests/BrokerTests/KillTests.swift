import Foundation
import TestSupport
import Testing

/// kill -9 again and again while rows come in: what is published is what one run would have published.
@Suite(.serialized) struct KillTests {
  private static let kills = 10

  /// Starts and kills instances while the emulator writes, then lets one read to the end. Gives what was fed.
  private func killed(_ chain: Chain, window: String, seed: UInt64) throws -> Fed {
    var dice = Dice(seed)
    let emulator = try chain.emulate("--input", "-", "--rate", "max")
    let feed = RowFeed(Telescope(seed: seed, rows: 200_000), to: emulator, perSecond: 4_000)
    let watch = try ResultsWatch(chain.broker)
    for _ in 0..<Self.kills {
      let instance = try chain.run(window: window, source: "until: forever")
      // At once, or after some results, or between two of them.
      let wanted = watch.count + dice.int(0...3)
      try wait("no results came:\n\(instance.log)") { watch.count >= wanted || feed.isAtEnd }
      usleep(UInt32(dice.int(0...250_000)))
      instance.killNow()
      #expect(!instance.log.contains("rror"), "\(instance.log)")
    }
    let fed = try feed.end()
    let ended = try emulator.end()
    #expect(ended.exit == 0, "\(ended.log)")
    try chain.runToEnd(window: window)
    #expect(watch.runs.count > 4)
    try watch.end()
    return fed
  }

  @Test(arguments: BrokerKind.there)
  func `Event windows: each once, with all products`(kind: BrokerKind) throws {
    let chain = try Chain(kind)
    let fed = try killed(chain, window: Chain.eventWindow, seed: 11)
    let messages = try chain.results()
    #expect(fed.differences(from: messages) == [])
    #expect(Series.faultsOfEventWindows(messages, partitions: chain.partitions) == [])
  }

  @Test(arguments: BrokerKind.there)
  func `Arrival windows: each offset once`(kind: BrokerKind) throws {
    let chain = try Chain(kind)
    let fed = try killed(chain, window: "every: 200 ms", seed: 12)
    let messages = try chain.results()
    #expect(Series.faultsOfInputWindows(messages, offsets: fed.messages) == [])
    #expect(fed.differencesInHits(from: messages) == [])
  }
}
