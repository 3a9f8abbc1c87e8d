import Connectors
import Foundation
import Histograms
import Results
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

@Suite struct StoreTests {
  private func store(windows: Int = 600, bytes: Int = 64 << 20, origin: DashboardStore.Origin = .run) -> DashboardStore
  {
    var options = DashboardStore.Options(origin: origin)
    options.pipeline = "p"
    (options.windows, options.bytes) = (windows, bytes)
    return DashboardStore(options)
  }

  private func json(_ bytes: [UInt8]?) throws -> [String: Any] {
    let bytes = try #require(bytes)
    return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  private func bins(_ message: [String: Any], _ name: String = "occupancy/0") throws -> [Int] {
    let histograms = try #require(message["histograms"] as? [String: [String: Any]])
    return try #require(histograms[name]?["bin_counts"] as? [Int])
  }

  @Test func `The newest message is kept byte by byte, and the total adds windows up`() throws {
    let store = store()
    for index in 0..<3 { try store.take(Messages().window(index, count: index + 1)) }
    #expect(store.newest.window == Messages().window(2, count: 3))
    #expect(store.window(0) == Messages().window(0, count: 1))
    #expect(store.window(3) == nil)
    let total = try json(store.newest.totalMessage)
    #expect(try bins(total) == [6, 6, 6, 6])
    #expect(try bins(total, "occupancy/1") == [9, 9, 9, 9])
    let window = try #require(total["window"] as? [String: Any])
    #expect(window["kind"] as? String == "total")
    #expect(window["windows"] as? Int == 3)
    #expect(window["start"] as? String == "2026-11-22T14:00:00Z")
    #expect(window["end"] as? String == "2026-11-22T14:00:06Z")
    #expect((total["counts"] as? [String: Int])?["hits"] == 48)
    // Points do not add up over windows: the newest stand for all.
    let points = try #require((total["histograms"] as? [String: [String: Any]])?["active"]?["x"] as? [Int])
    #expect(points == [2, 3])
  }

  @Test func `Totals up to any window are right, whatever is no longer kept`() throws {
    let store = store(windows: 5)
    for index in 0..<200 { try store.take(Messages().window(index, count: index)) }
    #expect(store.numbers == 195..<200)
    for number in 195..<200 {
      let total = try #require(store.total(upTo: number))
      #expect(total.head?.count("hits") == UInt64((0...number).reduce(0) { $0 + 8 * $1 }))
      #expect(total.windows == number + 1)
    }
    #expect(store.total(upTo: 194) == nil)
    #expect(store.total(upTo: 200) == nil)
    #expect(store.total(ofLast: 2)?.head?.count("hits") == UInt64(8 * (198 + 199)))
    #expect(store.total(ofLast: 1_000)?.windows == 5)
  }

  @Test func `Totals of many windows in a file are right at every place`() throws {
    let messages = (0..<1_200).map { Messages().window($0, count: $0) }
    var options = DashboardStore.Options(origin: .file)
    options.readFile = { offset, count in
      let message = messages[Int(offset)]
      return message.count == count ? message : nil
    }
    let store = DashboardStore(options)
    for (index, message) in messages.enumerated() { try store.take(message, at: (Int64(index), message.count)) }
    #expect(store.numbers == 0..<1_200)
    for number in [0, 1, 15, 16, 17, 500, 1_198, 1_199] {
      #expect(store.total(upTo: number)?.head?.count("hits") == UInt64(4 * number * (number + 1)))
    }
  }

  @Test func `Memory is bounded in bytes, and the newest window is always there`() throws {
    let store = store(bytes: 3 * Messages().window(0).count)
    for index in 0..<10 { try store.take(Messages().window(index)) }
    #expect(store.numbers.count <= 3)
    #expect(store.numbers.upperBound == 10)
    let tiny = self.store(bytes: 1)
    for index in 0..<3 { try tiny.take(Messages().window(index)) }
    #expect(tiny.numbers == 2..<3)
    #expect(tiny.total(upTo: 2)?.windows == 3)
  }

  @Test func `Another run, or other bins, start the total again`() throws {
    let store = store()
    try store.take(Messages().window(0))
    try store.take(Messages().window(1))
    #expect(!store.newest.beginsAnew)
    try store.take(Messages(run: "2026-11-22T15:00:00Z-0001").window(2))
    #expect(store.newest.beginsAnew)
    #expect(store.newest.total.windows == 1)
    // A merged message names several runs: one of them goes on.
    try store.take(Messages(run: "2026-11-22T15:00:00Z-0001,2026-11-22T15:00:02Z-0002").window(3))
    #expect(store.newest.total.windows == 2)
    var other = Messages(run: "2026-11-22T15:00:00Z-0001")
    other.edges = "[0,2,4,6,8]"
    try store.take(other.window(4))
    #expect(store.newest.total.windows == 1)
  }

  @Test func `What is no message changes nothing`() throws {
    let store = store()
    try store.take(Messages().window(0))
    for text in [
      "", "{}", "[]", "{\"schema\":\"hitmon.results/2\"}",
      String(decoding: Messages().window(1).dropLast(3), as: UTF8.self),
    ] {
      #expect(throws: ResultError.self) { try store.take(Array(text.utf8)) }
    }
    #expect(store.newest.number == 0)
    #expect(store.newest.total.windows == 1)
  }

  @Test func `A message over several lines is one line of an event stream`() throws {
    let store = store()
    let spread = Messages().window(0).flatMap { $0 == UInt8(ascii: ",") ? [$0, 0x0D, 0x0A] : [$0] }
    try store.take(spread)
    let kept = try #require(store.newest.window)
    #expect(!kept.contains(0x0A) && !kept.contains(0x0D))
    #expect(try bins(json(kept)) == [1, 1, 1, 1])
  }

  @Test func `The state is told`() throws {
    let store = store()
    var status = try json(store.status(viewers: 2))
    #expect(status["state"] as? String == "live")
    #expect(status["age_s"] is NSNull && status["rate"] is NSNull)
    #expect(!store.isReady)
    for index in 0..<3 { try store.take(Messages().window(index, count: index)) }
    store.note(lagRows: 12, seconds: 0.5)
    status = try json(store.status(viewers: 2))
    #expect(status["hits"] as? Int == 24 && status["records"] as? Int == 30)
    #expect(status["malformed"] as? Int == 3 && status["unmapped"] as? Int == 9)
    #expect(status["rate"] as? Double == 8 && status["window_s"] as? Double == 2)
    #expect((status["rates"] as? [[Double]])?.map { $0[1] } == [0, 4, 8])
    #expect((status["rates"] as? [[Double]])?.first?[0] == 1_795_356_002)
    #expect(status["lag_rows"] as? Int == 12 && status["lag_s"] as? Double == 0.5)
    #expect(status["viewers"] as? Int == 2 && status["windows"] as? Int == 3)
    #expect(store.isReady)
    store.set(.lost("no broker answers"))
    status = try json(store.status(viewers: 0))
    #expect(status["state"] as? String == "lost" && status["message"] as? String == "no broker answers")
    store.set(.running)
    #expect(try json(store.status(viewers: 0))["state"] as? String == "live")
    store.set(.finished)
    #expect(try json(store.status(viewers: 0))["state"] as? String == "finished")
  }

  @Test func `A run is stalled after three windows of silence, and five seconds at least`() throws {
    let store = store()
    try store.take(Messages().window(0))
    let state = store.state.withLock { $0 }
    let arrival = try #require(state.trend.arrival)
    #expect(DashboardStore.status(state, now: arrival + 6_000_000_000).condition == .live)
    #expect(DashboardStore.status(state, now: arrival + 6_100_000_000).condition == .stalled)
    #expect(DashboardStore.status(state, now: arrival + 6_100_000_000).age == 6.1)
  }

  @Test func `A part of the input says so`() throws {
    let store = store()
    try store.take(Messages().window(0, partial: true))
    #expect((try json(store.status(viewers: 0))["message"] as? String)?.contains("part of the input") == true)
  }

  @Test func `A mailbox hands on everything in order, on a thread of its own`() throws {
    let store = store()
    let mailbox = DashboardMailbox(store)
    for index in 0..<100 { mailbox.put(Messages().window(index)) }
    mailbox.close()
    #expect(store.newest.number == 99)
    #expect(store.newest.total.windows == 100)
  }
}
