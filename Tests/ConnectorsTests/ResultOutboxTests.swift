import Testing

@testable import Connectors

struct ResultOutboxTests {
  /// A log that takes messages, or has no room.
  private final class Log {
    var values: [String] = []
    var room = Int.max

    func take(_ value: UnsafeRawBufferPointer) -> Bool {
      guard room > 0 else { return false }
      room -= 1
      values.append(String(decoding: value, as: UTF8.self))
      return true
    }
  }

  private struct Full: Error {}

  private func send(_ value: String, token: Int, _ outbox: ResultOutbox, _ log: Log) throws {
    try Array(value.utf8).withUnsafeBytes { bytes in
      try outbox.send(bytes, token: token) { _ in if !log.take(bytes) { throw Full() } }
    }
  }

  private func keep(_ value: String, number: Int, _ outbox: ResultOutbox) {
    Array(value.utf8).withUnsafeBytes { outbox.keep($0, number: number) }
  }

  /// Tokens say nothing of the order: those of claims and ticks are less than those of results.
  @Test func `Messages that were not delivered are sent again in the order in which they were written`() throws {
    let (outbox, log) = (ResultOutbox(), Log())
    try send("claim", token: -1, outbox, log)
    #expect(outbox.takeToken(of: 1) == -1)
    try send("result 1", token: 0, outbox, log)
    try send("tick 2", token: -3, outbox, log)
    try send("result 3", token: 1, outbox, log)
    keep("tick 2", number: 3, outbox)
    // What is written now is behind what is kept.
    try send("tick 4", token: -3, outbox, log)
    var takenBack = 0
    outbox.sendAgain(outstanding: 2, takeBack: { takenBack += 1 }) { value, _ in log.take(value) }
    #expect(takenBack == 1)
    keep("result 3", number: 4, outbox)
    keep("result 1", number: 2, outbox)
    #expect(log.values == ["claim", "result 1", "tick 2", "result 3"])
    (log.values, log.room) = ([], 2)
    outbox.sendAgain(outstanding: 0, takeBack: {}) { value, _ in log.take(value) }
    #expect(log.values == ["result 1", "tick 2"])
    log.room = .max
    outbox.sendAgain(outstanding: 0, takeBack: {}) { value, _ in log.take(value) }
    #expect(log.values == ["result 1", "tick 2", "result 3", "tick 4"])
    #expect((2...5).map { outbox.takeToken(of: $0) } == [0, -3, 1, -3])
  }

  @Test func `A message that found no room was not written`() throws {
    let (outbox, log) = (ResultOutbox(), Log())
    log.room = 0
    #expect(throws: Full.self) { try send("result 1", token: 7, outbox, log) }
    log.room = 1
    try send("result 1", token: 7, outbox, log)
    #expect(outbox.takeToken(of: 1) == 7)
    keep("result 1", number: 1, outbox)
    #expect(outbox.takeAll().map(\.bytes) == [8])
    #expect(outbox.takeAll().isEmpty)
  }
}
