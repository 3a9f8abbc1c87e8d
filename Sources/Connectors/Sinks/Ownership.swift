import Results
import Synchronization

/// Whether a run may publish what it reads.
///
/// Sources report to it if several instances share their input, and so do sinks that meet another run's claim. This
/// spares the log void messages; ``Results/ResultFold`` makes sure that none of them counts.
package final class Ownership: Sendable {
  private struct State {
    var memberships: [GroupMembership] = []
    /// Whether the input must still be claimed, or claimed again.
    var isWaiting = false
    /// Why results no longer count; nil once somebody has acted on it.
    var loss: Loss?
  }

  /// How a run lost its claim.
  package enum Loss: Sendable, Equatable {
    /// Another run has claimed the same partitions.
    case taken(log: String, by: String, partition: String)
    /// A message of the run is missing on the log, so those after it are void.
    case missing(log: String, number: Int64)

    /// The sentence for the user.
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

  /// Whether this instance owns all that it reads. May wait for brokers; any thread may ask.
  package func holds() -> Bool {
    let (memberships, mayPublish) = state.withLock { ($0.memberships, !$0.isWaiting && $0.loss == nil) }
    return mayPublish && memberships.allSatisfy { $0.holds() }
  }

  /// Lets this instance publish nothing until ``begin()``.
  package func wait() { state.withLock { $0.isWaiting = true } }

  /// The input is claimed again, so the loss of the claim before does not matter any more.
  package func forgetLoss() { state.withLock { $0.loss = nil } }

  /// From here on, everything that is read is claimed.
  package func begin() { state.withLock { $0.isWaiting = false } }

  /// Notes that the claim is lost.
  package func lose(_ loss: Loss) { state.withLock { $0.loss = $0.loss ?? loss } }

  /// Why the run must end: another run has claimed the same input, and this one has no group. Nil for other losses.
  package func lossThatEnds() -> String? {
    state.withLock { state in
      guard state.memberships.isEmpty, case .taken? = state.loss else { return nil }
      return state.loss?.words
    }
  }

  /// How the claim was lost, if it was; returned once.
  func takeLoss() -> Loss? {
    state.withLock { state in
      guard let loss = state.loss, !state.isWaiting else { return nil }
      (state.isWaiting, state.loss) = (true, nil)
      return loss
    }
  }
}

/// The request of a run to its sinks, before it reads partitions of its input.
package struct ClaimRequest {
  package var pipeline: String
  /// The input's topic, or several joined by commas; "" if not every source reads one.
  package var input: String
  /// All partitions that the run reads, by their names in results.
  package var partitions: [String]
  /// Returns whether this instance owns the input's partitions now. Asks the group, and waits for it.
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
  /// The sink keeps nothing that could be read back.
  case nothingKept
  /// The published results; no other run adds to them from here on.
  case record(PublishedRecord)
  /// Another instance owns the partitions, or the user wants to stop.
  case refused
}
