import Foundation
import Kafka
import Synchronization
import TestSupport

/// Follows a topic of results while others write to it.
final class ResultsWatch: Sendable {
  private struct State {
    var heads: [Head] = []
    var isEnding = false
    var hasEnded = false
  }

  /// What of a result is looked at.
  struct Head: Decodable {
    var run: String
    var source: Message.Source

    /// How many partitions its instance reads.
    var partitions: Int { source.resume.count }
  }

  private let state = Mutex(State())

  init(_ broker: RunningBroker, topic: String = "results") throws {
    nonisolated(unsafe) let consumer = try KafkaConsumer(broker.settings)
    try consumer.assign([KafkaPosition(topic: topic, partition: 0, offset: KafkaOffset.beginning)])
    let thread = Thread { [weak self] in
      while let self, !self.state.withLock({ $0.isEnding }) {
        _ = consumer.drain(within: 20, limit: 1000) { message in
          if !message.isError, let value = message.value,
            let head = try? JSONDecoder().decode(Head.self, from: Data(value))
          {
            self.state.withLock { $0.heads.append(head) }
          }
          return true
        }
      }
      consumer.close()
      self?.state.withLock { $0.hasEnded = true }
    }
    thread.start()
  }

  /// All that came so far, in order.
  var heads: [Head] { state.withLock { $0.heads } }
  var count: Int { state.withLock { $0.heads.count } }
  var runs: Set<String> { Set(heads.map(\.run)) }

  /// Waits until so many results with rows come from now on of instances that read so many partitions. Gives the last
  /// one's run.
  @discardableResult
  func follow(_ results: Int, partitions: Int? = nil, notOf others: Set<String> = [], log: () -> String) throws
    -> String
  {
    let before = count
    var found: [Head] = []
    try wait("no such results: \(log())") {
      found = heads[before...].filter { head in
        !head.source.offsets.isEmpty && partitions.map { $0 == head.partitions } ?? true && !others.contains(head.run)
      }
      return found.count >= results
    }
    return found.last!.run
  }

  /// Ends before the broker does.
  func end() throws {
    state.withLock { $0.isEnding = true }
    try wait("the watch did not end") { state.withLock { $0.hasEnded } }
  }
}
