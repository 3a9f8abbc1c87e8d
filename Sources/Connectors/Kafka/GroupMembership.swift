import Kafka
import Support
import Synchronization

/// Whether this instance still owns the partitions that the consumer group has assigned to it.
///
/// If a member is silent for too long, the group assigns its partitions to others, which read again what it has not
/// published. The member may learn this last: it stood still, or could not reach the brokers. So before it publishes,
/// the group must have known it not long ago. It asks with a commit, because brokers take commits only from members.
final class GroupMembership: Sendable {
  private struct State {
    /// The offsets to commit as a question: the last ones committed, or those where reading began.
    var positions: [Int: Int64] = [:]
    var isLost = false
    /// Until when no other instance can own the partitions, on the monotonic clock.
    var isSureUntil = Int64.min
  }

  private let topic: String
  private let consumer: KafkaConsumer
  private let watch: BrokerWatch
  private let stop: StopCheck
  /// How long an answer is valid, in nanoseconds. The group waits longer before it drops a member.
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
    // Half of the session: the group counts from the last heartbeat, which came before the answer.
    term = sessionMilliseconds * 500_000
  }

  /// Notes that the group has assigned partitions to this instance, or has revoked all of them.
  func begin(_ positions: [Int: Int64]) {
    state.withLock { $0 = State(positions: positions) }
  }

  /// Notes offsets that this instance commits.
  func note(_ positions: [Int: Int64]) {
    state.withLock { $0.positions.merge(positions) { _, new in new } }
  }

  /// Whether this instance owns its partitions. Asks the brokers, and waits for them, if the last answer is too old.
  /// False from a loss until the group assigns partitions again, and if the user wants to stop before brokers answer.
  func holds() -> Bool {
    if monotonicNanoseconds() < state.withLock({ $0.isLost ? .min : $0.isSureUntil }) { return true }
    return ask()
  }

  /// The same, but asks the group even if its last answer is still valid.
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
        // The instance is still a member. Or it is not allowed to commit, and then it cannot ask.
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
