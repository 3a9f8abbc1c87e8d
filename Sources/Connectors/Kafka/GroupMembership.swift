import Kafka
import Support
import Synchronization

/// Whether the partitions that a group has given this instance are its own still.
///
/// A group gives the partitions of a member that was silent for too long to others, which read again what it has not
/// published. The member may be the last to learn of it: it stood still, or the brokers were out of its reach. So before
/// anything is published the group must have known it not long ago; a commit, which is taken from members alone, asks.
final class GroupMembership: Sendable {
  private struct State {
    /// What a commit says that asks: the last positions that were committed, or those where reading began.
    var positions: [Int: Int64] = [:]
    var isLost = false
    /// Until when no other can have been given the partitions, on the monotonic clock.
    var isSureUntil = Int64.min
  }

  private let topic: String
  private let consumer: KafkaConsumer
  private let watch: BrokerWatch
  private let stop: StopCheck
  /// How long an answer holds, in nanoseconds: the group waits longer before it gives up a member.
  private let term: Int64
  private let state = Mutex(State())

  /// - Parameter sessionMilliseconds: how long a member may be silent.
  init(
    topic: String, _ consumer: KafkaConsumer, sessionMilliseconds: Int64, watch: BrokerWatch, stop: @escaping StopCheck
  ) {
    self.topic = topic
    self.consumer = consumer
    self.watch = watch
    self.stop = stop
    // Half of it: the group counts from the last sign of life before the answer.
    term = sessionMilliseconds * 500_000
  }

  /// Notes that the group has given this instance partitions, or has taken them all.
  func begin(_ positions: [Int: Int64]) {
    state.withLock { $0 = State(positions: positions) }
  }

  /// Notes positions that are committed.
  func note(_ positions: [Int: Int64]) {
    state.withLock { $0.positions.merge(positions) { _, new in new } }
  }

  /// Whether the partitions are this instance's; waits for the brokers where that is not known. False for good once they
  /// are not, until others are given; and where the user wants to stop before brokers answer.
  func holds() -> Bool {
    if monotonicNanoseconds() < state.withLock({ $0.isLost ? .min : $0.isSureUntil }) { return true }
    return ask()
  }

  /// The same, asked of the group now, whatever it has said before.
  func ask() -> Bool {
    while true {
      let now = monotonicNanoseconds()
      let state = state.withLock { $0 }
      if state.isLost { return false }
      if state.positions.isEmpty { return true }
      do throws(KafkaError) {
        if consumer.isAssignmentLost { return lose() }
        try consumer.commit(
          state.positions.map { KafkaPosition(topic: topic, partition: Int32($0.key), offset: $0.value) },
          milliseconds: 200)
        self.state.withLock { $0.isSureUntil = max($0.isSureUntil, now + term) }
        return true
      } catch {
        if error.isOfFormerMember { return lose() }
        // A member still. And where committing is not allowed, nothing can be asked.
        if error.isRebalancing || error.isPermanent { return true }
        if stop() { return false }
        try? watch.pass(error)
        if !error.isTimeOut { pauseThread(milliseconds: 50) }
      }
    }
  }

  private func lose() -> Bool {
    state.withLock { $0.isLost = true }
    return false
  }
}
