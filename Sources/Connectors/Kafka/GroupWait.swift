import Support

/// Tells the user which partitions the group assigns to this instance, and when it assigns none for a long time.
struct GroupWait {
  /// How long the group may take before the user is told, in nanoseconds: members that died keep the others waiting.
  private static let patience: Int64 = 5_000_000_000
  /// How often a longer wait is told again, in nanoseconds.
  private static let interval: Int64 = 60_000_000_000

  /// The beginning of each message, such as "topic dt-hits, group hitmon-dt".
  let name: String
  let tell: @Sendable (String) -> Void
  /// Called with a sentence to show on the page while it is true, and with nil when it is over.
  let show: @Sendable (String?) -> Void
  /// Since when this instance waits for the group to assign partitions, on the monotonic clock; nil if it does not
  /// wait.
  private var since: Int64?
  private var hasTold = false
  /// After how long a wait the next sentence is due, in nanoseconds.
  private var nextWord = Self.patience
  /// The group has dropped this instance as dead, and has assigned it nothing since.
  private var wasLost = false

  init(
    _ name: String, tell: @escaping @Sendable (String) -> Void,
    show: @escaping @Sendable (String?) -> Void = { _ in }
  ) {
    self.name = name
    self.tell = tell
    self.show = show
  }

  /// Tells the user, and shows the sentence until the group assigns partitions.
  private func tellAndShow(_ sentence: String) {
    tell("\(name): \(sentence)")
    show("\(name): \(sentence)")
  }

  /// Notes that the group has not assigned partitions yet, or has revoked all of them.
  mutating func begin() {
    since = monotonicNanoseconds()
    hasTold = false
    nextWord = Self.patience
  }

  /// Notes that the group has dropped this instance because it was silent for too long.
  mutating func lose() {
    begin()
    wasLost = true
    tellAndShow("this instance was silent for too long, so the group has ended its membership; it joins again")
  }

  mutating func tellIfLong() {
    guard let since else { return }
    let waited = monotonicNanoseconds() - since
    guard waited > nextWord else { return }
    hasTold = true
    nextWord += Self.interval
    let minutes = waited / 60_000_000_000
    tellAndShow(
      minutes == 0
        ? "waiting for the group to hand out partitions"
        : "still waiting for the group to hand out partitions, for \(minutes) min now: the brokers may hold them for a member that was killed"
    )
  }

  /// Tells where reading continues if other instances or earlier runs have published results.
  func tellStarts(_ starts: [PartitionStart]) {
    let places = starts.filter { $0.readBefore > .min }.sorted { $0.partition < $1.partition }
    guard !places.isEmpty else { return }
    let list = places.map { "partition \($0.partition) at offset \($0.offset)" }.joined(separator: ", ")
    tell("\(name): goes on where the results end: \(list)")
  }

  /// Notes which of `count` partitions the group has assigned.
  mutating func end(_ partitions: [Int], of count: Int) {
    since = nil
    if partitions.isEmpty, wasLost {
      // The group does not say who owns them: other instances, or the former membership of this one.
      tellAndShow("the group leaves this instance no partition yet; it waits for the next time they are handed out")
    } else if partitions.isEmpty {
      let partitions = count == 1 ? "the only partition" : "all \(count) partitions"
      tellAndShow("other instances read \(partitions); this one takes over when one of them ends")
    } else if partitions.count < count || hasTold || wasLost {
      let list = partitions.sorted().map(String.init).joined(separator: ", ")
      tell("\(name): reading \(partitions.count == 1 ? "partition" : "partitions") \(list) of \(count)")
    }
    if !partitions.isEmpty {
      wasLost = false
      show(nil)
    }
  }
}
