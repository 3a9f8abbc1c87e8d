import Results
import Synchronization

/// Whether what a run reads is its own to publish.
///
/// Sources whose input several instances share say so, and so do sinks that meet another run's claim. It spares the log
/// messages that would be void; that none of them counts is for ``Results/ResultFold`` to see.
package final class Ownership: Sendable {
  private struct State {
    var memberships: [GroupMembership] = []
    /// Whether the input has yet to be claimed, or claimed again.
    var isWaiting = false
    /// Why what is published counts no more, until somebody has acted on it.
    var loss: Loss?
  }

  /// How a run has lost its claim.
  package enum Loss: Sendable, Equatable {
    /// Another run has claimed the same partitions.
    case taken(log: String, by: String, partition: String)
    /// A message of the run is missing on the log, so that those behind it are void.
    case missing(log: String, number: Int64)

    /// For the user.
    var words: String {
      switch self {
      case .taken(let log, let run, let partition):
        "\(log): another run of the pipeline, \(run), reads partition \(partition) too, and came later: what this run publishes does not count any more. Runs that share a topic need the same `group`"
      case .missing(let log, let number):
        "\(log): message \(number) of this run is missing: what follows it is published again"
      }
    }
  }

  private let state = Mutex(State())

  package init() {}

  func add(_ membership: GroupMembership) { state.withLock { $0.memberships.append(membership) } }

  /// Whether all that is read is this instance's. May wait for brokers; any thread may ask.
  package func holds() -> Bool {
    let (memberships, mayPublish) = state.withLock { ($0.memberships, !$0.isWaiting && $0.loss == nil) }
    return mayPublish && memberships.allSatisfy { $0.holds() }
  }

  /// Nothing is this instance's to publish until ``begin()``.
  package func wait() { state.withLock { $0.isWaiting = true } }

  /// The input is claimed again: how the claim before was lost does not matter any more.
  package func forgetLoss() { state.withLock { $0.loss = nil } }

  /// What is read from here on is claimed.
  package func begin() { state.withLock { $0.isWaiting = false } }

  /// Notes that the claim is lost.
  package func lose(_ loss: Loss) { state.withLock { $0.loss = $0.loss ?? loss } }

  /// Why what is published counts no more, where nobody will act on it: another run reads the same without a group.
  package func lossThatEnds() -> String? {
    state.withLock { state in
      guard state.memberships.isEmpty, case .taken? = state.loss else { return nil }
      return state.loss?.words
    }
  }

  /// How the claim was lost, where it was; given once.
  func takeLoss() -> Loss? {
    state.withLock { state in
      guard let loss = state.loss, !state.isWaiting else { return nil }
      (state.isWaiting, state.loss) = (true, nil)
      return loss
    }
  }
}

/// What a run asks its sinks before it reads partitions of its input.
package struct ClaimRequest {
  package var pipeline: String
  /// The input's topic, of several joined by commas; "" where not every source reads one.
  package var input: String
  /// All partitions that the run reads, by the names that they have in results.
  package var partitions: [String]
  /// Whether the input's partitions are this instance's now: asks the group. Waits for it.
  package var isOwner: () -> Bool

  package init(
    pipeline: String, input: String, partitions: [String], isOwner: @escaping () -> Bool = { true }
  ) {
    self.pipeline = pipeline
    self.input = input
    self.partitions = partitions
    self.isOwner = isOwner
  }
}

package enum ClaimAnswer: Sendable, Equatable {
  /// Nothing is kept that could be read back.
  case nothingKept
  /// What is published; no other run adds to it from here on.
  case record(PublishedRecord)
  /// The partitions are another instance's, or the user wants to stop.
  case refused
}
