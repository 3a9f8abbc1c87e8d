@testable import Connectors
import Testing

/// When a partition counts as silent, whatever the brokers answer and do not answer.
struct SilenceTests {
  private let partition = MessageCollector.Partition(next: 10, repeatsBefore: 0, end: nil, gap: nil, now: 0)

  @Test func `A partition is silent once its broker has said so long enough after the last message`() {
    #expect(!partition.isSilent(for: 500))
    partition.answer(end: 10, now: 499)
    #expect(!partition.isSilent(for: 500))
    partition.answer(end: 10, now: 500)
    #expect(partition.isSilent(for: 500))
  }

  @Test func `Messages that are there and not fetched yet end the silence`() {
    partition.answer(end: 11, now: 600)
    #expect(!partition.isSilent(for: 500))
    partition.answer(end: 10, now: 1_099)
    #expect(!partition.isSilent(for: 500))
    partition.answer(end: 10, now: 1_100)
    #expect(partition.isSilent(for: 500))
  }

  /// A broker that comes back a moment before the answer has had nothing for a moment, not since the last question.
  @Test func `After questions without an answer silence begins with the first answer`() {
    partition.answer(end: 10, now: 500)
    partition.missAnswer(now: 700)
    #expect(!partition.isSilent(for: 500))
    partition.missAnswer(now: 1_100)
    partition.answer(end: 10, now: 1_650)
    #expect(!partition.isSilent(for: 500))
    partition.answer(end: 10, now: 2_149)
    #expect(!partition.isSilent(for: 500))
    partition.answer(end: 10, now: 2_150)
    #expect(partition.isSilent(for: 500))
  }
}
