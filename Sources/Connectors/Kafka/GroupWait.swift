import Support

/// Tells the user what share of a topic a group leaves to this instance, and when it leaves none for long.
struct GroupWait {
  /// How long a group may take before it is worth a word, in nanoseconds: instances that died keep the others waiting.
  private static let patience: Int64 = 5_000_000_000

  /// What messages begin with, such as "topic dt-hits, group hitmon-dt".
  let name: String
  let tell: @Sendable (String) -> Void
  /// Called with what those who watch the page should know while it lasts; nil when it is over.
  let show: @Sendable (String?) -> Void
  /// Since when there have been no partitions, on the monotonic clock; nil while there are some.
  private var since: Int64?
  private var hasTold = false
  /// The group has taken this instance for dead, and may still do so.
  private var wasLost = false

  init(
    _ name: String, tell: @escaping @Sendable (String) -> Void,
    show: @escaping @Sendable (String?) -> Void = { _ in }
  ) {
    self.name = name
    self.tell = tell
    self.show = show
  }

  /// Tells it, and shows it until the group hands out partitions.
  private func tellAndShow(_ sentence: String) {
    tell("\(name): \(sentence)")
    show("\(name): \(sentence)")
  }

  /// Notes that the group has handed out nothing to this instance yet, or has taken all back.
  mutating func begin() {
    since = monotonicNanoseconds()
    hasTold = false
  }

  /// Notes that the group has given the partitions of this instance up, as it was silent for too long.
  mutating func lose() {
    begin()
    wasLost = true
    tellAndShow("this instance was silent for too long, so the group has ended its membership; it joins again")
  }

  mutating func tellIfLong() {
    guard let since, !hasTold, monotonicNanoseconds() - since > Self.patience else { return }
    hasTold = true
    tellAndShow("waiting for the group to hand out partitions")
  }

  /// Tells where reading goes on, where others or earlier runs have published results.
  func tellStarts(_ starts: [PartitionStart]) {
    let places = starts.filter { $0.readBefore > .min }.sorted { $0.partition < $1.partition }
    guard !places.isEmpty else { return }
    let list = places.map { "partition \($0.partition) at offset \($0.offset)" }.joined(separator: ", ")
    tell("\(name): goes on where the results end: \(list)")
  }

  /// Notes what the group has handed out, of how many partitions.
  mutating func end(_ partitions: [Int], of count: Int) {
    since = nil
    if partitions.isEmpty, wasLost {
      // The group does not say who has them: other instances, or the membership that this one has lost.
      tellAndShow("the group leaves this instance no partition yet; it waits for the next time they are handed out")
    } else if partitions.isEmpty {
      tellAndShow("other instances read all \(count) partitions; this one takes over when one of them ends")
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
